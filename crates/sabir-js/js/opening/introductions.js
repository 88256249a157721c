// @ts-check
// The page's part in links between its workers: it hands over their ends, and relays the platform's messages.

import { Closed } from '../errors.js';

/** @typedef {import('./page.js').PageLink} PageLink */

export class Introductions {
  /** The two workers of each link. @type {Map<string, [PageLink, PageLink]>} */
  #linked = new Map();
  /** The links that both workers have taken. @type {Set<string>} */
  #taken = new Set();
  #links;

  /** @param {Set<PageLink>} links all links of the page */
  constructor(links) {
    this.#links = links;
  }

  /** Hands a worker's end of a new link to the worker that it names, once that one has joined. @param {PageLink} from @param {import('../messages').Connect} request */
  async introduce(from, { id, name, memory, byMessage }) {
    try {
      const other = [...this.#links].find((link) => link !== from && link.name === name);
      if (other === undefined) throw new Closed(noWorker(name));
      await other.joined;
      this.#linked.set(id, [from, other]);
      const { startMs } = other;
      const refuse = () => this.confirm({ type: 'sabir:connected', id, error: notTaken(name, startMs) });
      // One that is blocked until the link is there never takes its end.
      if (startMs !== undefined) setTimeout(refuse, startMs);
      other.send({ type: 'sabir:linked', id, name: from.name, memory, byMessage });
    } catch (/** @type {any} */ { message }) {
      from.send({ type: 'sabir:connected', id, error: message });
    }
    // It may have ended while it waited.
    if (!this.#links.has(from)) this.end(from);
  }

  /** A worker has its end of a link, or refuses it, as one of Rust's may. @param {import('../messages').Connected} connected */
  confirm({ id, error }) {
    const [from] = this.#linked.get(id) ?? [];
    if (this.#taken.has(id) || from === undefined) return;
    if (error === undefined) this.#taken.add(id);
    else this.forget(id);
    from.send({ type: 'sabir:connected', id, error });
  }

  /** @param {PageLink} from @param {import('../messages').Relay} relay */
  relay(from, { id, message, transfer }) {
    const ends = this.#linked.get(id);
    if (ends !== undefined) otherEnd(ends, from).send({ type: 'sabir:relayed', id, message }, transfer);
  }

  /** A link between workers has ended. @param {string} id */
  forget(id) {
    this.#linked.delete(id);
    this.#taken.delete(id);
  }

  /** Tells the workers that this one was linked to that it has ended. @param {PageLink} ended */
  end(ended) {
    for (const [id, ends] of this.#linked) {
      if (!ends.includes(ended)) continue;
      this.forget(id);
      try {
        otherEnd(ends, ended).end.unlink(id);
      } catch {
        // That one has ended too, and is about to hear of it.
      }
    }
  }
}

/** @param {[PageLink, PageLink]} ends @param {PageLink} end */
const otherEnd = ([one, other], end) => (one === end ? other : one);

/** @param {string} name @param {number | undefined} ms */
const notTaken = (name, ms) =>
  `the worker \`${name}\` has not taken its end of a link within ${ms} ms (\`startTimeout\`): it is blocked, or computes`;

/** @param {string} name */
const noWorker = (name) =>
  `there is no worker named \`${name}\`; start it with \`new Worker(url, { name: '${name}' })\` first`;
