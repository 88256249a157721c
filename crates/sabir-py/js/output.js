// @ts-check
// The output of a program: its lines, errors, displayed values and questions.

let made = 0;

/** The places of one program's output. */
export class Output {
  #tag;
  #target;
  #output;
  /** @type {Set<AbortController>} */
  #questions = new Set();

  /** @param {Element | undefined} tag the program's own @param {{ target?: string | null, output?: string | null }} ids */
  constructor(tag, { target, output }) {
    this.#tag = tag;
    this.#target = target?.replace(/^#/, '');
    this.#output = output?.replace(/^#/, '');
  }

  /** The id of the element that is displayed in; one is made beside the tag if none was named. */
  target() {
    if (this.#target === undefined || this.#target === null) {
      const element = document.createElement('div');
      element.id = `py-${++made}`;
      element.className = 'py-output';
      if (this.#tag?.parentElement && document.body?.contains(this.#tag)) this.#tag.after(element);
      else document.body.append(element);
      this.#target = element.id;
    }
    return this.#target;
  }

  /** @param {'stdout' | 'stderr'} stream @param {string} line */
  write(stream, line) {
    if (stream === 'stderr') console.error(line);
    else console.log(line);
    this.show(stream, line);
  }

  /** Shows a line that the console has already. @param {'stdout' | 'stderr'} stream @param {string} line */
  show(stream, line) {
    const element = this.#output === undefined ? undefined : document.getElementById(this.#output ?? '');
    if (!element) return;
    const shown = document.createElement('div');
    shown.className = `py-${stream}`;
    shown.textContent = line;
    element.append(shown);
  }

  /** Shows an error that nobody caught. @param {string} text */
  fail(text) {
    console.error(text);
    const shown = document.createElement('pre');
    shown.className = 'py-error';
    shown.textContent = text;
    this.#place().append(shown);
  }

  #place() {
    const output = this.#output === undefined ? null : document.getElementById(this.#output ?? '');
    return output ?? document.getElementById(this.target()) ?? document.body;
  }

  /** Asks for a line. @param {string} prompt @returns {Promise<string>} */
  ask(prompt) {
    const given = new AbortController();
    this.#questions.add(given);
    return new Promise((resolve) => {
      const form = document.createElement('form');
      form.className = 'py-input';
      const label = document.createElement('label');
      const field = document.createElement('input');
      label.append(prompt, field);
      form.append(label);
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        this.#questions.delete(given);
        form.remove();
        this.show('stdout', prompt + field.value);
        resolve(field.value);
      });
      given.signal.addEventListener('abort', () => form.remove());
      this.#place().append(form);
      field.focus();
    });
  }

  /** Withdraws the questions: nobody waits for an answer any more. */
  takeBack() {
    for (const question of this.#questions) question.abort();
    this.#questions.clear();
  }
}
