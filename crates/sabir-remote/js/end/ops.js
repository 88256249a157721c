// @ts-check
// Operations, by the first byte of a message: the thirteen traps of a proxy, and others that save trips.

export const CALL = 1;
export const APPLY = 2;
export const CONSTRUCT = 3;
export const GET = 4;
export const SET = 5;
export const HAS = 6;
export const DELETE = 7;
export const OWN_KEYS = 8;
export const DESCRIPTOR = 9;
export const DEFINE = 10;
export const PROTOTYPE = 11;
export const SET_PROTOTYPE = 12;
export const IS_EXTENSIBLE = 13;
export const PREVENT_EXTENSIONS = 14;
export const ASSIGN = 15;
export const GATHER = 16;
export const QUERY = 17;
export const EVALUATE = 18;
export const GET_LASTING = 19;
export const RELEASE = 20;
export const BATCH = 21;
export const UNLINKED = 22;
/** The properties that interpreters look at first, in one trip. */
export const GLANCE = 23;
/** Before the operation: what the platform had to clone comes by a message of its own. */
export const WITH_CARGO = 24;
/** Elements of a list, ahead of the message that has the rest. */
export const AHEAD = 25;

/** How errors and traces call them. */
export const NAMES = [
  '',
  'call',
  'apply',
  'construct',
  'get',
  'set',
  'has',
  'deleteProperty',
  'ownKeys',
  'getOwnPropertyDescriptor',
  'defineProperty',
  'getPrototypeOf',
  'setPrototypeOf',
  'isExtensible',
  'preventExtensions',
  'ffi.assign',
  'ffi.gather',
  'ffi.query',
  'ffi.evaluate',
  'get',
  'release',
  'batch',
  'unlinked',
  'glance',
  'cargo',
  'ahead',
];

/** The first byte of an answer. */
export const RETURNED = 0;
export const THREW = 1;
/** The value may be remembered for as long as the program asked for. */
export const RETURNED_LASTING = 2;
export const RETURNED_DESCRIPTOR = 3;
/** Several values, each as it would travel by itself. */
export const RETURNED_LIST = 4;
