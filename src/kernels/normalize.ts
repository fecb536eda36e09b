import { normalizeForward, normalizeInverse, type Held } from '../../shaders/normalize.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

export type { Held };

/** The shift and the divisor of each column, [columns] each. */
export interface Scaling {
  readonly shift: Tensor;
  readonly spread: Tensor;
  /** The part of the shift beyond float32, where that matters. */
  readonly rest?: Tensor;
}

/**
 * y = (x − shift) / spread for each column of x; or y limited to [0, 1], or its distance from there. With `masked`,
 * blanks stay blank, with a distance of 0. For data: no gradient flows through it.
 */
export function normalize(tape: Tape, x: Tensor, scaling: Scaling, held: Held, masked = false): Tensor {
  return affine(tape, normalizeForward(held, scaling.rest !== undefined, masked), x, scaling);
}

/** x = y spread + shift, the inverse. No gradient flows through it. */
export function denormalize(tape: Tape, y: Tensor, scaling: Scaling): Tensor {
  return affine(tape, normalizeInverse(scaling.rest !== undefined), y, scaling);
}

function affine(tape: Tape, shader: ReturnType<typeof normalizeInverse>, x: Tensor, scaling: Scaling): Tensor {
  const y = tape.tensor(x.shape, 'f32', 'normalized');
  const columns = scaling.shift.size;
  tape.run(shader, { x, ...scaling, y }, { constants: { size: x.size, columns }, threads: x.size });
  return y;
}
