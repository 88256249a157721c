// @ts-check
import '../node_modules/sync-message/dist/index.js';
import { serve } from './operations.mjs';

const { readMessage, uuidv4 } = /** @type {any} */ (globalThis).syncMessage;
const channel = await new Promise((resolve) => {
  addEventListener('message', ({ data }) => resolve(data), { once: true });
  postMessage('ready');
});
const echo = (/** @type {any} */ value) => {
  const id = uuidv4();
  postMessage({ id, value });
  return readMessage(channel, id);
};
// It carries JSON, and waits for ever for a message larger than its buffer.
serve({ echo }, ['floats']);
