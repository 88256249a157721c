// @ts-check
// Marks the last argument of a call as a list of what is to be moved, not copied.

/** @type {WeakSet<Transferable[]>} */
const marked = new WeakSet();

/** As the last argument of a call: its buffers are moved, and detached here. @param {...Transferable} values */
export const transfer = (...values) => {
  marked.add(values);
  return values;
};

/** Takes the marked list off the arguments. @param {any[]} args @param {boolean} check @returns {Transferable[]} */
export function transferred(args, check) {
  const last = args.at(-1);
  if (!check || !Array.isArray(last) || !marked.has(last)) return [];
  marked.delete(last);
  return args.pop();
}
