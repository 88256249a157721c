// @ts-check
// A worker that has no files of the origin, though its page has.
Object.defineProperty(navigator, 'storage', { value: undefined });
await import('./worker.mjs');
