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
  const count = shape.calls * shape.values;
  // All values are there while a function runs, for their sum is needed after it.
  const kept = 2 * shape.calls + 4 + count - 1;
  const begin = [0, get, 0, if_, void_, get, 0, number, 1, greater, if_, void_];
  const finish = [wrap, call, large, end, number, 0, call, large, end, end];
  /** A length in two bytes. @param {number} length */
  const sized = (length) => [(length & 0x7f) | 0x80, length >> 7];
  const code = begin.length + kept + finish.length;
  const start = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, ...sized(9 + shape.values), 2, 0x60, 1, i32, 0, 0x60, 0, ...sized(shape.values)],
    ...Array(shape.values).fill(i64),
    // The values come from an import: an optimiser would find out about anything else.
    ...[2, 7, 1, 1, 0x61, 1, 0x61, 0, 1],
    ...[3, 2, 1, 0],
    ...[7, 5, 1, 1, 0x61, 0, large],
    ...[10, ...sized(3 + code), 1, ...sized(code), ...begin],
  ];
  // Filled, not put together: that took a start 2 ms.
  const module = new Uint8Array(start.length + kept + finish.length).fill(add);
  module.set(start);
  for (let place = start.length, called = 0; called < shape.calls; called++, place += 2)
    module.set([call, many], place);
  module.set([number, 0, call, large], start.length + 2 * shape.calls);
  module.set(finish, start.length + kept);
  const compiled = new WebAssembly.Module(module);
  const { exports } = new WebAssembly.Instance(compiled, { a: { a: () => [] } });
  const enter = /** @type {(again: number) => void} */ (exports.a);
  prove = () => enter(1);
}
