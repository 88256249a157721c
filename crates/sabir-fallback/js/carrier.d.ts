/** What carries packets: bytes that may be lost, repeated and overtaken. */

/** The page's half of a transport, for one link. */
export interface PageHalf {
  /** What the worker needs to take its half. */
  offer: object;
  /** Gives the blocked worker a packet, which may be lost; false if there is no way to it. */
  answer(packet: Uint8Array): boolean;
  close(): void;
}

/** Sends a packet, if there is one, and blocks until the page has answered, for so many ms at most. */
export type Exchange = (packet: Uint8Array | undefined, limitMs: number) => Uint8Array | undefined;

/** What a tunnel asks of JavaScript. */
export interface Carrier {
  /** Sends a packet that arrives, in order, once the other realm's event loop runs. */
  post(packet: Uint8Array): void;
  answer?: PageHalf['answer'];
  exchange?: Exchange;
}
