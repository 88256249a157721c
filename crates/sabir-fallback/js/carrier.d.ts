/** Carries packets: bytes that may be lost, repeated and overtaken. */

/** The page's half of a transport, for one link. */
export interface PageTransport {
  /** The offer, from which the worker makes its half. */
  offer: object;
  /** Gives the blocked worker a packet, which may be lost; false if there is no way to it. */
  answer(packet: Uint8Array): boolean;
  close(): void;
}

/** Sends a packet, if there is one, and blocks until the page has answered, for so many ms at most. */
export type SwapPackets = (packet: Uint8Array | undefined, limitMs: number) => Uint8Array | undefined;

/** The functions of JavaScript that a tunnel calls. */
export interface Carrier {
  /** Sends a packet that arrives, in order, once the other realm's event loop runs. */
  post(packet: Uint8Array): void;
  answer?: PageTransport['answer'];
  swapPackets?: SwapPackets;
}
