import { ShapeError } from '../../errors.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { checkFlag, checkNumber, checkOptions } from '../../runtime/options.ts';
import { keepBefore } from '../training/in-step.ts';
import { zeros } from './initializers.ts';
import type { Layer } from './layer.ts';

const kernels = onDemand(() => import('../../kernels/top-k.ts'));
const ofBatch = onDemand(() => import('../../kernels/top-k-batch.ts'));

/** Options of `topK`. */
export interface TopKOptions {
  /**
   * Keeps the k · examples largest numbers of a batch together, so that an example may have more or fewer than k.
   * Default false.
   */
  batch?: boolean;
}

/** The most numbers that a code may have. */
const mostColumns = 65_536;
/** The smallest weight of the newest batch in the threshold. */
const rate = 0.01;

/**
 * A sparse code, the last layer of an encoder: it keeps the k largest numbers of each example and sets the others to 0
 * (Makhzani & Frey 2013; Gao et al. 2024). Among equal numbers it keeps the first ones. The numbers that it keeps are
 * unchanged, and may be negative unless a `'relu'` comes before. The gradient flows through them alone.
 *
 * With `batch: true` training keeps the k · examples largest numbers of a batch together. Outside of training the layer
 * keeps the numbers above a `threshold`: the mean of the smallest positive number that each batch kept (Bussmann et al.
 * 2024). It is the mean over all batches so far, and from the 100th batch on a moving average. Files keep it, and the
 * number of batches as `num_batches_tracked`.
 * @param k the number of values to keep, for each example or on average
 * @param options whether a batch shares its k · examples values
 * @example
 * ```ts
 * import { dense, topK } from 'latentgpu';
 *
 * const encoder = [dense(8192), topK(32)]; // 32 numbers of 8192 are not 0
 * ```
 * @throws OptionError; ShapeError, when the model is made, where a code has fewer numbers than k or more than 65,536
 */
export function topK(k: number, options: TopKOptions = {}): Layer {
  checkNumber('topK: k', k, { least: 1, whole: true });
  checkOptions('topK', options, ['batch']);
  const { batch = false } = options;
  checkFlag('topK: batch', batch);
  return {
    name: 'topK',
    args: [k, { batch }],
    keepsOrder: true,
    code: { kind: 'sparse', k },
    prepare: batch ? ofBatch.prepare : kernels.prepare,
    outputShape(input) {
      const [columns] = input;
      if (input.length !== 1) throw new ShapeError(`topK: takes flat features, not [${input.join(', ')}]`);
      if (columns < k || columns > mostColumns)
        throw new ShapeError(`topK: k = ${k} needs a code of ${k} to ${mostColumns} numbers, not of ${columns}`);
      return [columns];
    },
    parameters: () => (batch ? ['threshold', 'num_batches_tracked'].map((name) => zeros(name, 'buffer', [])) : []),
    forward({ tape, training, state, step }, x, parameter) {
      if (!batch) return kernels().topK(tape, x, k).y;
      const threshold = parameter('threshold');
      if (!training) return ofBatch().beyond(tape, x, threshold);
      const batchesTracked = parameter('num_batches_tracked');
      const kept = step && keepBefore(tape.gpu, step, [threshold, batchesTracked]);
      return ofBatch().topKOfBatch(tape, x, k, { state, threshold, batchesTracked, rate, kept });
    },
  };
}
