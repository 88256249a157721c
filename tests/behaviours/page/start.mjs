// @ts-check
// Runs every behaviour over the transport that the URL names, or a burst of the `count` that it names; `outcomes` has what
// came of each. A panic is the end of all.
import init, { behaviour_names, check_behaviour, check_burst, choose, end_of_blocked } from './pkg/behaviours.js';

/** @type {Record<string, string>} */
const outcomes = {};
let running = 'start';

const panicked = (/** @type {string} */ message) => {
  outcomes[running] = message;
  document.title = 'done';
};
Object.assign(globalThis, { outcomes, panicked, choose, end_of_blocked });

await init();
const names = behaviour_names();
const parameters = new URLSearchParams(location.search);
const [transport, count, only] = ['transport', 'count', 'only'].map((name) => parameters.get(name));
if (count !== null) {
  running = `a burst of ${count}`;
  await check_burst(/** @type {string} */ (transport), Number(count));
  outcomes[running] = 'ok';
} else {
  for (running of transport === null ? [] : names) {
    if (!running.includes(only ?? '')) continue;
    document.body.textContent = running;
    await check_behaviour(running, /** @type {string} */ (transport));
    outcomes[running] = 'ok';
  }
}
document.title = 'done';
