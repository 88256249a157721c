import type { Policy } from './policy.js';
import type { Undo } from './undo.js';

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
  /** The reason why each better transport is not in use. */
  passedOver?: Record<string, string>;
  /** Sends a message of the platform's. */
  send: (message: object, transfer: Transferable[]) => void;
  /** The functions that the other end may call; several links may share them. */
  exports?: Record<PropertyKey, any>;
  policy?: Policy;
  /** Ends with a worker what it began on the page. */
  undo?: Undo;
  /** `window.import`. */
  load?: (specifier: string) => Promise<any>;
  /** Called when the link has ended. */
  ended?: () => void;
  /** Called when the page says that another link of this worker has lost its other end. */
  unlinked?: (id: string) => void;
}
