// @ts-check
// Cargo: values that only the platform can clone or move. They travel beside their message, by a message of the platform's.

import { Unserialisable } from '../errors.js';
import { isOf } from '../values/brands.js';

export class Cargo {
  /** Values that came before their message. @type {Map<number, any[]>} */
  _arrived = new Map();
  /** Messages that came before their values. @type {Map<number, (values: any[]) => void>} */
  _awaited = new Map();
  _nextId = 1;
  _send;

  /** @param {(message: object, transfer: Transferable[]) => void} send the platform's way of sending */
  constructor(send) {
    this._send = send;
  }

  /** Whether a message waits for its values. */
  get isAwaited() {
    return this._awaited.size > 0;
  }

  /** Sends values; gives the number by which their message names them. @param {any[]} values @param {Transferable[]} transfer */
  send(values, transfer) {
    const id = this._nextId++;
    const moved = transfer.filter((value) => !isOf(value, 'ArrayBuffer'));
    try {
      this._send({ type: 'sabir:cargo', id, values }, moved);
    } catch (error) {
      throw new Unserialisable(whyNotSent(values, error), { cause: error });
    }
    return id;
  }

  /** Takes the values of a platform message. @param {number} id @param {any[]} values */
  receive(id, values) {
    const resume = this._awaited.get(id);
    this._awaited.delete(id);
    if (resume === undefined) this._arrived.set(id, values);
    else resume(values);
  }

  /** Takes values that have arrived. @param {number} id */
  take(id) {
    const values = this._arrived.get(id);
    this._arrived.delete(id);
    return values;
  }

  /** Calls `resume` with the values: at once, or when they arrive. @param {number} id @param {(values: any[]) => void} resume */
  whenArrived(id, resume) {
    const values = this.take(id);
    if (values === undefined) this._awaited.set(id, resume);
    else resume(values);
  }

  clear() {
    this._arrived.clear();
    this._awaited.clear();
  }
}

/** @param {any[]} values @param {unknown} error of the platform */
function whyNotSent(values, error) {
  const fault = error instanceof Error ? error.message : String(error);
  const uncloned = values.find((value) => !isCloned(value));
  const remedy = 'a port, a stream or a canvas is moved by `transfer(value)`, the last argument';
  return uncloned === undefined
    ? fault
    : `it has a ${Object.prototype.toString.call(uncloned).slice(8, -1)}: ${remedy} (${fault})`;
}

/** @param {any} value */
function isCloned(value) {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** The cargo of a message has not arrived yet. */
export class MissingCargo extends Error {
  /** @param {number} id @param {import('../values/decode.js').Part} part the message that waits for it */
  constructor(id, part) {
    super('cargo');
    this.id = id;
    this.part = part;
  }
}
