// @ts-check
import { outcome } from './try.mjs';

// The same server by another name: another origin.
const frame = document.createElement('iframe');
frame.allow = 'cross-origin-isolated';
frame.src = location.href.replace('localhost', '127.0.0.1').replace('frame.html', 'framed.html');
await outcome(
  () =>
    new Promise((resolve) => {
      addEventListener('message', ({ data }) => resolve(data));
      document.body.append(frame);
    }),
);
