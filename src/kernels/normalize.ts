import { normalizeForward, normalizeInverse } from '../../shaders/normalize.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** What each column is moved and divided by, [columns] each. */
export interface Scaling {
  readonly shift: Tensor;
  readonly spread: Tensor;
}

/** y = (x − shift) / spread for each column of x, within [0, 1] if `clamped`. For data: no gradient flows through it. */
export function normalize(tape: Tape, x: Tensor, scaling: Scaling, clamped: boolean): Tensor {
  return affine(tape, normalizeForward(clamped), x, scaling);
}

/** x = y spread + shift, the inverse. No gradient flows through it. */
export function denormalize(tape: Tape, y: Tensor, scaling: Scaling): Tensor {
  return affine(tape, normalizeInverse(), y, scaling);
}

function affine(
  tape: Tape,
  shader: ReturnType<typeof normalizeInverse>,
  x: Tensor,
  { shift, spread }: Scaling,
): Tensor {
  const y = tape.tensor(x.shape, 'f32', 'normalized');
  tape.run(shader, { x, shift, spread, y }, { constants: { size: x.size, columns: shift.size }, threads: x.size });
  return y;
}
