import { categoricalShader, groupSoftmaxShader } from '../../shaders/categorical.ts';
import { ShapeError } from '../errors.ts';
import { shown } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { checkRowWeights, checkSameShape, lossSize } from './shapes.ts';

/** The most strips of a row's groups, of which each invocation takes one. */
const mostStrips = 16;

/**
 * The softmax cross-entropy of groups of columns, in nats: logits y and probabilities x, both [rows, …], whose columns
 * are `groups` one after the other. Returns each row's sum over its groups times `factor`, as sums over strips, [rows,
 * strips]. Rows past the state's batch count 0. With `weights` [rows, 1] a row's loss and gradient are multiplied by
 * its weight. Where the tape is differentiated from it, the same pass writes the gradient of the batch's mean to y, and
 * none to x.
 * @throws ShapeError
 */
export function categoricalLoss(
  tape: Tape,
  y: Tensor,
  x: Tensor,
  groups: readonly number[],
  state: Tensor,
  factor: number,
  weights?: Tensor,
): Tensor {
  const { sums, size } = layoutOf(tape, y, x, groups, factor);
  checkRowWeights('categorical', weights, y.shape[0]);
  tape.loss(sums, (coefficient) => {
    const gradient = coefficient !== undefined;
    tape.run(
      categoricalShader(groups, gradient ? 'gradient' : 'sums', weights !== undefined),
      { y, x, state, sums, dy: gradient ? tape.grad(y) : undefined, weights },
      lossSize('categorical', size, factor, coefficient),
    );
  });
  return sums;
}

/** What each column adds to its row's loss, of y's shape; otherwise as `categoricalLoss`. @throws ShapeError */
export function categoricalLosses(
  tape: Tape,
  y: Tensor,
  x: Tensor,
  groups: readonly number[],
  state: Tensor,
  factor: number,
): Tensor {
  const { sums, size } = layoutOf(tape, y, x, groups, factor);
  const elements = tape.tensor(y.shape, 'f32', 'element losses');
  tape.run(categoricalShader(groups, 'elements'), { y, x, state, sums, elements }, size);
  return elements;
}

/** The softmax of each group of columns. No gradient rule. @throws ShapeError */
export function groupSoftmax(tape: Tape, y: Tensor, groups: readonly number[]): Tensor {
  const { rows, columns } = sizesOf(y, groups);
  const p = tape.tensor(y.shape, 'f32', 'probabilities');
  tape.run(groupSoftmaxShader(groups), { y, p }, { constants: { rows, columns }, threads: rows * groups.length });
  return p;
}

function layoutOf(tape: Tape, y: Tensor, x: Tensor, groups: readonly number[], factor: number) {
  checkSameShape('categorical', y, x);
  const { rows, columns } = sizesOf(y, groups);
  const strips = Math.min(mostStrips, groups.length);
  const sums = tape.tensor([rows, strips], 'f32', 'loss sums');
  return { sums, size: { constants: { rows, columns, strips, factor }, threads: rows * strips } };
}

/** Returns the sizes of outputs whose columns are groups. @throws ShapeError */
function sizesOf(y: Tensor, groups: readonly number[]) {
  const rows = y.shape[0];
  const columns = y.size / rows;
  const total = groups.reduce((sum, size) => sum + size, 0);
  if (total !== columns)
    throw new ShapeError(`categorical: rows of ${shown(y.shape.slice(1))} are not made of groups of ${total} columns`);
  return { rows, columns };
}
