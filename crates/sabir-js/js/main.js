// @ts-check
// The page's entry: workers whose calls block until the page has answered. The factory is synchronous, the wasm is not:
// what is asked before it is ready waits, in order.

import { compile } from './core-wasm.js';
import { SabirError } from './errors.js';
import { startWasm } from './opening/link.js';
import { PageLink, trace } from './opening/page.js';
import { functionOf, limitOf, methods } from './shared.js';
import { native } from './sharing.js';
import { transferred, transfer } from './transfer.js';
import { checkOptions } from './transports.js';

export { trace };

/** How long a worker may take to join, in ms, unless an option says otherwise. */
const START_MS = 30_000;

/** @type {Promise<WebAssembly.Module> | undefined} */
let starting;

/** Compiles and starts the wasm, once. */
const start = () => (starting ??= compile().then(startWasm).catch(refuseWasm));

/** @param {unknown} error @returns {never} */
function refuseWasm(error) {
  const remedy = "under a Content-Security-Policy it needs `script-src 'wasm-unsafe-eval'`";
  throw new SabirError(`Sabir's wasm cannot be started: ${String(error)}; ${remedy}`, { cause: error });
}

/** @param {any} options @param {any} [own] the worker's own */
const limitsOf = (options, own) => ({
  timeoutMs: limitOf(own?.timeout ?? options?.timeout ?? Infinity, 'the option `timeout`'),
  startMs: limitOf(own?.startTimeout ?? options?.startTimeout ?? START_MS, 'the option `startTimeout`'),
});

/** @param {string | URL} url @param {any} options @param {any} own the worker's own @param {typeof import('./end/lending.js').Lending} [Lending] @returns {import('./opening/page.js').Settings} */
const settingsOf = (url, options, own, Lending) => ({
  url,
  name: own?.name,
  lending: Lending && new Lending(options?.policy, own?.import ?? options?.import),
  transform: functionOf(own?.transform ?? options?.transform, 'transform'),
  memoMs: own?.reflected_ffi_timeout ?? options?.reflected_ffi_timeout ?? -1,
  ...limitsOf(options, own),
  transports: checkOptions({
    transports: own?.transports ?? options?.transports,
    exclude: own?.exclude ?? options?.exclude,
    serviceWorker: own?.serviceWorker ?? options?.serviceWorker,
    reload: own?.reload ?? options?.reload,
  }),
});

/**
 * A worker as a port. The browser's functions are used: an instance may have others.
 * @param {globalThis.Worker} worker @param {globalThis.Worker} functions the browser's prototype @returns {import('./opening/port').Port}
 */
function portOf(worker, { postMessage, addEventListener, terminate }) {
  return {
    post: (message, transfer = []) => postMessage.call(worker, message, /** @type {any} */ (transfer)),
    listen(receive, fail) {
      addEventListener.call(worker, 'message', (/** @type {any} */ event) => {
        if (receive(event.data)) event.stopImmediatePropagation();
      });
      addEventListener.call(worker, 'error', fail);
    },
    end: () => terminate.call(worker),
  };
}

/** The worker class of one factory. @param {any} options @param {typeof import('./end/lending.js').Lending} [Lending] of pages whose objects may be reached */
export function workerClass(options, Lending) {
  const checkTransfer = options?.transfer !== false;
  limitsOf(options);
  void start().catch(() => {});
  /** @param {PageLink} link @param {number} [ms] */
  const proxy = (link, ms) =>
    methods(link.exports, (name, args) => {
      const moved = transferred(args, checkTransfer);
      return link.call(name, args, moved, ms);
    });

  const Base = globalThis.Worker;
  return class Worker extends Base {
    /** @param {string | URL} url @param {any} [own] */
    constructor(url, own) {
      // Before there is a worker: it may throw.
      const settings = settingsOf(url, options, own, Lending);
      super(url, { type: 'module', ...own });
      const link = new PageLink(settings, portOf(this, Base.prototype), start);
      this.link = link;
      /** The worker's exports, as async functions. Assign a function to export it to the worker. */
      this.proxy = proxy(link);
    }

    /** The same as `proxy`, but each call ends with `TimedOut` after so many ms. @param {number} ms */
    timeout(ms) {
      return proxy(this.link, limitOf(ms, '`timeout`'));
    }

    /** Ends the worker's innermost blocking call, or its next one, with `Interrupted`. */
    interrupt() {
      this.link.interrupt();
    }

    /** The link's transport: `atomics`, `mailbox`, `service-worker`, `message`; undefined until that is known. */
    get transport() {
      return this.link.transport;
    }

    /** Why each better transport was passed over, by its name. */
    get passedOver() {
      return this.link.passedOver;
    }

    /** The state of the link at both ends, for people to read. */
    dump() {
      return this.link.dump();
    }

    /** How many objects the page and the worker hold of each other. */
    get handles() {
      return this.link.end.handles;
    }

    terminate() {
      this.link.close('terminated');
      super.terminate();
    }
  };
}

/** @param {any} [options] */
const sabir = (options) => ({ Worker: workerClass(options), native, transfer, trace });

export default Object.assign(sabir, { trace });
export * from './errors.js';
