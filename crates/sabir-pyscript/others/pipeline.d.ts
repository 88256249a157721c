// Made by `build.mjs`: `start` of a worker's pipeline, which gets the end's own functions.
export default function load(shared: unknown[]): (end: any, options: any) => void;
