// @ts-check
// Properties, as an object and its prototypes have them.

/** The property that `holder` has, or has inherited. @param {any} holder @param {PropertyKey} key */
export function find(holder, key) {
  for (let owner = holder; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

/**
 * `Reflect.set` by an assignment, which engines compile; it throws where `Reflect.set` gives false.
 * @param {any} target @param {PropertyKey} key @param {any} value
 */
export function assign(target, key, value) {
  try {
    target[key] = value;
    return true;
  } catch (error) {
    if (error instanceof TypeError && !canBeSet(target, key)) return false;
    throw error;
  }
}

/** @param {object} target @param {PropertyKey} key */
function canBeSet(target, key) {
  const property = find(target, key);
  if (property?.set !== undefined) return true;
  if (property !== undefined && property.writable !== true) return false;
  return Object.hasOwn(target, key) || Object.isExtensible(target);
}
