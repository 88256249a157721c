// `sw.js` and `coi.js` are scripts: a page loads them by URL, and they export nothing.
export {};
