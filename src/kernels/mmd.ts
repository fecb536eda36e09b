import { mmdBackward, mmdPairs, type MmdKernel } from '../../shaders/mmd.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { sumInto } from './reduce.ts';
import { aNumber, checkSameShape } from './shapes.ts';

export type { MmdKernel };

/**
 * The squared maximum mean discrepancy of rows z and p, both [rows, …], by the unbiased estimate (Gretton et al. 2012),
 * as one number for each row, with the estimate as their mean:
 *
 * Σ_{i≠j} (k(z_i, z_j) + k(p_i, p_j)) / (n (n − 1)) − 2 Σ_{i,j} k(z_i, p_j) / n²
 *
 * `'imq'` is Σ_s sC / (sC + ‖x − y‖²) over seven scales s from 0.1 to 10 (Tolstikhin et al. 2018), `'rbf'` is e^{−‖x −
 * y‖² / C}, with C = `width`. Rows past the state's batch count 0. The gradient flows to z alone. Time and memory grow
 * with the square of the batch.
 * @throws ShapeError
 */
export function mmd(tape: Tape, kernel: MmdKernel, z: Tensor, p: Tensor, state: Tensor, width: number): Tensor {
  checkSameShape('mmd', z, p);
  const rows = z.shape[0];
  const sizes = { rows, columns: z.size / rows };
  const sums = tape.tensor([rows, 1], 'f32', 'discrepancy');
  const [pairs, near, far] = ['pairs', 'near pairs', 'far pairs'].map((label) =>
    tape.tensor([rows, rows], 'f32', label),
  );
  tape.loss(sums, (coefficient) => {
    const gradient = coefficient !== undefined;
    const weight: Record<string, number> = gradient ? { coefficient: aNumber('mmd', coefficient) } : {};
    tape.run(
      mmdPairs(kernel, gradient),
      { z, p, state, pairs, ...(gradient && { near, far }) },
      { constants: { ...sizes, ...weight, width }, threads: rows * rows },
    );
    sumInto(tape, pairs, 1, sums);
    if (gradient) tape.run(mmdBackward(), { z, p, near, far, dz: tape.grad(z) }, { constants: sizes, threads: z.size });
  });
  return sums;
}
