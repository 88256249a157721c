// @ts-check
// Measures the app of a page: how long after a click the table is as the click wants it. The code is the same for an app on the
// page and for one in a worker.

/**
 * @typedef {object} Step
 * @property {HTMLElement} target to click
 * @property {() => boolean} isDone whether the table has its final state
 */
/**
 * @typedef {object} Operation
 * @property {number} rows that it begins with
 * @property {() => Step} prepare
 */

const ROWS = 1000;
const LIMIT_MS = 60_000;

/** How many calls of the app's worker the page has served. */
let trips = () => 0;

/**
 * Starts the app where the page's address says.
 * @param {() => Promise<any>} init @param {() => void} render on the page
 * @param {{ start: (pipelined: boolean) => Promise<{ trips: () => number }> }} InWorker
 */
export async function begin(init, render, InWorker) {
  const state = find('#state');
  try {
    await init();
    const where = new URLSearchParams(location.search).get('where');
    if (where === 'page') render();
    else {
      const worker = await InWorker.start(where === 'pipelined');
      trips = () => worker.trips();
    }
    await until(() => document.querySelector('#run') !== null);
    Object.assign(globalThis, { times, tripsOf, framesPerSecond });
    state.textContent = 'ready';
  } catch (error) {
    state.textContent = String(error);
  }
}

/** @type {Record<string, Operation>} */
const OPERATIONS = {
  create: { rows: 0, prepare: () => ({ target: find('#run'), isDone: () => isFilled(0) }) },
  replace: {
    rows: ROWS,
    prepare() {
      const last = idOf(ROWS - 1);
      return { target: find('#run'), isDone: () => isFilled(last) };
    },
  },
  update: {
    rows: ROWS,
    prepare() {
      const changed = [0, 500, 990].map((index) => /** @type {const} */ ([index, `${labelOf(index)} !!!`]));
      return { target: find('#update'), isDone: () => changed.every(([index, label]) => labelOf(index) === label) };
    },
  },
  swap: {
    rows: ROWS,
    prepare() {
      const [second, last] = [idOf(1), idOf(998)];
      const isDone = () => table().length === ROWS && idOf(1) === last && idOf(998) === second;
      return { target: find('#swaprows'), isDone };
    },
  },
  remove: {
    rows: ROWS,
    prepare() {
      const row = table()[3];
      return { target: find('a.remove', row), isDone: () => !row.isConnected && table().length === ROWS - 1 };
    },
  },
  clear: { rows: ROWS, prepare: () => ({ target: find('#clear'), isDone: () => table().length === 0 }) },
};

/** The times of an operation, in ms, after some that warm up. @param {string} name @param {number} warmUps @param {number} repeats */
async function times(name, warmUps, repeats) {
  const all = [];
  for (let index = 0; index < warmUps + repeats; index++) all.push(await timeOf(OPERATIONS[name]));
  return all.slice(warmUps);
}

/** The calls that the page serves for one operation. @param {string} name */
async function tripsOf(name) {
  await fill(OPERATIONS[name].rows);
  const before = trips();
  await perform(OPERATIONS[name].prepare());
  await settle();
  return trips() - before;
}

/** The page's frames a second while the app computes. */
async function framesPerSecond() {
  await settle();
  let frames = 0;
  let isOver = false;
  requestAnimationFrame(function count() {
    if (isOver) return;
    frames++;
    requestAnimationFrame(count);
  });
  const computed = find('#computed');
  const before = computed.textContent;
  const ms = await perform({ target: find('#compute'), isDone: () => computed.textContent !== before });
  isOver = true;
  return (frames * 1000) / ms;
}

/** @param {Operation} operation */
async function timeOf({ rows, prepare }) {
  await fill(rows);
  return perform(prepare());
}

/** Gives the table its first rows. @param {number} count */
async function fill(count) {
  const { length } = table();
  if (count === ROWS && length !== ROWS) await perform(OPERATIONS.create.prepare());
  if (count === 0 && length > 0) await perform(OPERATIONS.clear.prepare());
  await settle();
}

/** Waits until the app and the page are idle, so that no operation pays for the one before. */
async function settle() {
  for (let before = -1; before !== trips(); ) {
    before = trips();
    for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
  }
}

/** Clicks; gives the time until the table has its final state, in ms. @param {Step} step */
async function perform({ target, isDone }) {
  const done = until(isDone);
  const start = performance.now();
  target.click();
  return (await done) - start;
}

/**
 * The time when something of the document is so. A frame's 16 ms would hide the differences of short operations.
 * @param {() => boolean} isSo
 * @returns {Promise<number>}
 */
const until = (isSo) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not within ${LIMIT_MS} ms: ${isSo}`)), LIMIT_MS);
    const look = () => {
      if (!isSo()) return;
      resolve(performance.now());
      observer.disconnect();
      clearTimeout(timer);
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  });

/** Whether all rows are there, whole, with ids above one. @param {number} id */
const isFilled = (id) =>
  table().length === ROWS && [0, 500, 999].every((index) => isWhole(table()[index]) && idOf(index) > id);

/** @param {HTMLTableRowElement} row */
const isWhole = ({ cells }) =>
  cells.length === 4 && cells[1].textContent !== '' && cells[2].querySelector('span') !== null;

/** @param {number} index */
const idOf = (index) => Number(table()[index].cells[0].textContent);

/** @param {number} index */
const labelOf = (index) => table()[index].cells[1].textContent;

const table = () => /** @type {HTMLTableSectionElement} */ (find('tbody')).rows;

/** @param {string} selector @param {ParentNode} within */
function find(selector, within = document) {
  const found = within.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}
