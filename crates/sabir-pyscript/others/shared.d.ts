// Made by `build.mjs`: functions and classes of a worker's end that its pipeline uses.
export const shared: unknown[];
