// @ts-check
import { expose } from '../node_modules/comlink/dist/esm/comlink.mjs';
import { serve } from './operations.mjs';

expose({ add: (/** @type {number} */ value) => value + 1 });
serve({});
