// @ts-check
// The console of a worker. Browsers take its lines on the page's thread, so a flood of them goes in pieces.
// Imported before polyscript takes the console.
//
// Lines that went one by one left 9 frames a second in Chromium, and an interrupt was heard after 6 s.

/** So many lines go one by one; as many come back in a second. */
const LINES = 1000;
const LINES_PER_MS = 1;
/** Later ones go together, as soon as they are so many characters, but not before so many ms. */
const PIECE_LENGTH = 16 * 1024;
const PIECE_MS = 16;

/** @typedef {'log' | 'error'} Level */
/** @type {Level[]} */
const LEVELS = ['log', 'error'];

const tell = { log: console.log.bind(console), error: console.error.bind(console) };
const quiet = globalThis.SharedArrayBuffer && new Int32Array(new SharedArrayBuffer(4));

let left = LINES;
/** When lines were counted last, and when a piece went last. */
let [counted, went] = [0, 0];
/** The lines that wait, all of one level. @type {string[]} */
let lines = [];
let length = 0;
/** @type {Level} */
let level = 'log';
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** Tells the lines that wait. */
export function flushConsole() {
  if (lines.length === 0) return;
  const piece = lines.join('\n');
  [lines, length, left] = [[], 0, 0];
  clearTimeout(timer);
  went = counted = performance.now();
  tell[level](piece);
}

/** @param {number} ms */
function wait(ms) {
  if (quiet) return void Atomics.wait(quiet, 0, 0, ms);
  for (const end = performance.now() + ms; performance.now() < end; );
}

/** Has a line wait for others. @param {string} line @param {number} now */
function gather(line, now) {
  if (lines.length === 0) timer = setTimeout(flushConsole, PIECE_MS);
  lines.push(line);
  length += line.length;
  const early = went + PIECE_MS - now;
  // A writer that is faster waits, as for a terminal: nothing is lost, and nothing piles up.
  if (length >= PIECE_LENGTH && early > 0) wait(early);
  if (length >= PIECE_LENGTH || early <= 0) flushConsole();
}

for (const of of LEVELS) {
  console[of] = (/** @type {any[]} */ ...args) => {
    const now = performance.now();
    left = Math.min(LINES, left + (now - counted) * LINES_PER_MS);
    counted = now;
    const isLine = args.length === 1 && typeof args[0] === 'string';
    if (level !== of || !isLine) flushConsole();
    if (isLine && (left < 1 || lines.length > 0)) {
      level = of;
      return gather(args[0], now);
    }
    left--;
    tell[of](...args);
  };
}
