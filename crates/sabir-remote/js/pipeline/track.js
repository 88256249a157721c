// @ts-check
// The operations on their way to a page: a ring of their own in shared memory, beside the link's. The page reads many at once, and
// the worker wakes it only where it has read all.
//
// An operation is two bytes of its length, and its message in one piece. A length of 0xffff leads to the ring's start.

/**
 * Indices of the words before the bytes: positions, which only grow; whether the page has read all; whether the worker waits for
 * an answer of the page's; begun and ended turns of the worker's event loop (odd: one goes on); whether the page waits for
 * the worker in the midst of an operation.
 */
const [WRITTEN, READ, IDLE, WAITING, TURNS, NESTED, HEADER_WORDS] = [0, 1, 2, 3, 4, 5, 6];
const BYTES = 1 << 18;
/** The longest message: longer ones are waited for. */
export const MOST_BYTES = 1 << 12;
const TO_START = 0xffff;
/** How often the page looks for one more operation between looks at the clock. */
const LOOKS = 250;

const pause = /** @type {any} */ (Atomics).pause ?? (() => {});

class Track {
  /** @param {SharedArrayBuffer} memory */
  constructor(memory) {
    this._words = new Int32Array(memory, 0, HEADER_WORDS);
    this._shared = new Uint8Array(memory, 4 * HEADER_WORDS);
  }

  /** The offset of a position. @param {number} position */
  _offset(position) {
    return position & (BYTES - 1);
  }
}

/** The worker's end. */
export class TrackWriter extends Track {
  _written = 0;
  /** As it was when it was looked at last. */
  _read = 0;
  _isInTurn = false;
  /** A message to this realm ends its turn: a timer may take 4 ms. */
  _turns = new MessageChannel();

  constructor() {
    const memory = new SharedArrayBuffer(4 * HEADER_WORDS + BYTES);
    super(memory);
    this.memory = memory;
    this._words[IDLE] = 1;
    this._turns.port1.onmessage = () => {
      this._isInTurn = false;
      Atomics.add(this._words, TURNS, 1);
    };
  }

  /** How many bytes the page may not have read. */
  get unread() {
    return (this._written - Atomics.load(this._words, READ)) | 0;
  }

  /** Whether the page waits for this worker in the midst of an operation: what comes now has to be performed before the rest. */
  get isNested() {
    return Atomics.load(this._words, NESTED) > 0;
  }

  /** The offset in `bytes` for a message; -1 if there is no space now. @param {number} length */
  reserve(length) {
    const rest = BYTES - this._offset(this._written);
    const skipped = rest < length + 2 ? rest : 0;
    if (!this._hasSpace(skipped + length + 2)) return -1;
    if (skipped >= 2) this._writeLength(TO_START);
    this._written = (this._written + skipped) | 0;
    this._writeLength(length);
    return this._offset(this._written) + 2;
  }

  get bytes() {
    return this._shared;
  }

  _beginTurn() {
    this._isInTurn = true;
    Atomics.add(this._words, TURNS, 1);
    this._turns.port2.postMessage(0);
  }

  /** Says whether the worker waits for an answer, and writes nothing meanwhile. @param {boolean} isWaiting */
  wait(isWaiting) {
    Atomics.store(this._words, WAITING, Number(isWaiting));
  }

  /** @param {number} length */
  _hasSpace(length) {
    if (((this._written - this._read) | 0) + length <= BYTES) return true;
    this._read = Atomics.load(this._words, READ);
    return ((this._written - this._read) | 0) + length <= BYTES;
  }

  /** @param {number} length */
  _writeLength(length) {
    const at = this._offset(this._written);
    this._shared[at] = length;
    this._shared[at + 1] = length >> 8;
  }

  /** Publishes the message that was reserved; true if the page has to be woken. @param {number} length */
  publish(length) {
    this._written = (this._written + length + 2) | 0;
    if (!this._isInTurn) this._beginTurn();
    Atomics.store(this._words, WRITTEN, this._written);
    return Atomics.load(this._words, IDLE) === 1 && Atomics.exchange(this._words, IDLE, 0) === 1;
  }
}

/** The page's end. */
export class TrackReader extends Track {
  /** A copy of what was written: decoders take no shared memory. */
  bytes = new Uint8Array(BYTES);
  view = new DataView(this.bytes.buffer);
  _at = 0;
  _copied = 0;

  /** The offset in `bytes` of the next message's length; -1 if there is none. @returns {number} */
  next() {
    if (this._at === this._copied && !this._copy()) return -1;
    const at = this._offset(this._at);
    const rest = BYTES - at;
    if (rest >= 2 && this.view.getUint16(at, true) !== TO_START) return at;
    this._at = (this._at + rest) | 0;
    return this.next();
  }

  /** The position until which there are messages. */
  get written() {
    return Atomics.load(this._words, WRITTEN);
  }

  /** Whether a position was not read yet. @param {number} position */
  isBefore(position) {
    return ((position - this._at) | 0) > 0;
  }

  /** The number of the worker's last turn in which it has written. */
  get turn() {
    return (Atomics.load(this._words, TURNS) + 1) >> 1;
  }

  /** Whether the worker may write more before it waits or its turn ends. */
  get mayGrow() {
    return (Atomics.load(this._words, TURNS) & 1) === 1 && Atomics.load(this._words, WAITING) === 0;
  }

  /** The page waits for the worker in the midst of an operation; or no longer. @param {number} change */
  nest(change) {
    Atomics.add(this._words, NESTED, change);
  }

  /** Looks for another message, for some microseconds, unless the worker waits or its turn is over. */
  look() {
    for (let looks = 0; looks < LOOKS && this.written === this._copied; looks++) {
      if (!this.mayGrow) return;
      pause();
    }
  }

  /** From now on the worker wakes the page; true if it has written meanwhile, and does not. */
  rest() {
    const words = this._words;
    Atomics.store(words, IDLE, 1);
    if (this.written === this._copied) return false;
    // The worker may have woken us: that finds nothing then.
    Atomics.store(words, IDLE, 0);
    return true;
  }

  /** The message at an offset is read: its length. @param {number} at */
  take(at) {
    const length = this.view.getUint16(at, true);
    this._at = (this._at + length + 2) | 0;
    return length;
  }

  /** Copies what was written since; false if nothing was. */
  _copy() {
    const words = this._words;
    // Bytes that were copied before have been read: their place may be written again.
    Atomics.store(words, READ, this._copied);
    const { written } = this;
    if (written === this._copied) return false;
    const [from, to] = [this._offset(this._copied), this._offset(written)];
    if (from < to) this._copyBetween(from, to);
    else {
      this._copyBetween(from, BYTES);
      this._copyBetween(0, to);
    }
    this._copied = written;
    return true;
  }

  /** @param {number} from @param {number} to */
  _copyBetween(from, to) {
    this.bytes.set(this._shared.subarray(from, to), from);
  }
}
