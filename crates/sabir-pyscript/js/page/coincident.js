// @ts-check
// coincident's place on the page.

import sabir from 'sabir/window/main';
import { INTERRUPT } from '../shared/messages.js';
import { takeBack } from './ask.js';

/** @param {any} options */
export default function coincident(options) {
  const made = sabir(options);
  const { postMessage } = Worker.prototype;
  return {
    ...made,
    Worker: class extends made.Worker {
      interrupt() {
        super.interrupt();
        // polyscript's own function waits until the worker has started.
        postMessage.call(this, { type: INTERRUPT });
        takeBack(this);
      }

      terminate() {
        super.terminate();
        takeBack(this);
      }
    },
  };
}
