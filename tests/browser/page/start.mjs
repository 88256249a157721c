// @ts-check
// Runs every behaviour over the transport that the URL names; `outcomes` has what came of each. A panic is the end of all.
import init, { behaviour_names, check_behaviour, choose, end_of_blocked } from './pkg/behaviours.js';

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
const transport = new URLSearchParams(location.search).get('transport');
for (running of transport === null ? [] : names) {
  document.body.textContent = running;
  await check_behaviour(running, transport);
  outcomes[running] = 'ok';
}
document.title = 'done';
