// @ts-check
// Traces: each call's name, bytes and duration.

import { report } from './border.js';

/**
 * @typedef {object} TraceEvent
 * @property {string} name of the function or the property
 * @property {number} bytes there and back, without bulk bytes; 0 for async calls
 * @property {number} start in ms, as `performance.now()` tells it
 * @property {number} duration in ms
 */

/** The most events that are kept: older ones go first. */
const MAX_EVENTS = 100_000;

/** Collects the events of one realm. */
export class Tracer {
  /** @type {TraceEvent[]} */
  events = [];
  #listener;

  /** @param {(event: TraceEvent) => void} [listener] told of each event */
  constructor(listener) {
    this.#listener = listener;
  }

  /** @param {TraceEvent} event */
  record(event) {
    if (this.events.length >= MAX_EVENTS) this.events.splice(0, MAX_EVENTS / 2);
    this.events.push(event);
    try {
      this.#listener?.(event);
    } catch (error) {
      // It is traced what others call: the listener's fault is none of theirs.
      report(error);
    }
  }
}

/** Switches tracing of a realm on and off, and shows what came of it. */
export class Trace {
  #realms;
  /** @type {Tracer | undefined} */
  #tracer;

  /** @param {() => Iterable<{ tracer: Tracer | undefined }>} realms */
  constructor(realms) {
    this.#realms = realms;
  }

  /** The tracer of realms that begin now, if tracing is on. */
  get tracer() {
    return this.#tracer;
  }

  /** Traces every call from now on. @param {(event: TraceEvent) => void} [listener] told of each */
  start(listener) {
    this.#set(new Tracer(listener));
  }

  /** Ends tracing; gives the events. @returns {TraceEvent[]} */
  stop() {
    const { events } = this;
    this.#set(undefined);
    return events;
  }

  /** The events so far. @returns {TraceEvent[]} */
  get events() {
    return this.#tracer?.events ?? [];
  }

  /** Shows calls by name as a table in the console; gives its rows, dearest first. */
  table() {
    /** @type {Map<string, { name: string, calls: number, bytes: number, 'total ms': number, 'longest ms': number }>} */
    const rows = new Map();
    for (const { name, bytes, duration } of this.events) {
      const row = rows.get(name) ?? { name, calls: 0, bytes: 0, 'total ms': 0, 'longest ms': 0 };
      row.calls++;
      row.bytes += bytes;
      row['total ms'] += duration;
      row['longest ms'] = Math.max(row['longest ms'], duration);
      rows.set(name, row);
    }
    const sorted = [...rows.values()].sort((one, other) => other['total ms'] - one['total ms']);
    console.table(sorted);
    return sorted;
  }

  /** Adds the events to the browser's performance timeline: the Performance panel shows them. @returns {number} how many */
  measure() {
    for (const { name, start, duration, bytes } of this.events) {
      performance.measure(name, {
        start,
        duration,
        detail: { bytes, devtools: { track: 'Sabir', dataType: 'track-entry' } },
      });
    }
    return this.events.length;
  }

  #set(/** @type {Tracer | undefined} */ tracer) {
    this.#tracer = tracer;
    for (const realm of this.#realms()) realm.tracer = tracer;
  }
}
