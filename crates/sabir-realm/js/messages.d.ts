// Every message between a page and its worker. `messages.rs` has the same names for Rust; the tidy tests compare both.
// They are literals in the scripts, where TypeScript checks them: constants cost each entry of the npm package 0.1 KB.
//
// A link opens so. The worker says hello once it listens. The page sends `Start`, with its half of a transport. The worker
// takes its half and has joined, or it declines and waits for the next offer. A worker that cannot go on has failed.

/** Worker to page: its script listens. Messages that came before may be lost. */
export interface Hello {
  type: 'sabir:hello';
}

/** Page to worker: how to take its end of the link. The npm package sends it before the worker's hello, and again then. */
export interface Start {
  type: 'sabir:start';
  /** The compiled wasm; undefined if it is not the page's own. */
  module: WebAssembly.Module | undefined;
  /** The link's, where memory is shared. */
  memory: SharedArrayBuffer | undefined;
  /** Wake this worker by `Ring` only. */
  byMessage: boolean;
  /** Name of a lock that the worker holds as long as it lives. */
  lock: string;
}

/** A transport, as `Start` has the first one. */
export interface Offered {
  transport: string;
  /** What the worker needs to take its half. */
  offer: object;
}

/** A transport for a worker of the npm package. */
export interface PackageOffered extends Offered {
  /** The message of errors, if the transport cannot block. */
  cannotBlock?: string;
}

/** Page to worker, which has declined: the next transport. */
export interface Offer extends PackageOffered {
  type: 'sabir:offer';
}

/** The start of a worker of the npm package. */
export interface PackageStart extends Start, PackageOffered {
  module: WebAssembly.Module;
  /** Of the page's package. */
  version: string;
  /** Why each better transport was passed over. */
  passedOver: Record<string, string>;
  /** Whether the worker reaches `window`. */
  windowed: boolean;
  /** How long the worker may remember what it has read, in ms; below 0: not at all. */
  memoMs: number;
  /** What a packet carries at most, where memory is not shared. */
  ringBytes: number;
}

/** A transport for a worker of Rust's. */
export interface ProgramOffered extends Offered {
  ringBytes: number;
}

/** The start of a worker of Rust's; it has a transport only where memory is not shared. */
export interface ProgramStart extends Start, Partial<ProgramOffered> {
  /** URL of the JavaScript that wasm-bindgen wrote. */
  glue: string;
  /** The program's name. */
  entry: string;
  /** Of the npm package, whose page it is; undefined if that is Rust's. */
  version?: string;
  /** Whether the package's start function runs in the worker, too. */
  runsStart: boolean;
  /** Whether the worker reaches `window`; undefined in packages without the feature `page`. */
  windowed?: boolean;
  /** Whether the worker tells the page of its calls. */
  traced?: boolean;
}

/** Worker to page: it cannot take its half of this transport. */
export interface Declined {
  type: 'sabir:declined';
  transport: string;
  why: string;
}

/** Worker to page: it has its end of the link, and the program begins. */
export interface Joined {
  type: 'sabir:joined';
}

/** Worker to page: it cannot go on. */
export interface Failed {
  type: 'sabir:failed';
  /** Rust's: how far it was. */
  stage?: 'load' | 'script' | 'init' | 'entry' | 'program';
  message: string;
}

/** Worker to a page of the npm package: its program has had the chance to export. */
export interface Settled {
  type: 'sabir:settled';
}

/** Rust worker to page: its program has returned. */
export interface Returned {
  type: 'sabir:returned';
}

/** Rust worker to page, which traces its calls. */
export interface Traced {
  type: 'sabir:traced';
  /** As `TraceEvent` of trace.js, but its `start` is in ms since 1970. */
  event: { name: string; bytes: number; start: number; duration: number };
}

/** Worker to page, where there are no locks: it closes itself. */
export interface Closing {
  type: 'sabir:closing';
}

/** Page to npm worker: the link has ended. */
export interface Ended {
  type: 'sabir:ended';
  message: string;
}

/** Both ways: a doorbell, for a realm that sleeps in its event loop and cannot be woken by atomics. */
export interface Ring {
  type: 'sabir:ring';
}

/** Both ways, where memory is not shared. An empty packet is a trial of the transport. */
export interface Packet {
  type: 'sabir:packet';
  packet: Uint8Array;
}

/** Both ways: values that only the platform can clone. */
export interface Cargo {
  type: 'sabir:cargo';
  /** By which their message names them. */
  id: number;
  values: any[];
}

/** Worker to page: hand the other end of a link to the worker of this name. */
export interface Connect {
  type: 'sabir:connect';
  /** The link's. */
  id: string;
  name: string;
  memory: SharedArrayBuffer;
  byMessage: boolean;
}

/** Worker to page: it has its end of a link, or why not. Page to the worker which wanted to connect: done, or why not. */
export interface Connected {
  type: 'sabir:connected';
  id: string;
  error?: string;
}

/** Page to worker: the other end of that link. */
export interface Linked {
  type: 'sabir:linked';
  id: string;
  /** Of the worker that wanted to connect. */
  name: string | undefined;
  memory: SharedArrayBuffer;
  byMessage: boolean;
}

/** Worker to page: a link to another worker has ended. */
export interface Disconnect {
  type: 'sabir:disconnect';
  id: string;
}

/** Worker to page: a message for the other worker of a link. */
export interface Relay {
  type: 'sabir:relay';
  id: string;
  message: Ring | Cargo;
  /** The values among those of the message that are moved. */
  transfer?: Transferable[];
}

/** Page to worker: that message. */
export interface Relayed {
  type: 'sabir:relayed';
  id: string;
  message: Ring | Cargo;
}

type BothWays = Ring | Packet | Cargo;
type OfLinks = Connect | Connected | Disconnect | Relay;

/** A page receives these. */
export type FromWorker =
  | Hello
  | Declined
  | Joined
  | Failed
  | Settled
  | Closing
  | Returned
  | Traced
  | BothWays
  | OfLinks;
/** A worker of the npm package receives these. */
export type FromPage = PackageStart | Offer | Ended | BothWays | Connected | Linked | Relayed;
