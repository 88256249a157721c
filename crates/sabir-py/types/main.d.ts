import type { OwnOptions, Policy, Transport } from '../types.js';

/** A worker's exports in Python, as async functions. */
export type PythonExports = Record<string, (...args: any[]) => Promise<any>>;

/** The named workers: `(await workers.name).f()`. */
export const workers: Readonly<Record<string, Promise<PythonExports>>>;

export interface PyWorkerOptions extends Omit<OwnOptions, 'type' | 'serviceWorker'> {
  /** The interpreter; `pyodide` by default. */
  type?: 'pyodide' | 'py' | 'micropython' | 'mpy';
  /** An object, JSON, or the URL of a JSON or TOML file. */
  config?: object | string;
  /** The name by which others find the worker. */
  name?: string;
  /** The service worker's script. */
  serviceWorker?: string;
  /** The id of the element that `display` writes to. */
  target?: string;
  /** The id of the element that lines are written to. */
  output?: string;
}

/** A worker that runs Python. */
export class PyWorker {
  constructor(src: string, options?: PyWorkerOptions);
  /** The worker's exports, as async functions. Assign a function to export it to the worker. */
  sync: Record<string, any>;
  /** Resolves once the worker's code has run, and rejects with Python's error if that failed. */
  readonly ready: Promise<this>;
  /** The link's transport; undefined until it is known. */
  readonly transport: Transport | undefined;
  /** Why each better transport was passed over. */
  readonly passedOver: Partial<Record<Transport, string>>;
  /** Raises `KeyboardInterrupt` in the worker's running code, or in the next. */
  interrupt(): void;
  terminate(): void;
  postMessage(value: any): void;
  set onmessage(listener: (event: MessageEvent) => void);
}

/** Options of every worker that starts from now on, and the policy of their `window`. */
export const defaults: OwnOptions & { policy?: Policy };

/** Ends all workers that run Python. */
export function terminateAll(): void;

/** An error of Python: `name` is its class, `message` its text. */
export class PythonError extends Error {
  constructor(told: { name: string; text: string; traceback: string });
  /** The whole traceback, as Python prints it. */
  traceback: string;
}
