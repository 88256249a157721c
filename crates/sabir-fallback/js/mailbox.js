// @ts-check
// The mailbox: a file of the origin's private file system that a blocked worker polls, and that a helper of the page writes:
// the page itself may not write synchronously, nor may it block.
//
// The file holds the page's last packet: [u32 its number, u32 its length, u32 the sum of its bytes, u32 0, packet].
// A read may meet a write: the sum tells.
//
// Chromium lets both have the file open. Firefox does not, but there a File that was taken from it before shows what is
// written to it; where it does not, the worker's trial of the transport fails.

import { sleep } from './sleep.js';

const FOLDER = 'sabir';
const HEADER_BYTES = 16;
/** Bytes that are read at once: all of a small packet. */
const FIRST_BYTES = 4096;

/** How long the worker looks again without a pause, in ms: an answer takes about 0.15 ms. */
const BUSY_MS = 0.3;
/** The pauses between looks after that, in ms. */
const [SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS] = [0.05, 4];

/** A checksum: it tells a packet from one that is half written. @param {Uint8Array} bytes */
function sumOf(bytes) {
  let sum = 0;
  for (let index = 0; index < bytes.length; index++) sum = (Math.imul(sum, 31) + bytes[index]) | 0;
  return sum;
}

/**
 * The helper's whole program: it runs from its text, so all that it uses of this module is given to it.
 * @param {string} folderName @param {number} headerBytes @param {(bytes: Uint8Array) => number} sumOf
 */
function helper(folderName, headerBytes, sumOf) {
  /** @type {any} */
  const scope = globalThis;
  /** @type {Map<string, any>} */
  const files = new Map();
  /** @param {string} page the name of its lock and of its files */
  const begin = async (page) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(folderName, { create: true });
    const { held = [] } = await navigator.locks.query();
    // Pages that crashed have left their files.
    for await (const name of /** @type {any} */ (folder).keys()) {
      const [owner] = name.split('.');
      if (owner !== page && !held.some((lock) => lock.name === owner)) await folder.removeEntry(name).catch(() => {});
    }
    return folder;
  };
  /** @type {Promise<FileSystemDirectoryHandle>} */
  let folder;
  const asked = {
    /** @param {{ page: string }} _ */
    async begin({ page }) {
      // Held as long as this helper lives: so the page learns of its end.
      await new Promise((resolve, reject) => {
        navigator.locks.request(page, () => (resolve(undefined), new Promise(() => {}))).catch(reject);
      });
      await (folder = begin(page));
    },
    /** @param {{ name: string, bytes: number }} _ */
    async open({ name, bytes }) {
      const file = /** @type {any} */ (await (await folder).getFileHandle(name, { create: true }));
      const handle = await file.createSyncAccessHandle({ mode: 'readwrite-unsafe' });
      // All the space that is ever used: what may be lacking is lacking now.
      if (handle.getSize() < bytes) handle.truncate(bytes);
      files.set(name, handle);
      return handle.mode === 'readwrite-unsafe';
    },
    /** @param {{ name: string }} _ */
    async close({ name }) {
      files.get(name)?.close();
      files.delete(name);
      // A terminated worker has it open until its thread ends: Chromium gives one that computes 2 s, and more on a busy machine.
      for (let pause = 50; pause < 60_000; pause *= 1.5) {
        const removed = await (await folder).removeEntry(name).then(
          () => true,
          (error) => error.name === 'NotFoundError',
        );
        if (removed) return;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    },
  };
  scope.onmessage = async (/** @type {MessageEvent} */ { data }) => {
    if (data.packet !== undefined) {
      const bytes = new Uint8Array(headerBytes + data.packet.length);
      new Uint32Array(bytes.buffer, 0, 3).set([data.number, data.packet.length, sumOf(data.packet)]);
      bytes.set(data.packet, headerBytes);
      files.get(data.name)?.write(bytes, { at: 0 });
      return;
    }
    try {
      scope.postMessage({ id: data.id, answer: await asked[/** @type {'begin'} */ (data.ask)](data) });
    } catch (error) {
      scope.postMessage({ id: data.id, error: `${error}` });
    }
  };
}

/** How long the helper may take for what it is asked, in ms: it starts, or is kept by the browser from starting. */
const HELPER_MS = 10_000;

/** The name of this page's lock, and of its files: those of a helper that has died are its successor's. */
const PAGE = `sabir-${globalThis.crypto?.randomUUID?.() ?? Math.random()}`;

/** The helper of this page, which its links share. */
class Helper {
  /** @type {Helper | undefined} */
  static #alive;
  /** Callbacks for the helper's death. @type {Set<() => void>} */
  #mourners = new Set();
  /** @type {Map<number, (said: { answer?: any, error?: string }) => void>} */
  #waiting = new Map();
  #asked = 0;
  #worker;
  #began;

