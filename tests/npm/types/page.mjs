// @ts-check
// What arrives for each type of the platform, in both directions and in every role. `outcomes` has a row for each type: the
// outcomes by columns, in the order of `COLUMNS`. `documented` is the table of docs/javascript.md.
// The URL's `only` selects types by a part of their names.
import { pause } from '../suite.mjs';
import { table } from './table.mjs';
import { classify, failure, fresh, tellOf, typeOf, types } from './types.mjs';

const parameters = new URLSearchParams(location.search);
const name = parameters.get('library') ?? 'sabir';
const only = parameters.get('only') ?? '';
const LIMIT_MS = name === 'sabir' ? 5000 : 1000;
const { default: library } = await import(
  name === 'sabir' ? '/sabir/window/main.js' : '/node_modules/coincident/dist/window/main.js'
);
const { Worker } = library({});

/** The ways of a value, by the columns of the table: in each, an object, and the same as a member of another. */
const COLUMNS = {
  'to the page, proxy': ['argument', 'member', 'result'],
  'to the page, window': ['argument', 'member', 'set', 'result'],
  'to the worker, proxy': ['result', 'member', 'argument'],
  'to the worker, window': ['result', 'member', 'argument'],
};

/** The value that was sent last, and the one that has arrived. @type {any} */
let sent;
/** @type {any} */
let taken;

const take = (/** @type {any} */ value) => {
  taken = value;
};
const takeMember = (/** @type {any} */ value) => {
  taken = value.member;
};
const give = () => sent;
const giveMember = () => ({ member: sent });
Object.assign(globalThis, {
  take,
  takeMember,
  give,
  giveMember,
  back: () => taken,
  isSent: (/** @type {any} */ value) => value === sent,
  callWith: async (/** @type {Function} */ callback) => callback(sent),
  takeResult: async (/** @type {Function} */ callback) => {
    taken = await callback();
  },
  holder: {
    set value(/** @type {any} */ value) {
      taken = value;
    },
  },
});

/** A worker that is ready. */
async function launch() {
  const worker = new Worker(new URL(`./${name}.mjs`, import.meta.url));
  Object.assign(worker.proxy, { take, takeMember, give, giveMember });
  await worker.proxy.ready();
  return worker;
}

/** @param {any} worker @param {string} group @param {string} type @param {string} column @param {string} role */
async function outcome(worker, group, type, column, role) {
  const [, direction, channel] = /** @type {string[]} */ (/to the (\w+), (\w+)/.exec(column));
  taken = undefined;
  if (direction === 'worker') {
    const kind = typeOf(group, type);
    let told;
    try {
      told = await tellOf(kind, (await fresh(kind))[0]);
      [sent] = await fresh(kind);
    } catch {
      return '-';
    }
    if (role !== 'argument' || channel === 'window') return worker.proxy.receive(group, type, channel, role, told);
    try {
      return await worker.proxy.receiveArgument(sent, group, type, told);
    } catch {
      return 'error';
    }
  }
  const told = await worker.proxy.send(group, type, channel, role);
  if (told === undefined) return '-';
  if (role === 'result' && channel === 'proxy') {
    try {
      take(await worker.proxy.give());
    } catch {
      return failure(typeOf(group, type), role);
    }
  }
  const { failed, value } = await worker.proxy.tell();
  if (failed) return 'error';
  const kind = typeOf(group, type);
  if (!kind.moves && (await worker.proxy.isBack())) return 'reference';
  return classify(kind, taken, value);
}

/** @type {Record<string, any>} */
const outcomes = {};
Object.assign(globalThis, { outcomes });
/** @type {any} */
let worker = await launch();
for (const [group, members] of Object.entries(types)) {
  for (const type of Object.keys(members)) {
    if (!type.includes(only)) continue;
    const row = [];
    for (const [column, roles] of Object.entries(COLUMNS)) {
      /** @type {Record<string, string>} */
      const found = {};
      for (const role of roles) {
        const asked = outcome(worker, group, type, column, role).catch((error) => `failed: ${error?.message}`);
        const answered = await Promise.race([asked, pause(LIMIT_MS)]);
        found[role] = answered ?? 'hangs';
        if (answered !== undefined) continue;
        worker.terminate();
        worker = await launch();
      }
      row.push(found);
    }
    (outcomes[group] ??= {})[type] = row;
  }
}
worker.terminate();
const peer = await (await fetch('./coincident.json')).json();
Object.assign(globalThis, { documented: table(outcomes, peer) });
document.title = 'done';
