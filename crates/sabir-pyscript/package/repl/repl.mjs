// @ts-check
// A console whose Python runs in a worker: the page stays free, and Stop interrupts whatever runs.
const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const screen = element('screen');
const mark = element('mark');
const line = /** @type {HTMLInputElement} */ (element('line'));
const stop = /** @type {HTMLButtonElement} */ (element('stop'));

/** PyScript adds the worker to its tag. @type {any} */
const tag = element('python');
while (tag.xworker === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
const python = tag.xworker;
/** Lines that are not whole, by their streams. @type {Record<string, Element | undefined>} */
const open = {};

/** Shows text of a stream. @param {string} stream @param {string} text */
python.sync.write = (stream, text) => {
  text.split('\n').forEach((piece, index) => {
    if (index > 0) open[stream] = undefined;
    if (piece === '') return;
    open[stream] ??= screen.appendChild(Object.assign(document.createElement('div'), { className: `py-${stream}` }));
    /** @type {Element} */ (open[stream]).append(piece);
  });
};
/** @type {string[]} */
const history = [];
let shown = 0;
/** Lines of a statement that is not whole. @type {string[]} */
let lines = [];

/** @param {string} text */
function echo(text) {
  const entered = document.createElement('div');
  entered.className = 'entered';
  entered.textContent = text;
  screen.append(entered);
}

/** @param {boolean} isRunning */
function setRunning(isRunning) {
  stop.disabled = !isRunning;
  line.disabled = isRunning;
  if (!isRunning) line.focus();
}

async function enter() {
  const text = line.value;
  line.value = '';
  echo(`${mark.textContent} ${text}`);
  if (text.trim() !== '') shown = history.push(text);
  lines.push(text);
  setRunning(true);
  try {
    const isOpen = await python.sync.push(lines.join('\n'));
    if (!isOpen) lines = [];
    mark.textContent = isOpen ? '...' : '>>>';
  } catch (error) {
    echo(String(error));
    lines = [];
  }
  setRunning(false);
  line.scrollIntoView();
}

/** Shows an earlier line, or a later one. @param {number} step */
function recall(step) {
  shown = Math.min(Math.max(shown + step, 0), history.length);
  line.value = history[shown] ?? '';
}

/** Completes the name before the cursor. */
async function complete() {
  const prefix = /[\w.]*$/.exec(line.value)?.[0] ?? '';
  const names = await python.sync.complete(prefix);
  if (names.length === 1) line.value = line.value.slice(0, line.value.length - prefix.length) + names[0];
  else if (names.length > 1) echo(names.join('  '));
}

element('prompt').addEventListener('submit', (event) => {
  event.preventDefault();
  void enter();
});
line.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowUp') recall(-1);
  else if (event.key === 'ArrowDown') recall(1);
  else if (event.key === 'Tab' && line.value !== '') void complete();
  else return;
  event.preventDefault();
});
stop.addEventListener('click', () => python.interrupt());

await python.ready;
echo(await python.sync.banner());
mark.textContent = '>>>';
setRunning(false);
