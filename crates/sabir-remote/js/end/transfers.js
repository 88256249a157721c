// @ts-check
// Data of drag and clipboard events. The platform takes it away when the dispatch ends, which is before a worker reads it.

import { SabirError } from '../errors.js';
import { isOf } from '../values/brands.js';

const READ = new Set(['drop', 'paste']);
const WRITTEN = new Set(['copy', 'cut', 'dragstart']);

/** Formats by the names that old programs call them. @type {Record<string, string>} */
const FORMATS = { text: 'text/plain', url: 'text/uri-list' };

/** Keeps the data of an event, or has it refuse what comes too late. @param {any} event that is being dispatched */
export function keepData(event) {
  const isRead = READ.has(event.type);
  if (!isRead && !WRITTEN.has(event.type)) return;
  const data = event.dataTransfer ?? event.clipboardData;
  // A script may have put an object of its own there.
  if (!isOf(data, 'DataTransfer')) return;
  const properties = isRead ? kept(data) : { setData: { value: setterOf(event, data) } };
  for (const [key, property] of Object.entries(properties)) {
    Object.defineProperty(data, key, { ...property, configurable: true });
  }
}

/** What one reads of it: once the platform has taken it away, what there was. @param {DataTransfer} data */
function kept(data) {
  const types = [...data.types];
  const texts = new Map(types.map((type) => [type, data.getData(type)]));
  const files = [...data.files];
  const was = {
    types,
    files: Object.assign(files, { item: (/** @type {number} */ index) => files[index] ?? null }),
    items: Array.from(data.items, (item) => keptItem(item, texts)),
    getData: (/** @type {string} */ format) => texts.get(FORMATS[format.toLowerCase()] ?? format.toLowerCase()) ?? '',
  };
  const now = (/** @type {string} */ key) => Reflect.get(DataTransfer.prototype, key, data);
  /** A script's own data stays. @param {keyof typeof was} key */
  const one = (key) => ({ get: () => (now('items').length > 0 ? now(key) : was[key]) });
  return { types: one('types'), files: one('files'), items: one('items'), getData: one('getData') };
}

/** @param {DataTransferItem} item @param {Map<string, string>} texts */
function keptItem(item, texts) {
  const { kind, type } = item;
  const [file, entry] = [item.getAsFile(), item.webkitGetAsEntry?.() ?? null];
  return {
    kind,
    type,
    getAsFile: () => file,
    webkitGetAsEntry: () => entry,
    getAsString: (/** @type {((text: string) => void) | null} */ callback) =>
      void (kind === 'string' && callback !== null && setTimeout(callback, 0, texts.get(type) ?? '')),
  };
}

/** The platform ignores what it no longer takes. @param {Event} event @param {DataTransfer} data */
const setterOf = (event, data) => (/** @type {string} */ format, /** @type {string} */ text) => {
  const { getData, setData } = DataTransfer.prototype;
  setData.call(data, format, text);
  if (event.eventPhase !== Event.NONE || String(text) === '' || getData.call(data, format) !== '') return;
  throw new SabirError(
    `the \`${event.type}\` event is over; set its data in a listener of the page's, or use \`navigator.clipboard\``,
  );
};
