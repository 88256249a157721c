// @ts-check

/** Whether memory may be shared. */
export const native = globalThis.crossOriginIsolated === true && typeof SharedArrayBuffer === 'function';
