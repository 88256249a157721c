/// <reference lib="esnext.disposable" />

/** Functions by name, of any type: for programs that do not declare their exports. */
export type Exports = Record<string, any>;

/** The arguments of a call: the function's own, then `transfer(…)` if buffers are to be moved. */
type Sent<Arguments extends any[]> = Arguments | [...Arguments, moved: Transferable[]];

/** Another realm's functions, called without blocking. */
export type Async<Functions> = {
  readonly [Name in keyof Functions]: Functions[Name] extends (...args: infer Arguments) => infer Result
    ? (...args: Sent<Arguments>) => Promise<Awaited<Result>>
    : Functions[Name];
};

/** Another realm's functions, called by a blocked worker. Over the transport `message` they give promises. */
export type Blocking<Functions> = {
  readonly [Name in keyof Functions]: Functions[Name] extends (...args: infer Arguments) => infer Result
    ? (...args: Sent<Arguments>) => Awaited<Result>
    : Functions[Name];
};

/** Another worker's exports. `using` ends the link at the end of a block, as `disconnect` does. */
export type Connection<Theirs = Exports> = Blocking<Theirs> & Disposable;

/** One call: its name, bytes and duration. */
export interface TraceEvent {
  /** The function's name, or the property's. */
  name: string;
  /** Bytes there and back, without bulk bytes; 0 for async calls. */
  bytes: number;
  /** When it began, in ms, as `performance.now()` tells it. */
  start: number;
  /** In ms. */
  duration: number;
}

/** Switches tracing on and off, and shows what came of it. */
export interface Trace {
  /** Traces every call from now on. */
  start(listener?: (event: TraceEvent) => void): void;
  /** Ends tracing; gives the events. */
  stop(): TraceEvent[];
  /** The events so far, at most 100,000. */
  readonly events: TraceEvent[];
  /** Shows calls by name as a table in the console; gives its rows, dearest first. */
  table(): { name: string; calls: number; bytes: number; 'total ms': number; 'longest ms': number }[];
  /** Adds the events to the browser's performance timeline; gives their number. */
  measure(): number;
}

/** The objects that a worker may reach through `window`. A denied object is denied on every path to it. */
export interface Policy {
  /** Paths from `window`, such as `document.body`: only these, and what is below them, can be reached. */
  allow?: string[];
  /** Paths from `window` that cannot. */
  deny?: string[];
  /** Nothing can be set, defined or deleted. */
  readOnly?: boolean;
  /** Asked last; `false` refuses. */
  hook?(operation: { kind: 'get' | 'set' | 'call'; target: any; key?: PropertyKey; args?: any[] }): boolean;
}

/** Marks the last argument of a call: its buffers and ports are moved, and detached here. */
export type Transfer = (...values: Transferable[]) => Transferable[];

/** The transports of a link, fastest first. Over the last one, functions give promises, and nothing else works. */
export type Transport = 'atomics' | 'mailbox' | 'service-worker' | 'message';

/** Which transports there may be. By default the fastest is taken that the page's headers and the browser allow. */
export interface TransportOptions {
  /** Those that may be used. */
  transports?: Transport[];
  /** Those that may not. */
  exclude?: Transport[];
  /** The script of the service worker, which `npx sabir FILE` writes: without it there is none. */
  serviceWorker?: string | URL;
  /** `false`: the page is never loaded anew for a service worker that a browser has not let take over a running worker. */
  reload?: boolean;
}

export interface CommonOptions {
  /** Applied to each argument and each result before it is sent. */
  transform?: (value: any) => any;
  /** `false`: the last argument of a call is never looked at for `transfer`. */
  transfer?: boolean;
  /** Each call's limit in ms; `Infinity`, no limit, by default. */
  timeout?: number;
}

export interface MainOptions extends CommonOptions, TransportOptions {
  /**
   * How long a worker may take to join, and then to take its end of a link (`connect`), in ms; 30,000 by default, `Infinity` is no
   * limit. After it, all who wait for the worker get `Closed`.
   */
  startTimeout?: number;
  /** For coincident's sake: Sabir's own encoding has no limits to work around. */
  encoder?: unknown;
}

export interface WorkerOptions extends CommonOptions {
  /**
   * Has the worker go on while the page performs operations whose results are known beforehand: assignments, calls that give
   * nothing, a new object or an argument. An error comes with the next operation that waits, or as an `error` event.
   * `stacks: true` notes the stack of each operation, which costs time, for its error.
   */
  pipeline?: boolean | { stacks?: boolean };
  /**
   * Has an object stay the worker's own that it assigns to a node of the page's, or to its `window`: to read it gives the very
   * same one. Libraries keep their state so. Without it the node has a copy.
   */
  expandos?: boolean;
  /**
   * Gives the worker's global scope what only the page's has: `document`, the classes of nodes, `requestAnimationFrame`, and so on.
   * `window` is then the worker's global scope. Libraries look for these when they are loaded: import them afterwards.
   */
  globals?: boolean;
  /** Called with each function or object that was lent to the page, when the page has given it back. */
  released?: (value: any) => void;
  /** For coincident's sake: Sabir's own encoding has no limits to work around. */
  decoder?: unknown;
  /** For coincident's sake: there is no such limit. */
  minByteLength?: number;
  /** For coincident's sake: there is no such limit. */
  maxByteLength?: number;
}

/** The platform's options, coincident's, and a timeout. Workers are modules by default. */
export interface OwnOptions extends globalThis.WorkerOptions, TransportOptions {
  /** As the factory's, for this worker. */
  transform?: (value: any) => any;
  /** How long, in ms, what is read through a proxy is remembered; -1: not at all. */
  reflected_ffi_timeout?: number;
  /** Each call's limit in ms; `Infinity` is no limit. */
  timeout?: number;
  /** How long the worker may take to join, and to take its end of a link, in ms. */
  startTimeout?: number;
}

