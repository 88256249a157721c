// @ts-check
// Copies of a template's content are alike: the first one tells where a step from node to node leads in the others, and of which
// kind the node there is. Frameworks that walk each copy need not wait for that.

/** @typedef {import('./handlers.js').PipelinedHandler} PipelinedHandler */

/** Attributes that lead from node to node. @type {Set<PropertyKey>} */
export const STEPS = new Set(
  ['firstChild', 'lastChild', 'nextSibling', 'previousSibling'].flatMap((step) => [
    step,
    step.replace(/(?=[CS])/, 'Element'),
  ]),
);

/** Members that change no tree, and give none of its nodes. @type {Set<PropertyKey>} */
export const HARMLESS = new Set(
  'addEventListener classList className content data dataset id nodeValue removeEventListener setAttribute style'.split(
    ' ',
  ),
);

/** A node's place in a tree: its index, and those of the nodes around it. @typedef {string} Place */

/** What is known of all copies of one node: where steps lead, by a place and the name of a step. @typedef {Map<string, { place: Place, type: number }>} Pattern */

/** Nodes that only this worker has, and that are where they were: a template's content, or a copy. */
export class Tree {
  isIntact = true;
  /** Those that the worker has. @type {Map<Place, PipelinedHandler>} */
  nodes = new Map();

  /** @param {PipelinedHandler} [root] of a copy @param {Pattern} [pattern] of a copy */
  constructor(root, pattern) {
    this.root = root;
    this.pattern = pattern;
  }

  /** The worker may change it, reach its nodes by other ways, or let others have them. */
  end() {
    this.isIntact = false;
    this.nodes.clear();
    // A node that is kept does not keep its root.
    this.root = undefined;
  }
}

/** Where a node is. Most have none: then nothing is known of that. */
export class Site {
  /** What is known of the node's copies. @type {Pattern | undefined} */
  pattern;
  /** That of a template's content. @type {Site | undefined} */
  content;

  /** @param {Tree} [tree] @param {Place} [place] */
  constructor(tree, place = '') {
    this.tree = tree;
    this.place = place;
  }

  /** The tree may be another one from now on, and so may that of the content. */
  touch() {
    this.tree?.end();
    this.content?.tree?.end();
  }

  /** A template's content is new: nobody has a node of it. */
  renew() {
    this.content = Object.assign(this.content ?? new Site(), { tree: new Tree(), pattern: undefined });
  }
}
