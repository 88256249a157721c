#!/usr/bin/env node
// @ts-check
// `npx sabir FILE`: writes the service worker's file into a site's folder.

import { copyFileSync } from 'node:fs';
import { basename } from 'node:path';

const [file] = process.argv.slice(2);
if (file === undefined || file.startsWith('-')) {
  console.error('usage: npx sabir FILE\nWrites the service worker to FILE, such as public/sw.js.');
  process.exit(1);
}
try {
  copyFileSync(new URL('sw.js', import.meta.url), file);
  console.log(`wrote ${file}; workers name it: new Worker(url, { serviceWorker: './${basename(file)}' })`);
} catch (/** @type {any} */ error) {
  console.error(`error: cannot write ${file}: ${error.message}; is its folder there?`);
  process.exit(1);
}
