// @ts-check
// Functions of the platform.

/** The text of a function, whatever a program has made of the function. */
const { toString } = Function.prototype;

/** Whether a function is the platform's, of this realm or of a frame's. @param {Function} callee */
export const isNative = (callee) => /\[native code]/.test(toString.call(callee));
