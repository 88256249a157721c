// @ts-check
// The entry of Rust programs, which `cargo xtask bundle` makes one file of: an end over a channel that Rust opens.

import { Host, guard } from '../border.js';
import { LinkEnd } from '../end/end.js';
import { Kind, Kinds } from '../end/kinds.js';
import { LATER_HANDLERS } from '../end/later.js';
import { Lending } from '../end/lending.js';
import { CALL } from '../end/operations.js';
import { actAsPage } from '../end/page.js';
import { HANDLERS, proxyOf } from '../end/proxies.js';
import { Scope } from '../end/scope.js';
import '../end/traps.js';
import { Classes } from '../globals/classes.js';
import { installGlobals } from '../globals/globals.js';
import { numberOf } from '../names.js';
import '../pipeline/start.js';
import { startProving } from '../stack.js';
import { bindMemory } from '../values/memory.js';
import { FIRST_KIND } from '../values/tags.js';
import { MethodHandler, ProgramHandler } from './methods.js';

/** The class of the channels that are guarded, once there are any: a realm has one wasm, but its worker's tests may have two. @type {WeakSet<object>} */
const guarded = new WeakSet();

/** @typedef {import('../trace.js').TraceEvent} TraceEvent */

/** Realms have clocks of their own: `start` is in ms since 1970. @param {(event: TraceEvent) => void} tell @returns {any} */
const tracer = (tell) => ({
  record: (/** @type {TraceEvent} */ event) => tell({ ...event, start: performance.timeOrigin + event.start }),
});

export class ProgramEnd extends LinkEnd {
  /** @type {Classes | undefined} */
  #classes;
  /** Whether there has been a proxy. */
  #hasMet = false;
  /** By their numbers. @type {Kind[]} */
  #kinds = [];
  /** What methods give, by their handles, where that is known beforehand. @type {Map<number, symbol>} */
  results = new Map();
  /** @type {WeakMap<object, Kind>} */
  #kindsOf = new WeakMap();

  /**
   * @param {boolean} page @param {boolean} windowed @param {boolean} shared
   * @param {import('../end/policy.js').PolicyOptions | undefined} policy
   * @param {(message: object, transfer: Transferable[]) => void} send
   * @param {((event: TraceEvent) => void) | boolean | undefined} trace is told of each call; true: the page is told
   */
  constructor(page, windowed, shared, policy, send, trace) {
    super({
      page,
      windowed,
      blocking: !page,
      shared,
      handlers: page ? LATER_HANDLERS : { ...HANDLERS, function: MethodHandler },
      lending: page && windowed ? new Lending(policy) : undefined,
      send,
    });
    this.host = new Host(this);
    if (trace) this.tracer = tracer(trace === true ? (event) => send({ type: 'sabir:traced', event }, []) : trace);
    if (page) actAsPage(this);
    if (page && windowed) this.kinds = new Kinds();
    // web-sys takes what it is given for the result: only what is known to give nothing waits in a batch.
    this.batches.answersCalls = true;
  }

  /** @override @param {number} type @param {number} handle */
  makeProxy(type, handle) {
    this.#hasMet = true;
    if (type < FIRST_KIND || this.isPage) return super.makeProxy(type, handle);
    const kind = (this.#kinds[type - FIRST_KIND] ??= new Kind());
    const proxy = proxyOf({}, new ProgramHandler(this, handle, kind));
    this.#kindsOf.set(proxy, kind);
    return proxy;
  }

  /** @override @param {object} value */
  kindOf(value) {
    return this.#kindsOf.get(value) ?? super.kindOf(value);
  }

  /**
   * Has the page perform operations for which this worker does not wait. Without shared memory each takes a trip of its own.
   * @param {boolean} stacks whether the error of an operation has its stack
   */
  async startPipeline(stacks) {
    if (!this.settings.shared) return;
    const { Pipeline } = await import('../pipeline/pipeline.js');
    new Pipeline(this, { stacks });
    this.#hasMet = true;
  }

  /** @param {any} channel */
  attach(channel) {
    const { constructor } = channel;
    if (!guarded.has(constructor)) {
      guarded.add(constructor);
      guard(constructor);
      startProving();
      bindMemory(constructor.wasmMemory());
    }
    this.carrier = Object.assign(channel, { host: this.host });
  }

  /** Gives `values`. Rust asks for their classes next: if objects of the page's are among them, those have to be known. @param {any} values */
  #knowingClasses(values) {
    if (this.#hasMet && this.windowed && !this.isPage) this.installClasses();
    return values;
  }

  /** @override @param {string} name @param {any[]} args @param {Transferable[]} transfer @param {number} timeoutMs */
  call(name, args, transfer, timeoutMs) {
    return this.#knowingClasses(super.call(name, args, transfer, timeoutMs));
  }

  /** As `call`, but never blocks. @param {string} name @param {any[]} args @param {Transferable[]} transfer @param {number} timeoutMs */
  callLater(name, args, transfer, timeoutMs) {
    const number = numberOf(name, timeoutMs);
    this.composeCall(name, args, transfer);
    const result = this.sendLater(number, CALL, name, transfer);
    return this.isPage ? result : result.then((value) => this.#knowingClasses(value));
  }

  /** @param {string} name @param {(args: any[]) => any} callback */
  offer(name, callback) {
    this.exports.set(name, (/** @type {any[]} */ ...args) => callback(this.#knowingClasses(args)));
  }

  settle() {
    this.exports.settle();
  }

  /** Hears of the ends of this worker's links, and of this one. @param {(id: string) => void} unlinked @param {() => void} ended */
  watchLinks(unlinked, ended) {
    Object.assign(this.settings, { unlinked, ended });
  }

  /** Makes the page's classes known by their names in this worker's global scope; gives them. */
  installClasses() {
    return (this.#classes ??= new Classes(this));
  }

  /** Gives this worker's global scope all that only the page's has. */
  installGlobals() {
    if (!this.hasGlobals) installGlobals(this, this.installClasses());
  }

  openScope() {
    return new Scope(this.borrowed);
  }

  countHandles() {
    const { lent, borrowed } = this.handles;
    return [lent, borrowed];
  }
}
