import { checkProbabilities } from '../../data/range.ts';
import { OptionError } from '../../errors.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { checkNumber, checkSides } from '../../runtime/options.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import { asLoss, plain, type Loss } from './losses.ts';

const kernels = onDemand(() => import('../../kernels/categorical.ts'));

/** The most groups: their positions are part of the shader. */
const mostGroups = 10_000;

/**
 * The softmax cross-entropy of groups of features, for categories as one-hot columns: each group's values are the
 * probabilities of its categories, or all 0 where the category is unknown, which adds nothing to the loss. The decoder
 * ends without an activation: its outputs are logits. `decode`, `reconstruct`, `sample` and ONNX files give
 * probabilities, whose sum in each group is 1. The loss of an example is the mean over its groups of −Σ x log p, in
 * nats; with a Gaussian code it is the sum over the groups. A model of tables (`input: table.columns`) takes categories
 * without such columns.
 * @param groups the number of categories in each group, in the order of the features; for an image whose channels are
 * categories, their number for each pixel
 * @example
 * ```ts
 * import { autoencoder, categorical, dense, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const loss = categorical([3, 2]); // five features: one of three, and one of two
 * const model = await autoencoder(gpu, { input: 5, encoder: [dense(8, 'tanh'), dense(2)], decoder: [dense(5)], loss });
 * await model.fit(Float32Array.of(0, 1, 0, 0, 1, 1, 0, 0, 1, 0), { epochs: 10 });
 * ```
 * @throws OptionError
 */
export function categorical(groups: readonly number[]): Loss {
  const sizes = checkSides('categorical: groups', groups);
  checkNumber('categorical: the number of groups', sizes.length, { least: 1, most: mostGroups, whole: true });
  const features = sizes.reduce((sum, size) => sum + size, 0);
  return {
    ...plain,
    name: 'categorical',
    args: [sizes],
    exit: { inverse: (tape, y) => kernels().groupSoftmax(tape, y, sizes), groups: sizes },
    recorded: {
      rows: (tape, y, x, state, mean, weights) =>
        kernels().categoricalLoss(tape, y, x, sizes, state, mean ? 1 / sizes.length : 1, weights),
      elements: (tape, y, x, state) => kernels().categoricalLosses(tape, y, x, sizes, state, 1),
    },
    checkNormalize({ name }) {
      throw new OptionError(`autoencoder: loss 'categorical' takes probabilities as they are, without ${name}()`);
    },
    checkDecoder(last, shape) {
      if (last !== undefined && last !== 'linear')
        throw new OptionError(
          `autoencoder: loss 'categorical' needs a decoder that ends without an activation, not in '${last}': its outputs are logits`,
        );
      if (sizeOf(shape) !== features)
        throw new OptionError(
          `autoencoder: loss 'categorical' has groups of ${features} features in all, but the decoder ends in [${shape.join(', ')}]`,
        );
    },
    checkData: (data) => checkProbabilities(data, 'categorical'),
    // An inner stage of `pretrain` reconstructs hidden units, which are not categories.
    inner: () => asLoss('pretrain', 'mse'),
    prepare: kernels.prepare,
  };
}
