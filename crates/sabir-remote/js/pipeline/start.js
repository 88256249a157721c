// @ts-check
// The beginning of a pipeline. A page loads its half when a worker asks for it.

import { Later, serve } from '../end/operations.js';
import { readTargetAnd } from '../end/operands.js';
import { PIPELINE } from './operations.js';

serve(PIPELINE, (end) => {
  const [, cargo] = readTargetAnd(end);
  const memory = new Promise((resolve) => end.cargo.whenArrived(cargo, ([memory]) => resolve(memory)));
  const begun = Promise.all([memory, import('./performer.js')]).then(([memory, { Performer }]) => {
    end.performer = new Performer(end, memory);
  });
  return new Later(begun, PIPELINE.name);
});
