import { cellProduct, cellWeights } from '../../shaders/cell-product.ts';
import {
  cellsOfOutputs,
  corruptCells,
  hideColumn,
  scaleCells,
  takeColumn,
  type CellCorruption,
} from '../../shaders/cells.ts';
import { ShapeError } from '../errors.ts';
import { shown } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { drawConstants, word, type Draws } from './random.ts';
import { sumRowsInto } from './reduce.ts';

export type { CellCorruption };

/**
 * The layout of a table's columns in the inputs and outputs of a model, as `info` on the device, [columns, 4] of u32.
 */
export interface CellLayout {
  readonly info: Tensor;
  /**
   * The rows of the weight that takes cells: 2 for a column of numbers, and one more than its `size` for one of
   * categories.
   */
  readonly places: number;
  /** The outputs of a model for all columns: a number, or a logit for each category. */
  readonly outputs: number;
}

/**
 * (x − shift) / spread for each column of cells [rows, columns]; blanks stay blanks. No gradient rule: cells are data.
 */
export function scaled(tape: Tape, x: Tensor, shift: Tensor, spread: Tensor): Tensor {
  const y = tape.tensor(x.shape, 'f32', 'scaled cells');
  tape.run(scaleCells(), { x, shift, spread, y }, { constants: { size: x.size, columns: x.columns }, threads: x.size });
  return y;
}

/**
 * Corrupts cells [rows, columns]: with probability `rate`, each becomes blank (`'hide'`) or the cell of a random row of
 * the batch (`'swap'`).
 */
export function corruptedCells(tape: Tape, kind: CellCorruption, x: Tensor, rate: number, draws: Draws): Tensor {
  const [rows, columns] = [x.rows, x.columns];
  const y = tape.tensor(x.shape, 'f32', 'corrupted cells');
  const constants = { rows, columns, threshold: word(rate), ...drawConstants(draws) };
  const size = { constants, threads: rows * Math.ceil(columns / 2) };
  tape.run(corruptCells(kind), { x, state: draws.state, y }, size);
  return y;
}

/**
 * Makes y [rows, columns]: its column c is that of the result of `of` for the cells x [rows, columns] with column c
 * hidden. No gradient rule.
 */
export function columnByColumn(tape: Tape, x: Tensor, of: (hidden: Tensor) => Tensor): Tensor {
  const [rows, columns] = [x.rows, x.columns];
  const y = tape.tensor(x.shape, 'f32', 'column by column');
  for (let c = 0; c < columns; c++) {
    const hidden = tape.tensor(x.shape, 'f32', 'hidden column');
    tape.run(hideColumn(), { x, y: hidden }, { constants: { size: x.size, columns, hidden: c }, threads: x.size });
    tape.run(takeColumn(), { x: of(hidden), y }, { constants: { rows, columns, taken: c }, threads: rows });
  }
  return y;
}

/**
 * The cells [rows, columns] that outputs [rows, outputs] mean: numbers unchanged, and of categories the most probable
 * one with a name.
 */
export function decodedCells(tape: Tape, y: Tensor, { info }: CellLayout): Tensor {
  const columns = info.rows;
  const cells = tape.tensor([y.rows, columns], 'f32', 'decoded cells');
  const size = { constants: { size: cells.size, columns, outs: y.columns }, threads: cells.size };
  tape.run(cellsOfOutputs(), { y, info, cells }, size);
  return cells;
}

/**
 * y = x̂ w + bias, where x̂ [rows, places] has for each cell of x [rows, columns] its number, or a 1 at the place of
 * its category or of a blank; x̂ is never built. w is [places, units], bias [units]. The cells get no gradient.
 * @throws ShapeError
 */
export function cellDense(tape: Tape, x: Tensor, layout: CellLayout, w: Tensor, bias?: Tensor): Tensor {
  const { info, places } = layout;
  const [rows, columns] = [x.rows, x.columns];
  if (columns !== info.rows || w.rows !== places)
    throw new ShapeError(
      `cellDense: cells of ${shown(x.shape)} and a weight of ${shown(w.shape)} do not fit ${info.rows} columns with ${places} cells`,
    );
  const y = tape.tensor([rows, w.columns], 'f32', 'preactivation');
  const wide = w.columns % 4 === 0;
  const outs = wide ? w.columns / 4 : w.columns;
  const size = { constants: { size: rows * outs, columns, outs }, threads: rows * outs };
  tape.run(cellProduct(wide, bias !== undefined), { x, info, w, y, bias }, size);
  tape.backward(y, () => {
    const dy = tape.grad(y);
    if (bias) sumRowsInto(tape, dy, tape.grad(bias));
    const ofWeights = { constants: { rows, columns, outs }, threads: columns * outs };
    tape.run(cellWeights(wide), { x, info, dy, dw: tape.grad(w) }, ofWeights);
  });
  return y;
}
