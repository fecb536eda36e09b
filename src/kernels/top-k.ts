import {
  aloneGroup,
  batchChoose,
  batchDigits,
  batchKeep,
  beyondThreshold,
  moveThreshold,
  selectGroup,
  topKBackward,
  topKRows,
  topKRowsAlone,
} from '../../shaders/top-k.ts';
import { denseSources, denseWays } from './dense.ts';
import { isSparse, masked, placesOf, sparseDense, sparseGradient } from './sparse.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** Values that one invocation goes through at least, where a batch is large enough. */
const strip = 16;

/** The k largest of each row, and where they are. */
export interface TopK {
  /** Those, and 0 in all other places, of x's shape. */
  readonly y: Tensor;
  /** Their columns, ascending, [rows, k]; u32. */
  readonly indices: Tensor;
  /** Those alone, [rows, k]. */
  readonly values: Tensor;
}

/**
 * y = the k largest of each row of x, of equals those of the lowest columns, and 0 else. dx = dy where x was kept; `values` has no gradient. Where k is a
 * small part of a row, and not on a processor, a dense layer that takes y, and one that made x, go through the k numbers alone, and the gradient of y has values there alone.
 *
 * With `among`, [columns] of u32, only columns where that is not 0 are kept. Where they are fewer than k, `indices` has others beside them, with a value of 0
 * and no gradient.
 */
export function topK(tape: Tape, x: Tensor, k: number, among?: Tensor): TopK {
  const { rows, columns } = x;
  const y = tape.tensor(x.shape, 'f32', 'top k');
  const indices = tape.tensor([rows, k], 'u32', 'top k indices');
  const values = tape.tensor([rows, k], 'f32', 'top k values');
  const cuts = tape.tensor([rows, 4], 'u32', 'cuts');
  // A processor does products faster than what waits for others, and both faster than single numbers.
  const alone = tape.gpu.info.isFallback;
  tape.run(
    (alone ? topKRowsAlone : topKRows)(among !== undefined),
    { x, y, indices, values, cuts, among },
    { constants: { rows, columns, k }, workgroups: alone ? Math.ceil(rows / aloneGroup) : rows },
  );
  const places = !alone && isSparse(k, columns) ? placesOf(tape, indices, columns) : undefined;
  if (places) denseWays.set(y, ({ w, bias, transposed }) => sparseDense(tape, y, places, w, bias, transposed));
  tape.backward(y, () => {
    const source = places && denseSources.get(x);
    const dy = tape.grad(y);
    if (source) sparseGradient(tape, x, among ? masked(tape, dy, places, among) : dy, places, source);
    else backward(tape, x, y, cuts, columns, { among });
  });
  return { y, indices, values };
}

/** What it takes to train with the top k of a batch. */
export interface BatchOptions {
  /** Says how many of the rows are real. */
  state: Tensor;
  /** Moves on, [1]. */
  threshold: Tensor;
  batchesTracked: Tensor;
  /** The least part of the way that the threshold goes to a batch's own. */
  rate: number;
  /** Gets how the threshold and the number of batches were, [2]. */
  kept?: Tensor;
}

/**
 * y = the k · n largest of the n real rows of x together, of equals those of the lowest rows and columns, and 0 else. dx = dy where x was kept. The
 * threshold moves on to the least positive value that is kept, unless a step has gone bad.
 */
export function topKOfBatch(
  tape: Tape,
  x: Tensor,
  k: number,
  { state, threshold, batchesTracked, rate, kept }: BatchOptions,
): Tensor {
  const { size, columns } = x;
  const parts = Math.min(selectGroup, Math.ceil(size / (selectGroup * strip)));
  const indexDigits = Math.ceil(Math.log2(Math.max(size, 2)) / 8);
  const begin = indexDigits < 4 ? 0xffffffff >>> (8 * indexDigits) : 0;
  let cut: Tensor | undefined;
  for (const byIndex of [false, true])
    for (let digit = (byIndex ? indexDigits : 4) - 1; digit >= 0; digit--) {
      const variant = { first: !cut, byIndex };
      const partials = tape.tensor([parts, selectGroup], 'u32', 'counts of digits');
      const after = tape.tensor([4], 'u32', 'cut');
      const along = { constants: { size, columns, parts, shift: 8 * digit }, workgroups: parts };
      tape.run(batchDigits(variant), { x, state, partials, before: cut }, along);
      tape.run(
        batchChoose(variant),
        { partials, after, ...(cut ? { before: cut } : { state }) },
        { constants: { parts, ...(!cut && { k, begin }) }, workgroups: 1 },
      );
      cut = after;
    }
  const y = tape.tensor(x.shape, 'f32', 'top k of a batch');
  const least = tape.tensor([parts], 'u32', 'least values');
  tape.run(batchKeep(), { x, state, cut: cut!, y, least }, { constants: { size, columns, parts }, workgroups: parts });
  tape.run(
    moveThreshold(kept !== undefined),
    { least, state, threshold, num_batches_tracked: batchesTracked, kept },
    { constants: { parts, rate }, workgroups: 1 },
  );
  tape.backward(y, () => backward(tape, x, y, cut!, size, { state }));
  return y;
}

/** y = x where it is above the threshold, [1], and 0 else. It has no gradient. */
export function beyond(tape: Tape, x: Tensor, threshold: Tensor): Tensor {
  const y = tape.tensor(x.shape, 'f32', 'beyond a threshold');
  tape.run(beyondThreshold(), { x, threshold, y }, { constants: { size: x.size }, threads: x.size });
  return y;
}

function backward(
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
