// @ts-check
// A page in a frame, as its own URL's parameters say: `sandbox` has the frame's flags, the rest goes to the framed page.
import { outcome } from './try.mjs';

const parameters = new URLSearchParams(location.search);
const frame = document.createElement('iframe');
const flags = parameters.get('sandbox');
if (flags !== null) frame.setAttribute('sandbox', flags);
parameters.delete('sandbox');
parameters.delete('headers');
frame.src = `./reasons.html?${parameters}`;
await outcome(
  () =>
    new Promise((resolve) => {
      addEventListener('message', ({ data }) => resolve(data));
      document.body.append(frame);
    }),
);
