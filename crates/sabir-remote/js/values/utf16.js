// @ts-check
// Texts with lone surrogates, which UTF-8 cannot have.

const decoder = new TextDecoder('utf-16le', { ignoreBOM: true });
// Minifiers write the character itself into a string, which makes the whole script wide.
const REPLACEMENT = /\ufffd/;

/** @param {Uint8Array} bytes */
export function utf16(bytes) {
  const text = decoder.decode(bytes);
  // The decoder puts U+FFFD for a lone surrogate, which is why the text came this way.
  if (!REPLACEMENT.test(text)) return text;
  const units = new Uint16Array(bytes.slice().buffer);
  let whole = '';
  for (let start = 0; start < units.length; start += 4096) {
    whole += String.fromCharCode.apply(null, /** @type {any} */ (units.subarray(start, start + 4096)));
  }
  return whole;
}