/** A worker that can call its page and wait. `Theirs` are the worker's exports, `Ours` the page's. */
export interface SabirWorker<Theirs = Exports, Ours = Exports> extends Worker {
  /** The worker's exports, as async functions. Assign a function to export it to the worker. */
  readonly proxy: Async<Theirs> & Ours;
  /** The same as `proxy`, but each call ends with `TimedOut` after so many ms; `Infinity` is no limit. */
  timeout(ms: number): Async<Theirs>;
  /** Ends the worker's innermost blocking call, or its next one, with `Interrupted`. */
  interrupt(): void;
  /** The link's transport; undefined until it is known. */
  readonly transport: Transport | undefined;
  /** Why each better transport was passed over. */
  readonly passedOver: Partial<Record<Transport, string>>;
  /** How many objects the page and the worker hold of each other. */
  readonly handles: { lent: number; borrowed: number };
  /** The state of the link at both ends, for people to read: who is blocked in what since when, and what waits. */
  dump(): Promise<string>;
}

/** Functions that save trips. */
export interface Ffi {
  /** `Object.assign`, in one trip. */
  assign<T extends object>(target: T, ...sources: object[]): T;
  /** Has an object travel by value. */
  direct<T extends object>(value: T): T;
  /** Runs a function on the page: its text travels, not what it closes over. Refused under a CSP without `unsafe-eval`. */
  evaluate<A extends any[], R>(callback: (...args: A) => R, ...args: A): R;
  /** Several values in one trip. */
  gather(target: any, ...keys: (string | symbol)[]): any[];
  /** The value at a path such as `a.b[0].c`, in one trip; undefined where a step leads nowhere. */
  query(target: any, path: string): any;
}

/** The page's global object, as a worker reaches it. */
export type PageWindow = Window &
  typeof globalThis & {
    /** Imports a module on the page. */
    import(specifier: string): any;
  };

/** The members that a worker has. `Theirs` are the page's exports, `Ours` the worker's. */
export interface Joined<Theirs = Exports, Ours = Exports> {
  /** Whether calls block, by atomics. */
  native: boolean;
  /** Whether calls block. Where they do not, they give promises. */
  sync: boolean;
  /** The link's transport. */
  transport: Transport;
  /** Why each better transport was passed over. */
  passedOver: Partial<Record<Transport, string>>;
  /** The page's exports. Assign a function to export it to the page. */
  proxy: Blocking<Theirs> & Ours;
  transfer: Transfer;
  trace: Trace;
  /** The page's `reflected_ffi_timeout`. */
  ffi_timeout: number;
  /** The same as `proxy`, but each call ends with `TimedOut` after so many ms; `Infinity` is no limit. */
  timeout(ms: number): Blocking<Theirs>;
  /** The same of another worker's exports, which `connect` gave. */
  timeout<Others>(ms: number, other: Connection<Others>): Connection<Others>;
  /** Runs `body`, whose sets and calls without a result go in one message; one that has a result takes those before along. */
  batch<T>(body: () => T): T;
  /** Serves what has arrived, in order, and throws `Interrupted` if the page has interrupted; for loops that make no calls. */
  poll(): void;
  /** Blocks this worker for so many ms; an interrupt ends it. Serves what the page asks meanwhile, unless an exported function sleeps. */
  sleep(ms: number): void;
  /** Links this worker to the one that the page named so; gives what that one exports. Calls of it block, and pass the page by. */
  connect<Others = Exports>(name: string): Promise<Connection<Others>>;
  /** Ends links to other workers: one that `connect` gave, those to the worker of a name, or all. The other end may do so as well. */
  disconnect(which?: object | string): void;
  /** How many objects the page and the worker hold of each other. */
  handles(): { lent: number; borrowed: number };
}

/** The page's end; `More` has the members of its workers beyond the common ones. */
export interface PageHalf<More = unknown> {
  Worker: new <Theirs = Exports, Ours = Exports>(
    url: string | URL,
    options?: OwnOptions,
  ) => SabirWorker<Theirs, Ours> & More;
  /** Whether memory can be shared: the page is cross-origin isolated. */
  native: boolean;
  transfer: Transfer;
  trace: Trace;
}

/** The class of all errors of Sabir. */
export class SabirError extends Error {}
/** No answer came within the call's timeout. */
export class TimedOut extends SabirError {}
/** The link has ended: the worker was terminated or failed, or the page was left. */
export class Closed extends SabirError {}
/** The other realm called `interrupt()`. */
export class Interrupted extends SabirError {}
/** Two realms wait for each other; the message names both functions. */
export class Deadlock extends SabirError {}
/** Calls that serve calls went deeper than 64; the message names them. */
export class TooDeep extends SabirError {}
/** More calls, or bytes of calls, wait for the other realm than the limit that the message names. */
export class TooMany extends SabirError {}
/** The callee gave the call up. */
export class Cancelled extends SabirError {}
/** Page and worker run different versions. */
export class LinkError extends SabirError {}
/** This operation has to block, and the worker's transport cannot. The message says what to do. */
export class CannotBlock extends SabirError {}
/** The page needs an answer of the worker at once, and cannot have it. The message names the function and the remedy. */
export class NotNow extends SabirError {}
/** The page's policy does not allow it, or the page has not offered its `window`. */
export class Refused extends SabirError {}
/** A handle that stands for nothing: released, of another link, or made up. */
export class BadHandle extends SabirError {}
/** No function of this name is exported. */
export class NotExported extends TypeError {}
/** A value that cannot travel. */
export class Unserialisable extends SabirError {
  /** Where it stands, as in `args[0].x.y`. */
  path: string;
}
