// @ts-check
// Short strings of messages, with a cache.

/** Short strings are the names of properties, again and again: those read last are looked up by their bytes. */
const CACHED = 24;
/** As many as a message of 1000 objects with a text each may have, with room to spare: two of one place evict each other. */
const PLACES = 4096;
/** @type {string[]} */
const cache = new Array(PLACES).fill('');

/** The text of the Latin-1 characters from `start` to `end`. @param {Uint8Array} bytes @param {number} start @param {number} end */
export function latin1(bytes, start, end) {
  const length = end - start;
  if (length > CACHED) return String.fromCharCode.apply(null, /** @type {any} */ (bytes.subarray(start, end)));
  let hash = length;
  for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + bytes[index]) | 0;
  const place = hash & (PLACES - 1);
  const cached = cache[place];
  if (cached.length === length) {
    let index = 0;
    while (index < length && cached.charCodeAt(index) === bytes[start + index]) index++;
    if (index === length) return cached;
  }
  let text = '';
  let index = start;
  // Each addition makes a string.
  for (; index + 4 <= end; index += 4)
    text += String.fromCharCode(bytes[index], bytes[index + 1], bytes[index + 2], bytes[index + 3]);
  for (; index < end; index++) text += String.fromCharCode(bytes[index]);
  cache[place] = text;
  return text;
}
