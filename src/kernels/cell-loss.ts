import { cellLossShader } from '../../shaders/cell-loss.ts';
import { ShapeError } from '../errors.ts';
import { shown } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { CellLayout } from './cells.ts';
import { checkRowWeights, lossSize } from './shapes.ts';

/** The largest number of strips of a row's columns. Each invocation takes one strip. */
const mostStrips = 16;

/**
 * How far outputs y [rows, outputs] are from their target cells x [rows, columns], as sums over strips of each row's
 * columns, [rows, strips]: ½ (y − x)² for numbers, for categories minus the logarithm of the softmax's probability, in
 * nats. Blank cells do not count. With `mean` it is the mean over the cells that are not blank, otherwise their sum.
 * Rows past the state's batch count 0. Where the tape is differentiated from it, the same pass writes the gradient of
 * the batch's mean to y. With `weights` [rows, 1] a row's loss and gradient are multiplied by its weight.
 * @throws ShapeError
 */
export function cellLoss(
  tape: Tape,
  y: Tensor,
  x: Tensor,
  layout: CellLayout,
  state: Tensor,
  mean: boolean,
  weights?: Tensor,
): Tensor {
  checkRowWeights('cell loss', weights, x.rows);
  const { sums, size } = layoutOf(tape, y, x, layout, mean);
  tape.loss(sums, (coefficient) => {
    const gradient = coefficient !== undefined;
    tape.run(
      cellLossShader(gradient ? 'gradient' : 'sums', weights !== undefined),
      { y, x, info: layout.info, state, sums, dy: gradient ? tape.grad(y) : undefined, weights },
      lossSize('cell loss', size, 1, coefficient),
    );
  });
  return sums;
}

/** The loss of each cell, [rows, columns], as in `cellLoss`; that of a blank cell is blank. @throws ShapeError */
export function cellLosses(tape: Tape, y: Tensor, x: Tensor, layout: CellLayout, state: Tensor): Tensor {
  const { sums, size } = layoutOf(tape, y, x, layout, false);
  const elements = tape.tensor(x.shape, 'f32', 'cell losses');
  tape.run(cellLossShader('elements'), { y, x, info: layout.info, state, sums, elements }, size);
  return elements;
}

function layoutOf(tape: Tape, y: Tensor, x: Tensor, { info, outputs }: CellLayout, mean: boolean) {
  const [rows, columns] = [x.rows, x.columns];
  if (y.rows !== rows || columns !== info.rows || y.columns !== outputs)
    throw new ShapeError(
      `cell loss: outputs of ${shown(y.shape)} and cells of ${shown(x.shape)} do not fit ${info.rows} columns with ${outputs} outputs`,
    );
  const strips = Math.min(mostStrips, columns);
  const sums = tape.tensor([rows, strips], 'f32', 'loss sums');
  const constants = { rows, columns, outs: outputs, strips, mean: Number(mean) };
  return { sums, size: { constants, threads: rows * strips } };
}
