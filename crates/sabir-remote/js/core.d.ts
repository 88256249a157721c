/** The contract between JavaScript and the wasm of `sabir-js`. `cargo xtask test javascript` compares it with wasm-bindgen's. */
import type { Carrier } from './carrier';

/** The functions that the wasm calls: `Host` in `host.rs`. None of them throws. */
export interface Host {
  /** Serves a call; gives the place of its answer, -1 if the answer comes later, -2 if not even an error can be sent. */
  serve(address: number, len: number): number;
  /** The attachments of the last encoded message. */
  takeAttachments(): Uint8Array[];
  answered(token: number, address: number, len: number): void;
  failed(token: number, error: unknown): void;
  dumped(token: number, text: string): void;
  makeError(name: string, message: string): unknown;
  /** Sends the other realm a doorbell message. */
  wake(): void;
  closed(error: Error): void;
}

/** One end of a link. A `place` is the address, length and flags of an encoded message in one number. */
export class SabirChannel {
  private constructor();
  free(): void;
  [Symbol.dispose](): void;

  /** Makes a link in `memory`, and takes its first end. `border.js` wraps these three: they take a `LinkEnd` for its `Host`. */
  static create(memory: SharedArrayBuffer, ringBytes: number, byMessage: boolean, host: Host): SabirChannel;
  /** Takes the other end. */
  static attach(memory: SharedArrayBuffer, byMessage: boolean, host: Host): SabirChannel;
  /** Takes an end of a link without shared memory. */
  static tunnel(page: boolean, ringBytes: number, carrier: Carrier, host: Host): SabirChannel;

  /** Calls and blocks; gives the bytes of the answer, -1 if there is none. */
  call(name: number, place: number): number;
  /** The address of the word that has the address of the last answer. */
  answerAt(): number;
  /** The error of the last `call`. */
  takeError(): any;
  /** Calls; the answer goes to `Host.answered` or `Host.failed`. */
  start(name: number, place: number, token: number, urgent: boolean): void;
  /** As `call`, for a page: serves the link for up to `limitMs`; -2 if the answer is late, and then comes as that of `start`. */
  callWithin(name: number, place: number, token: number, limitMs: number): number;
  /** Sends a one-way message of the link's own. */
  post(name: number, place: number): void;

  /** Defers the answer of the served call; gives the token for `settle`. */
  defer(name: number): number;
  settle(token: number, place: number): void;
  hasWaiting(): boolean;
  isCongested(): boolean;

  interrupt(): void;
  takeInterrupt(): boolean;
  sleep(ms: number): void;
  poll(): void;
  /** From now on events of the other realm wait until this one is in its event loop, sleeps or polls. */
  keepTurns(): void;

  /** Takes a packet of the other realm. */
  receive(packet: Uint8Array): void;
  /** Sends the last packet again. */
  lost(): void;

  dump(token: number): string;
  close(why: string): void;

  /** Ends all links of this realm: an exception has crossed its wasm. */
  static fall(what: string): void;
  /** Has this slice of the pump last so long at least, in ms, while there is work; gives its end, as `performance.now`. */
  static hold(ms: number): number;
  /** Has the pump call `work`, which did not fit in this slice, in its next one. */
  static goOn(work: () => void): void;
  /** Makes room in the outbox of `depth`; gives its address, 0 if there is no memory. */
  static growOutbox(depth: number, len: number): number;
  static outboxBytes(depth: number): number;
  /** The number of a function's name, for calls of code or of the event loop. */
  static internName(name: string, timeoutMs: number, ofLoop: boolean): number;
  /** The attachments of the message that is decoded. */
  static takeArrived(): Uint8Array[];
  static wasmMemory(): WebAssembly.Memory;
}

/** The bytes of memory for a link with two rings of `ringBytes`. */
export function linkBytes(ringBytes: number): number;
/** Runs the pump: for a doorbell message. */
export function ring(): void;
export function initSync(module: { module: WebAssembly.Module }): unknown;
