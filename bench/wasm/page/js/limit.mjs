// @ts-check
// What no library does without: two wake-ups for a number there and back, two new arrays for one that comes back.
import { serve } from './operations.mjs';

/** @type {Int32Array} */
const words = await new Promise((resolve) => {
  addEventListener('message', ({ data }) => resolve(data), { once: true });
});

const ASKED = 0;
const ANSWERED = 1;

serve(
  {
    echo(value) {
      if (ArrayBuffer.isView(value)) return new Float32Array(new Float32Array(/** @type {Float32Array} */ (value)));
      const before = Atomics.add(words, ASKED, 1);
      Atomics.notify(words, ASKED);
      Atomics.wait(words, ANSWERED, before);
      return value;
    },
  },
  ['int', 'object', 'objects'],
);
