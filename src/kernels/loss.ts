import type { Activation } from '../../shaders/activation.ts';
import { lossShader, type TermKind } from '../../shaders/loss.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { checkSameShape } from './shapes.ts';

/** Squared error, or binary cross-entropy. */
export type LossKind = 'mse' | 'bce';
export type { TermKind };

/** An invocation takes a strip of a row: at most this many to a row. */
const mostStrips = 16;

/**
 * The loss of each row against its target, as sums over strips of it, [rows, strips]: add them up for the loss of a row. Each is already
 * multiplied by `factor` (1/columns for a mean over elements). Rows past the state's batch count nothing.
 *
 * `'mse'` is (y − x)², `'bce'` takes logits: log(1 + e^y) − x y. With `gradient`, the same pass writes that of the batch's mean to y.
 * @throws ShapeError
 */
export function loss(
  tape: Tape,
  kind: LossKind,
  y: Tensor,
  x: Tensor,
  state: Tensor,
  factor: number,
  gradient: boolean,
): Tensor {
  return rowSums(tape, kind, { y, x }, state, factor, gradient ? 'y' : 'none');
}

/**
 * A part of a loss: a sum over the elements of each row, of y alone (`'square'`, `'absolute'`, `'value'`) or of y and x (`'product'`, `'mse'`,
 * `'bce'`), with the gradients that are wanted, as `loss` has it. Rows are those of the first side, whatever the others are.
 * @throws ShapeError
 */
export function rowSums(
  tape: Tape,
  kind: TermKind,
  { y, x }: { y: Tensor; x?: Tensor },
  state: Tensor,
  factor: number,
  gradients: 'none' | 'y' | 'both',
): Tensor {
  if (x) checkSameShape(kind, y, x);
  const { sums, size, wide } = layout(tape, y, factor);
  const gradient = gradients !== 'none';
  const both = gradients === 'both' && x !== undefined;
  const fold = gradient ? tape.fold(y) : undefined;
  const shader = lossShader({
    kind,
    wide,
    writes: both ? 'gradients' : gradient ? 'gradient' : 'sums',
    slope: fold?.activation as Activation | undefined,
  });
  const dy = gradient ? tape.grad(fold?.preactivation ?? y) : undefined;
  tape.run(shader, { y, x, state, sums, dy, dx: both ? tape.grad(x) : undefined, saved: fold?.saved }, size);
  return sums;
}

/** The loss of every element times `factor`, of y's shape. */
export function elementLosses(tape: Tape, kind: LossKind, y: Tensor, x: Tensor, state: Tensor, factor = 1): Tensor {
  checkSameShape(kind, y, x);
  const { sums, size, wide } = layout(tape, y, factor);
  const elements = tape.tensor(y.shape, 'f32', 'element losses');
  tape.run(lossShader({ kind, wide, writes: 'elements' }), { y, x, state, sums, elements }, size);
  return elements;
}

function layout(tape: Tape, y: Tensor, factor: number) {
  const rows = y.shape[0];
  const columns = y.size / rows;
  const wide = columns % 4 === 0;
  const strips = Math.min(mostStrips, wide ? columns / 4 : columns);
  const sums = tape.tensor([rows, strips], 'f32', 'loss sums');
  return { wide, sums, size: { constants: { rows, columns, strips, factor }, threads: rows * strips } };
}
