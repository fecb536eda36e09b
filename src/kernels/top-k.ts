import { aloneGroup, topKRowsAlone } from '../../shaders/top-k-alone.ts';
import { topKBackward, topKRows } from '../../shaders/top-k.ts';
import { denseSources, denseWays } from './dense.ts';
import { isSparse, masked, placesOf, sparseDense, sparseGradient } from './sparse.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** The k largest values of each row, and their places. */
export interface TopK {
  /** The k largest values in place, and 0 elsewhere, of x's shape. */
  readonly y: Tensor;
  /** The columns of these values, ascending, [rows, k]; u32. */
  readonly indices: Tensor;
  /** These values alone, [rows, k]. */
  readonly values: Tensor;
}

/**
 * Keeps the k largest values of each row of x, the first ones of equals, and sets the others to 0. dx = dy where x was
 * kept; `values` has no gradient. If k is a small part of a row, dense layers before and after it use only the k
 * numbers, and the gradient of y has values only there.
 *
 * With `among`, [columns] of u32, only columns where it is not 0 are kept. If these are fewer than k, `indices` also
 * has others, with a value of 0 and no gradient.
 */
export function topK(tape: Tape, x: Tensor, k: number, among?: Tensor): TopK {
  const { rows, columns } = x;
  const y = tape.tensor(x.shape, 'f32', 'top k');
  const indices = tape.tensor([rows, k], 'u32', 'top k indices');
  const values = tape.tensor([rows, k], 'f32', 'top k values');
  const cuts = tape.tensor([rows, 4], 'u32', 'cuts');
  const alone = tape.gpu.info.isFallback;
  tape.run(
    (alone ? topKRowsAlone : topKRows)(among !== undefined),
    { x, y, indices, values, cuts, among },
    { constants: { rows, columns, k }, workgroups: alone ? Math.ceil(rows / aloneGroup) : rows },
  );
  const places = isSparse(k, columns) ? placesOf(tape, indices, columns) : undefined;
  if (places) denseWays.set(y, ({ w, bias, transposed }) => sparseDense(tape, y, places, w, bias, transposed));
  tape.backward(y, () => {
    const source = places && denseSources.get(x);
    const dy = tape.grad(y);
    if (source) sparseGradient(tape, x, among ? masked(tape, dy, places, among) : dy, places, source);
    else topKGradient(tape, x, y, cuts, columns, { among });
  });
  return { y, indices, values };
}

/** The gradient for values that share a selection: `span` values, a row or all real rows of the batch. */
export function topKGradient(
  tape: Tape,
  x: Tensor,
  y: Tensor,
  cuts: Tensor,
  span: number,
  { state, among }: { state?: Tensor; among?: Tensor },
): void {
  const { size, columns } = x;
  tape.run(
    topKBackward(state !== undefined, among !== undefined),
    { x, dy: tape.grad(y), cuts, dx: tape.grad(x), state, among },
    { constants: { size, span, ...(state && { columns }) }, threads: size },
  );
}
