import type { Activation } from '../../shaders/activation.ts';
import { lossShader, type TermKind } from '../../shaders/loss.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { aNumber, checkSameShape } from './shapes.ts';

/** Squared error, or binary cross-entropy. */
export type LossKind = 'mse' | 'bce';
export type { TermKind };

/** An invocation takes a strip of a row: at most this many to a row. */
const mostStrips = 16;

/**
 * The loss of each row against its target, as sums over strips of it, [rows, strips]: add them up for the loss of a row. Each is already
 * multiplied by `factor` (1/columns for a mean over elements). Rows past the state's batch count nothing.
 *
 * `'mse'` is (y − x)², `'bce'` takes logits: log(1 + e^y) − x y. Where the tape is differentiated from it, the same pass writes the gradient of the
 * batch's mean to y, and nothing to the target.
 * @throws ShapeError
 */
export function loss(tape: Tape, kind: LossKind, y: Tensor, x: Tensor, state: Tensor, factor: number): Tensor {
  return sumsOf(tape, kind, y, x, state, factor, false);
}

/**
 * A part of a loss: a sum over the elements of each row, of y alone (`'square'`, `'absolute'`, `'value'`; for the logits of a discriminator `'real'` and
 * `'fake'`) or of y and x (`'product'`, `'mse'`, `'bce'`), as `loss` has it, with gradients to both. Rows are those of the first side, whatever the others are.
 * @throws ShapeError
 */
export function rowSums(
  tape: Tape,
  kind: TermKind,
  { y, x }: { y: Tensor; x?: Tensor },
  state: Tensor,
  factor: number,
): Tensor {
  return sumsOf(tape, kind, y, x, state, factor, true);
}

function sumsOf(
  tape: Tape,
  kind: TermKind,
  y: Tensor,
  x: Tensor | undefined,
  state: Tensor,
  factor: number,
  both: boolean,
): Tensor {
  if (x) checkSameShape(kind, y, x);
  const { sums, size, wide } = layout(tape, y, factor);
  tape.loss(sums, (counts) => {
    if (counts === undefined) return tape.run(lossShader({ kind, wide, writes: 'sums' }), { y, x, state, sums }, size);
    const fold = tape.fold(y);
    const toBoth = both && x !== undefined;
    const writes = toBoth ? 'gradients' : 'gradient';
    const constants = { ...size.constants, gradient_factor: factor * aNumber(kind, counts) };
    tape.run(
      lossShader({ kind, wide, writes, slope: fold?.activation as Activation | undefined }),
      {
        y,
        x,
        state,
        sums,
        dy: tape.grad(fold?.preactivation ?? y),
        dx: toBoth ? tape.grad(x) : undefined,
        saved: fold?.saved,
      },
      { ...size, constants },
    );
  });
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
