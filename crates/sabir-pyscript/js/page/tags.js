// @ts-check
// The tags of workers.

const SELECTOR = ['py', 'mpy']
  .flatMap((type) => [`script[type="${type}"][worker]`, `${type}-script[worker]`])
  .join(',');

/** The tag that a worker belongs to; those of `PyWorker` have none. @param {object} worker @returns {Element | undefined} */
export const tagOf = (worker) =>
  [...document.querySelectorAll(SELECTOR)].find((tag) => /** @type {any} */ (tag).xworker === worker);

/** A worker as its tag stands in the page. @param {object} worker */
export function describe(worker) {
  const tag = /** @type {Element | undefined} */ (tagOf(worker)?.cloneNode(false));
  return tag?.outerHTML.replace(/<\/[^>]*>$/, '') ?? 'a worker without a tag';
}
