// Made by `build.mjs`: the script of a worker, and the URLs of the files that it names.
export const text: string;
export const urls: Record<string, string>;
