// @ts-check
// One list in each library, as its users write it: a field, a button that adds, items that a click takes away.

/** A program puts its list into an element. @type {Record<string, (root: any) => Promise<void>>} */
export const programs = {
  async React(root) {
    const { createElement, useState } = await import('react');
    const { createRoot } = await import('react-dom/client');
    createRoot(root).render(createElement(hooked(createElement, useState, 'onChange')));
  },
  async Preact(root) {
    const { h, render } = await import('preact');
    const { useState } = await import('preact/hooks');
    render(h(hooked(h, useState, 'onInput'), {}), root);
  },
  async Vue(root) {
    const { createApp, h, ref } = await import('vue');
    createApp({
      setup() {
        const [text, items] = [ref('one'), ref(['zero'])];
        const add = () => (items.value = [...items.value, text.value]);
        return () => [
          h('input', { value: text.value, onInput: (/** @type {any} */ { target }) => (text.value = target.value) }),
          h('button', { onClick: add }, 'add'),
          h('ul', { class: `of-${items.value.length}`, style: { color: 'red' } }, [
            items.value.map((/** @type {string} */ item) =>
              h(
                'li',
                {
                  key: item,
                  onClick: () => (items.value = items.value.filter((/** @type {string} */ other) => other !== item)),
                },
                item,
              ),
            ),
          ]),
        ];
      },
    }).mount(root);
  },
  async jQuery(root) {
    const { default: $ } = await import('jquery');
    const [input, list] = [$('<input>').val('one'), $('<ul>').css('color', 'red')];
    const count = () => list.attr('class', `of-${list.children().length}`);
    /** @param {string} text */
    const add = (text) => {
      list.append($('<li>').text(text).data('item', { text }));
      count();
    };
    list.on('click', 'li', (/** @type {any} */ event) => {
      const { text } = $(event.currentTarget).data('item');
      list
        .children()
        .each(
          (/** @type {number} */ _, /** @type {any} */ item) =>
            void ($(item).data('item').text === text && $(item).remove()),
        );
      count();
    });
    $(root).append(
      input,
      $('<button>')
        .text('add')
        .on('click', () => add(String(input.val()))),
      list,
    );
    add('zero');
  },
};

/** @param {any} h makes an element @param {any} useState @param {string} onInput */
const hooked = (h, useState, onInput) => () => {
  const [text, setText] = useState('one');
  const [items, setItems] = useState(['zero']);
  const without = (/** @type {string} */ item) => () =>
    setItems((/** @type {string[]} */ all) => all.filter((other) => other !== item));
  return h(
    'div',
    null,
    h('input', { value: text, [onInput]: (/** @type {any} */ { target }) => setText(target.value) }),
    h('button', { onClick: () => setItems([...items, text]) }, 'add'),
    h(
      'ul',
      { className: `of-${items.length}`, style: { color: 'red' } },
      items.map((/** @type {string} */ item) => h('li', { key: item, onClick: without(item) }, item)),
    ),
  );
};
