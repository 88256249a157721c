// `service-worker.js` is a script: a page registers it by its URL, and it exports nothing.
export {};
