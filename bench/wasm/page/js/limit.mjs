// @ts-check
// The unavoidable part of every library: two wake-ups for a number there and back, two new arrays for an echoed one.
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
