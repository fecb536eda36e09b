import { selectGroup } from '../../shaders/select.ts';
import { aloneGroup } from '../../shaders/top-k-alone.ts';
import { batchDigitsAlone, batchKeepAlone } from '../../shaders/top-k-batch-alone.ts';
import { batchChoose, batchDigits, batchKeep, beyondThreshold, moveThreshold } from '../../shaders/top-k-batch.ts';
import { topKGradient } from './top-k.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** The fewest values for one invocation, where a batch is large enough. */
const strip = 16;
/**
 * The same on a processor, where an invocation counts alone: enough that the counts of all digits are few beside the
 * values.
 */
const longStrip = 4096;

/** What training with the top k of a batch needs. */
export interface BatchOptions {
  /** The state, which says how many of the rows are real. */
  state: Tensor;
  /** The threshold, which is updated, [1]. */
  threshold: Tensor;
  batchesTracked: Tensor;
  /** The least weight of a batch's own threshold in the average. */
  rate: number;
  /** Receives the threshold and the number of batches as they were, [2]. */
  kept?: Tensor;
}

/**
 * Keeps the k · n largest values of the n real rows of x together, the first ones of equals, and sets the others to 0.
 * dx = dy where x was kept. The threshold moves towards the least positive kept value, unless a step has diverged.
 */
export function topKOfBatch(
  tape: Tape,
  x: Tensor,
  k: number,
  { state, threshold, batchesTracked, rate, kept }: BatchOptions,
): Tensor {
  const { size, columns } = x;
  const alone = tape.gpu.info.isFallback;
  const parts = Math.min(selectGroup, Math.ceil(size / (alone ? longStrip : selectGroup * strip)));
  const workgroups = alone ? Math.ceil(parts / aloneGroup) : parts;
  const indexDigits = Math.ceil(Math.log2(Math.max(size, 2)) / 8);
  const begin = indexDigits < 4 ? 0xffffffff >>> (8 * indexDigits) : 0;
  let cut: Tensor | undefined;
  for (const byIndex of [false, true])
    for (let digit = (byIndex ? indexDigits : 4) - 1; digit >= 0; digit--) {
      const variant = { first: !cut, byIndex };
      const partials = tape.tensor([parts, selectGroup], 'u32', 'counts of digits');
      const after = tape.tensor([4], 'u32', 'cut');
      const along = { constants: { size, columns, parts, shift: 8 * digit }, workgroups };
      tape.run((alone ? batchDigitsAlone : batchDigits)(variant), { x, state, partials, before: cut }, along);
      tape.run(
        batchChoose(variant),
        { partials, after, ...(cut ? { before: cut } : { state }) },
        { constants: { parts, ...(!cut && { k, begin }) }, workgroups: 1 },
      );
      cut = after;
    }
  const y = tape.tensor(x.shape, 'f32', 'top k of a batch');
  const least = tape.tensor([parts], 'u32', 'least values');
  const keep = (alone ? batchKeepAlone : batchKeep)();
  tape.run(keep, { x, state, cut: cut!, y, least }, { constants: { size, columns, parts }, workgroups });
  tape.run(
    moveThreshold(kept !== undefined),
    { least, state, threshold, num_batches_tracked: batchesTracked, kept },
    { constants: { parts, rate }, workgroups: 1 },
  );
  tape.backward(y, () => topKGradient(tape, x, y, cut!, size, { state }));
  return y;
}

/** Keeps the values of x above the threshold, [1], and sets the others to 0. It has no gradient. */
export function beyond(tape: Tape, x: Tensor, threshold: Tensor): Tensor {
  const y = tape.tensor(x.shape, 'f32', 'beyond a threshold');
  tape.run(beyondThreshold(), { x, threshold, y }, { constants: { size: x.size }, threads: x.size });
  return y;
}
