import { ShapeError } from '../../errors.ts';
import { beyond, topKOfBatch } from '../../kernels/top-k-batch.ts';
import { topK as topKKernel } from '../../kernels/top-k.ts';
import { checkFlag, checkNumber, checkOptions } from '../../runtime/options.ts';
import { keepBefore } from '../training/in-step.ts';
import type { Layer, ParameterSpec } from './layer.ts';

/** Options of `topK`. */
export interface TopKOptions {
  /** Takes the k · examples largest of a batch together, so that an example may have more than k or fewer. Default false. */
  batch?: boolean;
}

/** The most numbers that a code may have. */
const mostColumns = 65_536;
/** What the newest batch counts in the threshold, at the least. */
const rate = 0.01;

/**
 * A sparse code, the last layer of an encoder: keeps the k largest numbers of each example and sets the others to 0 (Makhzani & Frey 2013; Gao et al.
 * 2024); of equals it keeps those in front. What it keeps it leaves as it is, also numbers below 0: behind `'relu'` there are none. The gradient
 * flows through what is kept.
 *
 * With `batch: true` training keeps the k · examples largest numbers of a batch together, and else those above a `threshold`, the mean of the least
 * positive numbers that batches kept (Bussmann et al. 2024): of all `num_batches_tracked` so far, and from the 100th on a moving one. Both are
 * kept in files.
 * @throws OptionError; ShapeError, when the model is made, where there are fewer numbers than k or more than 65,536
 */
export function topK(k: number, options: TopKOptions = {}): Layer {
  checkNumber('topK: k', k, { least: 1, whole: true });
  checkOptions('topK', options, ['batch']);
  const { batch = false } = options;
  checkFlag('topK: batch', batch);
  const buffer = (name: string): ParameterSpec => ({
    name,
    role: 'buffer',
    shape: [],
    initial: () => new Float32Array(1),
  });
  return {
    name: 'topK',
    args: [k, { batch }],
    keepsOrder: true,
    code: { kind: 'sparse', k },
    outputShape(input) {
      const [columns] = input;
      if (input.length !== 1) throw new ShapeError(`topK: takes flat features, not [${input.join(', ')}]`);
      if (columns < k || columns > mostColumns)
        throw new ShapeError(`topK: keeps ${k} of ${k} to ${mostColumns} numbers, not of ${columns}`);
      return [columns];
    },
    parameters: () => (batch ? [buffer('threshold'), buffer('num_batches_tracked')] : []),
    forward({ tape, training, state, step }, x, parameter) {
      if (!batch) return topKKernel(tape, x, k).y;
      const threshold = parameter('threshold');
      if (!training) return beyond(tape, x, threshold);
      const batchesTracked = parameter('num_batches_tracked');
      const kept = step && keepBefore(tape.gpu, step, [threshold, batchesTracked]);
      return topKOfBatch(tape, x, k, { state, threshold, batchesTracked, rate, kept });
    },
  };
}
