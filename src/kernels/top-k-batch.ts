import { selectGroup } from '../../shaders/select.ts';
import { aloneGroup } from '../../shaders/top-k-alone.ts';
import { batchDigitsAlone, batchKeepAlone } from '../../shaders/top-k-batch-alone.ts';
import { batchChoose, batchDigits, batchKeep, beyondThreshold, moveThreshold } from '../../shaders/top-k-batch.ts';
import { topKGradient } from './top-k.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** Values that one invocation goes through at least, where a batch is large enough. */
const strip = 16;
/** And on a processor, where an invocation counts by itself: so many that the counts of all digits are few beside them. */
const longStrip = 4096;

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

/** y = x where it is above the threshold, [1], and 0 else. It has no gradient. */
export function beyond(tape: Tape, x: Tensor, threshold: Tensor): Tensor {
  const y = tape.tensor(x.shape, 'f32', 'beyond a threshold');
  tape.run(beyondThreshold(), { x, threshold, y }, { constants: { size: x.size }, threads: x.size });
  return y;
}
