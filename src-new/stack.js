// @ts-check
// Proof that enough stack is left. JavaScript cannot ask. But engines look before they enter a wasm function with a large frame.
// This one's has thousands of values to keep, in a branch that is never taken: it takes some ns, and half the stack that is
// asked for, since it calls itself.

/**
 * How many values a call gives, and how many calls: 64 KB of stack. The wasm takes a few, but V8 compiles a function, when it
 * is first called, only where 40 are left (`kStackSpaceRequiredForCompilation` in its compiler.h). V8 takes 30 ms to compile
 * the call of one that gives a thousand values, 1 ms for these.
 */
const SHAPE = { values: 20, calls: 200 };
/**
 * 32 KB, which do in WebKit. Its pages hung, or crashed, after overflows with half as many calls of the other shape, and hung
 * where 48 KB were asked for (in 2.50).
 */
const SHAPE_IN_WEBKIT = { values: 1000, calls: 1 };

/** Throws the engine's own error unless the shape's stack is left. */
export let prove = () => {};

/** Makes `prove` do so. It is not done at once: not every page allows wasm. */
export function startProving() {
  const [void_, i32, i64] = [0x40, 0x7f, 0x7e];
  const [if_, end, call, get, number, greater, add, wrap] = [4, 0x0b, 0x10, 0x20, 0x41, 0x4b, 0x7c, 0xa7];
  const [many, large] = [0, 1];
  // Only WebKit's errors have a `line`.
  const shape = 'line' in new Error() ? SHAPE_IN_WEBKIT : SHAPE;
  const values = (/** @type {number} */ what, count = shape.values) => Array(count).fill(what);
  // All values are there while a function runs, for their sum is needed after it.
  const sum = values(add, shape.calls * shape.values - 1);
  const kept = [...Array(shape.calls).fill([call, many]).flat(), number, 0, call, large, ...sum];
  const never = [...kept, wrap, call, large];
  const body = [
    0,
    get,
    0,
    if_,
    void_,
    get,
    0,
    number,
    1,
    greater,
    if_,
    void_,
    ...never,
    end,
    number,
    0,
    call,
    large,
    end,
    end,
  ];
  /** A length, which may have two bytes, and what is so long. @param {number[]} bytes */
  const sized = (bytes, count = bytes.length) => [(count & 0x7f) | 0x80, count >> 7, ...bytes];
  const types = [2, 0x60, 1, i32, 0, 0x60, 0, ...sized(values(i64))];
  const module = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    [1, ...sized(types)],
    // The values come from an import: an optimiser would find out about anything else.
    [2, 7, 1, 1, 0x61, 1, 0x61, 0, 1],
    [3, 2, 1, 0],
    [7, 5, 1, 1, 0x61, 0, large],
    [10, ...sized([1, ...sized(body)])],
  ];
  const compiled = new WebAssembly.Module(new Uint8Array(module.flat()));
  const { exports } = new WebAssembly.Instance(compiled, { a: { a: () => [] } });
  const enter = /** @type {(again: number) => void} */ (exports.a);
  prove = () => enter(1);
}