  static start() {
    return (Helper.#alive ??= new Helper());
  }

  constructor() {
    const text = `(${helper})(${JSON.stringify(FOLDER)}, ${HEADER_BYTES}, ${sumOf})`;
    const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    this.#worker = new Worker(url);
    this.#worker.onmessage = ({ data }) => {
      this.#waiting.get(data.id)?.(data);
      this.#waiting.delete(data.id);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end(event.message ?? 'its script is refused; a Content-Security-Policy must allow `worker-src blob:`');
    };
    this.#began = this.ask('begin', { page: PAGE }).finally(() => URL.revokeObjectURL(url));
    this.#began
      .then(() => navigator.locks.request(PAGE, () => this.#end('it was ended')))
      .catch((error) => this.#end(error.message));
  }

  /** @param {'begin' | 'open' | 'close'} ask @param {object} what */
  async ask(ask, what) {
    if (ask !== 'begin') await this.#began;
    const id = ++this.#asked;
    let timer;
    const { answer, error } = await new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.postMessage({ ask, id, ...what });
      timer = setTimeout(() => resolve({ error: `its helper worker is silent for ${HELPER_MS} ms` }), HELPER_MS);
    });
    clearTimeout(timer);
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`OPFS: ${error}`);
    return answer;
  }

  /** @param {{ name: string, number: number, packet: Uint8Array }} write */
  write(write) {
    this.#worker.postMessage(write, [write.packet.buffer]);
  }

  /** @param {() => void} mourner told, once, when the helper has died */
  watch(mourner) {
    this.#mourners.add(mourner);
  }

  /** @param {() => void} mourner */
  unwatch(mourner) {
    this.#mourners.delete(mourner);
  }

  /** @param {string} why */
  #end(why) {
    if (Helper.#alive === this) Helper.#alive = undefined;
    this.#worker.terminate();
    for (const end of this.#waiting.values()) end({ error: `its helper worker failed: ${why}` });
    this.#waiting.clear();
    for (const mourner of this.#mourners) mourner();
    this.#mourners.clear();
  }
}

/**
 * The page's half of one link.
 * @param {Pick<import('./transports.js').PageCallbacks, 'bytes' | 'lost' | 'failed'>} callbacks the most that a packet has, and what to call when packets were lost, or can no longer be carried
 * @returns {Promise<import('./carrier').PageTransport>}
 * @throws if the browser, or the origin, has no such files
 */
export async function serve({ bytes, lost, failed }) {
  if (!isSecureContext) throw new Error('OPFS: the page is not served securely (https, or localhost)');
  if (navigator.storage?.getDirectory === undefined) throw new Error('OPFS: this browser has none');
  if (navigator.locks === undefined)
    throw new Error('OPFS: this browser has no Web Locks, by which its files are kept');
  let helper = Helper.start();
  const name = `${PAGE}.${crypto.randomUUID()}`;
  let closed = false;
  const open = () => helper.ask('open', { name, bytes: HEADER_BYTES + bytes });
  const restart = async () => {
    try {
      helper = Helper.start();
      helper.watch(restart);
      await open();
      lost();
    } catch (error) {
      if (!closed) failed(error instanceof Error ? error.message : String(error));
    }
  };
  const shared = await open();
  helper.watch(restart);
  let number = 0;
  return {
    offer: { file: name, shared },
    answer(packet) {
      helper.write({ name, number: ++number, packet });
      return true;
    },
    close() {
      closed = true;
      helper.unwatch(restart);
      void helper.ask('close', { name }).catch(() => {});
    },
  };
}

/**
 * Gives what reads from a byte of the file on, while the helper writes it.
 * @param {{ file: string, shared: boolean }} offer @returns {Promise<(bytes: Uint8Array, at: number) => void>}
 */
async function reader({ file: name, shared }) {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER);
  const file = /** @type {any} */ (await folder.getFileHandle(name));
  if (shared) {
    const handle = await file.createSyncAccessHandle({ mode: 'readwrite-unsafe' });
    return (bytes, at) => handle.read(bytes, { at });
  }
  const [snapshot, files] = [await file.getFile(), new /** @type {any} */ (globalThis).FileReaderSync()];
  return (bytes, at) => bytes.set(new Uint8Array(files.readAsArrayBuffer(snapshot.slice(at, at + bytes.length))));
}

/**
 * The worker's half.
 * @param {{ file: string, shared: boolean }} offer @param {(packet: Uint8Array) => void} post
 * @returns {Promise<import('./carrier').SwapPackets>}
 */
export async function exchanger(offer, post) {
  const read = await reader(offer);
  const first = new Uint8Array(FIRST_BYTES);
  const header = new Uint32Array(first.buffer, 0, 3);
  let seen = 0;

  /** The packet that was written last, if it is new and whole. */
  const look = () => {
    read(first, 0);
    const [number, length, sum] = header;
    if (number === seen) return undefined;
    const packet = new Uint8Array(length);
    packet.set(first.subarray(HEADER_BYTES, HEADER_BYTES + length));
    const have = FIRST_BYTES - HEADER_BYTES;
    if (length > have) read(packet.subarray(have), FIRST_BYTES);
    if (sumOf(packet) >>> 0 !== sum) return undefined;
    seen = number;
    return packet;
  };

  return (packet, limitMs) => {
    if (packet !== undefined) post(packet);
    const began = performance.now();
    for (let pause = SHORTEST_PAUSE_MS; ; ) {
      const found = look();
      if (found !== undefined) return found;
      const waited = performance.now() - began;
      if (waited >= limitMs) return undefined;
      if (waited < BUSY_MS) continue;
      sleep(Math.min(pause, limitMs - waited));
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
  };
}
