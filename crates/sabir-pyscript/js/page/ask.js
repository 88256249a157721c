// @ts-check
// The question of a worker that waits for `input()`.

import { tagOf } from './tags.js';

/** The forms of workers that wait. @type {WeakMap<object, Element>} */
const asked = new WeakMap();

/** Asks for a line below the worker's tag. @param {object} worker @param {string} prompt @returns {Promise<string>} */
export function ask(worker, prompt) {
  return new Promise((resolve) => {
    const form = document.createElement('form');
    form.className = 'py-input';
    const label = document.createElement('label');
    const field = document.createElement('input');
    label.append(prompt, field);
    form.append(label);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      takeBack(worker);
      resolve(field.value);
    });
    const tag = tagOf(worker);
    if (tag !== undefined && document.body.contains(tag)) tag.after(form);
    else document.body.append(form);
    asked.set(worker, form);
    field.focus();
  });
}

/** Withdraws a worker's question: it waits no more. @param {object} worker */
export function takeBack(worker) {
  asked.get(worker)?.remove();
  asked.delete(worker);
}
