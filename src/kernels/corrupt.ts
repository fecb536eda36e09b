import { corruptShader, type CorruptionKind } from '../../shaders/corrupt.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { drawConstants, word, type Draws } from './random.ts';

export type { CorruptionKind };

/**
 * Changes each value of x [rows, columns] at random: `'gaussian'` adds noise of deviation `amount`, `'mask'` sets it to
 * 0 with probability `amount`, `'saltAndPepper'` sets it to 0 or 1 with half of that probability each. No gradient
 * rule, because its input is data.
 */
export function corrupt(tape: Tape, kind: CorruptionKind, x: Tensor, amount: number, draws: Draws): Tensor {
  const y = tape.tensor(x.shape, 'f32', 'corrupted');
  const constants = kind === 'gaussian' ? { amount, threshold: 0 } : { amount: 1, threshold: word(amount) };
  record(tape, kind, x, y, constants, draws);
  return y;
}

/**
 * Dropout: y = x / (1 − rate), but 0 with probability `rate` (Srivastava et al. 2014). dx = dy through the same mask.
 */
export function dropout(tape: Tape, x: Tensor, rate: number, draws: Draws): Tensor {
  const y = tape.tensor(x.shape, 'f32', 'dropout');
  const constants = { amount: 1 / (1 - rate), threshold: word(rate) };
  record(tape, 'mask', x, y, constants, draws);
  tape.backward(y, () => record(tape, 'mask', tape.grad(y), tape.grad(x), constants, draws));
  return y;
}

function record(
  tape: Tape,
  kind: CorruptionKind,
  x: Tensor,
  y: Tensor,
  constants: { amount: number; threshold: number },
  draws: Draws,
): void {
  const rows = x.shape[0];
  const columns = x.size / rows;
  const size = {
    constants: { rows, columns, ...constants, ...drawConstants(draws) },
    threads: rows * Math.ceil(columns / 4),
  };
  tape.run(corruptShader(kind, columns % 4 === 0), { x, state: draws.state, y }, size);
}
