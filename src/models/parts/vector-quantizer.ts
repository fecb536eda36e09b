import type { Quantized } from '../../kernels/vector-quantizer.ts';
import { mostCounted } from '../../kernels/shapes.ts';
import { OptionError } from '../../errors.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { checkNumber, checkOptions, shown } from '../../runtime/options.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Pass } from '../training/pass.ts';
import type { Term } from '../training/terms.ts';
import { keepBefore } from '../training/in-step.ts';
import { spread, zeros } from './initializers.ts';
import type { Layer, ParameterSpec } from './layer.ts';
import { imageLayout } from './layout.ts';

const kernels = onDemand(() => import('../../kernels/vector-quantizer.ts'));

/** Options of `vectorQuantizer`. */
export interface VectorQuantizerOptions {
  /** The weight of the squared distance of a vector from its entry in the encoder's loss. Default 0.25. */
  commitment?: number;
  /**
   * The decay of the moving averages that the entries are made of. With `false`, a loss trains the entries instead.
   * Default 0.99.
   */
  decay?: number | false;
}

/**
 * A quantised code, the last layer of an encoder: each vector becomes the nearest entry of a codebook (van den Oord et
 * al. 2017). A code of [h, w, d] or [length, d] has a vector at each place; a code of [d] is one vector. The gradient
 * goes straight through, and the loss gets commitment · mean (z − e)² over the numbers of the code, reported as
 * `commitment` before its weight.
 *
 * The entries follow the vectors by moving averages, and start as vectors of the first batch. An entry with less than a
 * hundredth of an even share of the vectors is replaced by a vector of the batch. With `decay: false` the entries are
 * weights, trained by the same mean, reported as `codebook`. `perplexity` is the effective number of entries that a
 * batch uses: e to the entropy. `indices` returns the numbers of entries, and `decode` takes them.
 *
 * Weights: codebook [entries, d], and with moving averages cluster_size [entries] and cluster_sum [entries, d].
 * @param entries the number of entries in the codebook
 * @param options the weight of the commitment, and how entries are trained
 * @example
 * ```ts
 * import { conv2d, vectorQuantizer } from 'latentgpu';
 *
 * const encoder = [conv2d(16, 4, 'relu', { stride: 4 }), conv2d(8, 1), vectorQuantizer(128)]; // a number below 128 at each place
 * ```
 * @throws OptionError
 */
export function vectorQuantizer(entries: number, options: VectorQuantizerOptions = {}): Layer {
  checkNumber('vectorQuantizer: entries', entries, { least: 1, most: mostCounted, whole: true });
  checkOptions('vectorQuantizer', options, ['commitment', 'decay']);
  const { commitment = 0.25, decay = 0.99 } = options;
  checkNumber('vectorQuantizer: commitment', commitment, { least: 0 });
  if (decay !== false && !(typeof decay === 'number' && decay >= 0 && decay < 1))
    throw new OptionError(
      `vectorQuantizer: decay must be false or a number of at least 0 and below 1, not ${shown(decay)}`,
    );

  const terms = ({ tape, state }: Pass, { at, commitment: pulled, drift }: Quantized, counts: Tensor): Term[] => [
    { name: 'commitment', sums: pulled, coefficient: commitment },
    ...(drift ? [{ name: 'codebook', sums: drift }] : []),
    { name: 'perplexity', sums: kernels().perplexity(tape, counts, at, state), coefficient: 0 },
  ];

  /** Updates the entries, and returns how often each was chosen. */
  const move = (pass: Pass, z: Tensor, at: Tensor, parameter: (name: string) => Tensor, decay: number): Tensor => {
    const [codebook, clusterSize, clusterSum] = ['codebook', 'cluster_size', 'cluster_sum'].map(parameter);
    const kept = pass.step && keepBefore(pass.tape.gpu, pass.step, [codebook, clusterSize, clusterSum]);
    const moving = { codebook, clusterSize, clusterSum };
    return kernels().moveEntries(pass.tape, z, at, moving, { decay, draws: pass.draws(), kept });
  };

  return {
    name: 'vectorQuantizer',
    args: [entries, { commitment, decay }],
    keepsOrder: true,
    code: {
      kind: 'vectorQuantizer',
      entries,
      indices: (pass, z, parameter) => kernels().quantize(pass.tape, z, parameter('codebook'), pass.state).at,
    },
    prepare: kernels.prepare,
    outputShape: (input) => [...input],
    parameters(input, { before, after }) {
      const columns = input.at(-1)!;
      const layout = input.length === 1 ? imageLayout(entries, columns, undefined, before ?? after) : undefined;
      const initial: ParameterSpec['initial'] = (seed, which) => spread(entries * columns, 1 / entries, seed, which);
      const codebook = { name: 'codebook', shape: [entries, columns], layout, initial };
      if (decay === false) return [{ ...codebook, role: 'weight' }];
      return [
        { ...codebook, role: 'buffer' },
        zeros('cluster_size', 'buffer', [entries]),
        zeros('cluster_sum', 'buffer', [entries, columns], layout),
      ];
    },
    forward(pass, z, parameter) {
      const { tape, state } = pass;
      const quantized = kernels().quantize(tape, z, parameter('codebook'), state, decay === false);
      const { y, at } = quantized;
      if (pass.mode === 'predict') return y;
      const counts =
        pass.training && decay !== false
          ? move(pass, z, at, parameter, decay)
          : kernels().tally(tape, at, entries, state);
      return { y, terms: terms(pass, quantized, counts) };
    },
  };
}
