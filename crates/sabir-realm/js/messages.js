// @ts-check
// Every message between a page and its worker. `messages.rs` has the same names for Rust; the tidy tests compare both.
//
// A link opens so. The worker says HELLO once it listens. The page sends START, with its half of a transport. The worker
// takes its half and says JOINED, or it says DECLINED and waits for the next OFFER. A worker that cannot go on says FAILED.

/** @typedef {{ type: typeof HELLO }} Hello worker to page: its script listens. Messages that came before may be lost. */
export const HELLO = 'sabir:hello';

/**
 * Page to worker: how to take its end of the link. The npm package also sends it before the worker's hello, and repeats it
 * then.
 * @typedef {object} Start
 * @property {typeof START} type
 * @property {WebAssembly.Module | undefined} module the compiled wasm; undefined if it is not the page's own
 * @property {SharedArrayBuffer | undefined} memory the link's, where memory is shared
 * @property {boolean} byMessage wake this worker by RING only
 * @property {string} lock name of a lock that the worker holds as long as it lives
 */
export const START = 'sabir:start';

/**
 * Page to worker: a transport. The first is a part of START, each next is an answer to DECLINED.
 * @typedef {object} Offer
 * @property {string} transport
 * @property {object} offer what the worker needs to take its half
 */
export const OFFER = 'sabir:offer';

/**
 * The start of a worker of the npm package.
 * @typedef {object} PackageFields
 * @property {string} version of the page's package
 * @property {Record<string, string>} passedOver why each better transport was passed over
 * @property {boolean} windowed whether the worker reaches `window`
 * @property {number} memoMs how long the worker may remember what it has read; below 0: not at all
 * @typedef {Start & Offer & PackageFields} PackageStart
 */

/**
 * The start of a worker of Rust's.
 * @typedef {object} ProgramFields
 * @property {string} glue URL of the JavaScript that wasm-bindgen wrote
 * @property {string} entry the program's name
 * @typedef {Start & ProgramFields & Partial<ProgramOffer>} ProgramStart it has an offer only where memory is not shared
 */

/** @typedef {Offer & { exchangers: string, ringBytes: number }} ProgramOffer with the URL of the script that takes the half */

/** @typedef {{ type: typeof DECLINED, transport: string, why: string }} Declined worker to page: it cannot take this half. */
export const DECLINED = 'sabir:declined';

/** @typedef {{ type: typeof JOINED }} Joined worker to page: it has its end of the link, and the program begins. */
export const JOINED = 'sabir:joined';

/**
 * Worker to page: it cannot go on. In Rust `stage` is `load`, `init`, `entry`, `transport` or `program`.
 * @typedef {{ type: typeof FAILED, stage?: string, message: string }} Failed
 */
export const FAILED = 'sabir:failed';

/** @typedef {{ type: typeof SETTLED }} Settled npm worker to page: its program has had the chance to export. */
export const SETTLED = 'sabir:settled';

/** @typedef {{ type: typeof RETURNED }} Returned Rust worker to page: its program has returned. */
export const RETURNED = 'sabir:returned';

/** @typedef {{ type: typeof CLOSING }} Closing worker to page, where there are no locks: it closes itself. */
export const CLOSING = 'sabir:closing';

/** @typedef {{ type: typeof ENDED, message: string }} Ended page to npm worker: the link has ended, and why. */
export const ENDED = 'sabir:ended';

/** @typedef {{ type: typeof RING }} Ring both ways: the other realm is asleep in its event loop, and has something to do. */
export const RING = 'sabir:ring';

/** @typedef {{ type: typeof PACKET, packet: Uint8Array }} Packet both ways, where memory is not shared: an empty one is a trial. */
export const PACKET = 'sabir:packet';

/** @typedef {{ type: typeof CARGO, id: number, values: any[] }} Cargo both ways, npm: values that only the platform can clone. */
export const CARGO = 'sabir:cargo';

/**
 * Npm worker to page: hand the end of a link in `memory` to the worker of this name.
 * @typedef {{ type: typeof CONNECT, id: string, name: string, memory: SharedArrayBuffer, byMessage: boolean }} Connect
 */
export const CONNECT = 'sabir:connect';

/** @typedef {{ type: typeof CONNECTED, id: string, error?: string }} Connected the page's answer: done, or why not. */
export const CONNECTED = 'sabir:connected';

/**
 * Page to npm worker: the other end of that link. `name` is that of the worker which asked for it.
 * @typedef {{ type: typeof LINKED, id: string, name?: string, memory: SharedArrayBuffer, byMessage: boolean }} Linked
 */
export const LINKED = 'sabir:linked';

/** @typedef {{ type: typeof DISCONNECT, id: string }} Disconnect npm worker to page: the link to another worker has ended. */
export const DISCONNECT = 'sabir:disconnect';

/** @typedef {{ type: typeof RELAY, id: string, message: Ring | Cargo }} Relay npm worker to page: for the other worker. */
export const RELAY = 'sabir:relay';

/** @typedef {{ type: typeof RELAYED, id: string, message: Ring | Cargo }} Relayed page to npm worker: of the other worker. */
export const RELAYED = 'sabir:relayed';

/** @typedef {Hello | Declined | Joined | Failed | Settled | Returned | Closing | Ring | Packet | Cargo} FromAnyWorker */
/** @typedef {FromAnyWorker | Connect | Disconnect | Relay} FromWorker what a page may receive */
/** @typedef {Ended | Ring | Packet | Cargo | Connected | Linked | Relayed} FromPage what a worker may receive, besides START and OFFER */
