// @ts-check
import { wrap } from '../node_modules/synclink/dist/esm/synclink.mjs';
import { serve } from './operations.mjs';

const page = wrap(globalThis);
serve({
  echo: (value) => page.echo(value).syncify(),
  get: () => page.value.syncify(),
});
