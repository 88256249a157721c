// @ts-check
// The words that a page and `bare.mjs` share, each in a cache line of its own.

export const [ASKED, ANSWERED, PARKED, ASLEEP] = [0, 16, 32, 48];
