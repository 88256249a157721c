// @ts-check
// The package, in a worker that has no files of the origin though its page has.
Object.defineProperty(navigator, 'storage', { value: undefined });
export * from './pkg/behaviours.js';
export { default } from './pkg/behaviours.js';
