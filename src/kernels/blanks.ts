import { fillBlanks } from '../../shaders/blanks.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** y = x, but 0 where x is blank. For data: no gradient flows through it. */
export function withoutBlanks(tape: Tape, x: Tensor): Tensor {
  const y = tape.tensor(x.shape, 'f32', 'without blanks');
  tape.run(fillBlanks(), { x, y }, { constants: { size: x.size }, threads: x.size });
  return y;
}
