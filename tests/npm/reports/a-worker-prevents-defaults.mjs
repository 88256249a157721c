// @ts-check
// A listener in a worker prevents the default, and reads `currentTarget`.
import { ok } from '../suite.mjs';

export const source = 'https://github.com/pyscript/pyscript/issues/1763';

/** @param {any} library */
export function run({ window }) {
  let seen = false;
  window.document.addEventListener('prevented', (/** @type {any} */ event) => {
    event.preventDefault();
    seen ||= event.currentTarget === window.document;
  });
  const dispatch = () => window.document.dispatchEvent(new window.Event('prevented', { cancelable: true }));
  // The page waits for 8 ms at most, which a busy machine may take for anything.
  ok(Array.from({ length: 10 }, dispatch).includes(false), 'not prevented');
  ok(seen, 'no target');
}
