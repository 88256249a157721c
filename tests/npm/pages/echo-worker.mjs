// @ts-check
import sabir from '/sabir/window/worker.js';

const { proxy, window, sync } = await sabir();
let asked;
try {
  asked = await proxy.ask('name?');
} catch (/** @type {any} */ error) {
  asked = `${error.name}: ${error.message}`;
}
postMessage({ asked, sync, title: sync ? window.document.title : null });
