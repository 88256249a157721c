// @ts-check
// The beginning of a pipeline. A page loads its half when a worker asks for it.

import { Later, serve } from '../end/operations.js';
import { readOnlyTarget } from '../end/operands.js';
import { PIPELINE } from './operations.js';

serve(PIPELINE, (end) => {
  readOnlyTarget(end);
  const performer = import('./performer.js').then(({ Performer }) => void (end.performer ??= new Performer(end)));
  return new Later(performer, PIPELINE.name);
});
