// @ts-check
// Calls of a link that is not open yet. Their arguments are read at once: the program may change them meanwhile.

import { numberOf } from '../names.js';
import { begin, takeDraft, writeDraft } from '../values/encode.js';
import { CALL } from './operations.js';

/** @typedef {import('./end.js').LinkEnd} LinkEnd */

/** Reads the arguments, and takes what is transferred. @param {LinkEnd} end @param {string} name @param {any[]} args @param {Transferable[]} transfer */
export function draftCall(end, name, args, transfer) {
  end.composeCall(name, args, transfer);
  return takeDraft(transfer);
}

/** Makes the call. @param {LinkEnd} end @param {string} name @param {ReturnType<typeof takeDraft>} draft @param {number} timeoutMs below 0: none */
export function sendDraft(end, name, draft, timeoutMs) {
  const number = numberOf(name, timeoutMs);
  begin(end);
  return end.ask(number, CALL, name, writeDraft(draft));
}
