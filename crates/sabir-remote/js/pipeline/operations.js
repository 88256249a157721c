// @ts-check
// Operations of pipelines, as they travel. How a page performs them is in `performer.js`.

import { asked, nothing } from '../end/operations.js';
import { writeList } from '../end/operands.js';
import { write, writeByte, writeUint32 } from '../values/encode.js';

/** @typedef {import('../end/end.js').LinkEnd} LinkEnd */
/** @typedef {import('../end/operations.js').Operation} Operation */
/** The worker is going to send operations for which it does not wait, by the track whose memory is this cargo. */
export const PIPELINE = { .../* @__PURE__ */ asked(33, 'pipeline', (_, cargo) => write(cargo)), mayWait: true };

/** Wakes the page: there are operations on the track. */
export const PIPELINED = /* @__PURE__ */ asked(34, 'pipelined', nothing);

/** A call of a method by its name: the page may have replaced it since the worker has got it. */
export const METHOD = /* @__PURE__ */ asked(
  35,
  'method',
  (end, /** @type {{ handle: number, rule: number }} */ { handle, rule }, /** @type {any[]} */ args) => {
    writeUint32(handle);
    writeByte(rule);
    writeList(args, end.writeArgument);
  },
);

/** The interfaces of an object, the nearest first. */
export const INTERFACES = /* @__PURE__ */ asked(36, 'interfaces', nothing);

/** As `GET`, and says whether all objects of the target's kind have the method. A policy is asked again when it is called. */
export const METHOD_OF_KIND = /* @__PURE__ */ asked(37, 'get', (_, key) => write(key), true);

/** As `GET` of a step in a copy: the node is of the type that it was in the copy before. */
export const STEP = /* @__PURE__ */ asked(
  43,
  'get',
  (_, /** @type {string} */ key, /** @type {number} */ type) => {
    write(key);
    writeByte(type);
  },
  true,
);

/** The place of a node within another one. */
export const PLACE = /* @__PURE__ */ asked(44, 'place', (end, node) => end.writeOne(node));

/** Whether a function is the constructor of one of the platform's interfaces. */
export const IS_INTERFACE = /* @__PURE__ */ asked(38, 'is an interface', nothing);

/** The worker waits until the page has performed all that it has sent. */
export const CATCH_UP = /* @__PURE__ */ asked(39, 'catch up', nothing);

/** The same, in slices with the page's frames between. No error comes with it. */
export const DRAIN = { .../* @__PURE__ */ asked(41, 'drain', nothing), mayWait: true };

/** A pipelined operation has failed; or its error is the next answer. */
export const FAILED = /* @__PURE__ */ asked(40, 'failed', (_, count, isNext) => {
  write(count);
  write(isNext);
});
