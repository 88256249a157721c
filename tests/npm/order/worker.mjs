// @ts-check
// A worker that runs the page's functions. One of its own asks the page, and notes its starts and ends.
import sabir from '/sabir/window/worker.js';

const library = await sabir();
/** @type {number[]} */
const log = [];
/** The links to other workers, by name. @type {Record<string, any>} */
const links = {};

/** The work between a start and an end. @type {(value: number) => number} */
let between = (value) => library.proxy.one(value);
const asks = (/** @type {number} */ value) => {
  log.push(value);
  const answer = between(value);
  log.push(answer);
  return answer;
};
/** For transports that cannot block: an end is noted as a negative number. */
const awaits = async (/** @type {number} */ value) => {
  log.push(value);
  const answer = await library.proxy.one(value);
  log.push(-1 - answer);
  return answer;
};
Object.assign(library, { log, asks, awaits });

Object.assign(library.proxy, {
  run: (/** @type {string} */ text, /** @type {any[]} */ ...args) =>
    Function('library', 'args', `return (${text})(library, ...args)`)(library, args),
  link: async (/** @type {string} */ name) => void (links[name] = await library.connect(name)),
  /** From now on `asks` asks another worker. */
  askAnother: (/** @type {string} */ name, /** @type {string} */ what) =>
    void (between = (value) => links[name][what](value)),
  asks,
  asksLater: async (/** @type {number} */ value) => asks(value),
  awaits,
  same: (/** @type {number} */ value) => value,
  onPage: (/** @type {number} */ value) => library.proxy.one(value),
  later: async (/** @type {number} */ value, /** @type {number} */ ms = 1) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return value;
  },
  /** Goes round by the worker that is linked. */
  around: (/** @type {string[]} */ names, /** @type {number} */ value) =>
    names.length === 0 ? value : links[names[0]].around(names.slice(1), value),
  /** Hears events, each of which it reads on the page. */
  listen: (/** @type {string} */ type) =>
    library.window.document.addEventListener(type, (/** @type {any} */ event) => {
      const value = event.detail;
      log.push(value);
      library.window.document.title;
      log.push(value);
    }),
  /** Calls `what` of another worker again and again; gives the answers that are wrong. */
  loop: (/** @type {string} */ name, /** @type {string} */ what, /** @type {number} */ rounds) => {
    const wrong = [];
    for (let value = 0; value < rounds; value++) {
      const answer = links[name][what](value);
      if (answer !== value) wrong.push([value, answer]);
    }
    return wrong;
  },
  takeLog: () => log.splice(0),
});
