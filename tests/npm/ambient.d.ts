// Modules that are not in the checkout: the benchmark's peers, libraries that run in workers, and the part of Node.js that scripts use.

declare module '*/node_modules/coincident/dist/main.js';
declare module '*/node_modules/coincident/dist/worker.js';
declare module '*/node_modules/coincident/dist/window/main.js';
declare module '*/node_modules/coincident/dist/window/worker.js';
declare module '*/node_modules/reflected-ffi/src/direct/encoder.js';
declare module '*/node_modules/reflected-ffi/src/direct/decoder.js';
declare module '*/node_modules/comlink/dist/esm/comlink.mjs';
declare module '*/node_modules/synclink/dist/esm/synclink.mjs';
declare module '*/node_modules/@pyscript/core/dist/core.js';

declare module 'jquery';
declare module 'preact';
declare module 'preact/hooks';
declare module 'react';
declare module 'react-dom/client';
declare module 'vue';

declare module 'node:fs' {
  export function copyFileSync(from: string | URL, to: string): void;
  export function readFileSync(path: string, encoding: 'utf8'): string;
}
declare module 'node:module' {
  export function createRequire(folder: string): { (name: string): any; resolve(name: string): string };
}
declare module 'node:path' {
  export function basename(path: string): string;
}
declare const process: { argv: string[]; cwd(): string; exit(code: number): never };

/** In service workers and classic workers. */
declare function importScripts(...urls: string[]): void;

/** In pages and workers of the features, as `suite.mjs` has them. */
declare function computeFor(ms: number): void;
declare function collect(): void;

/** In workers only. */
declare const DedicatedWorkerGlobalScope: unknown;
