import type { LinkEnd } from './end.js';
import type { Lending } from './lending.js';

/** Makes the traps of a proxy. */
type HandlerClass = new (end: LinkEnd, handle: number) => ProxyHandler<any>;

/** How an end of a link is opened. */
export interface Settings {
  /** Whether the end is a page's. */
  page: boolean;
  /** Whether the page's objects may be reached. */
  windowed: boolean;
  /** Whether calls block until they are answered. */
  blocking: boolean;
  /** Whether memory is shared: elements that are sent ahead are read at once. */
  shared?: boolean;
  /** Why calls do not block, for a worker's errors. */
  cannotBlock?: string;
  /** Sends a message of the platform's. */
  send: (message: object, transfer: Transferable[]) => void;
  /** The functions that the other end may call; several links may share them. */
  exports?: Record<PropertyKey, any>;
  /** The traps of proxies, by what they stand for. A page has none for functions: those are listeners. */
  handlers: { object: HandlerClass; function?: HandlerClass };
  /** Called with each value that was lent and has come back. */
  released?: (value: any) => void;
  /** A page's, if its objects may be reached. */
  lending?: Lending;
  /** Called when the link has ended. */
  ended?: () => void;
  /** Called when the page says that another link of this worker has lost its other end. */
  unlinked?: (id: string) => void;
}
