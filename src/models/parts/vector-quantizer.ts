import { moveEntries, perplexity, quantize, tally, type Quantized } from '../../kernels/vector-quantizer.ts';
import { OptionError } from '../../errors.ts';
import { checkNumber, checkOptions } from '../../runtime/options.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Pass } from '../training/pass.ts';
import type { Term } from '../training/terms.ts';
import { keepBefore } from '../training/in-step.ts';
import { spread } from './initializers.ts';
import type { Layer, ParameterSpec } from './layer.ts';
import { imageLayout } from './layout.ts';

/** Options of `vectorQuantizer`. */
export interface VectorQuantizerOptions {
  /** What the squared distance of a vector from its entry counts in the encoder's loss. Default 0.25. */
  commitment?: number;
  /** How much of the moving averages, of which the entries are made, a step keeps. `false`: the entries are trained by a loss. Default 0.99. */
  decay?: number | false;
}

/** Kernels hold which entry it is as a float32, in which whole numbers end here. */
const mostEntries = 2 ** 24;

/**
 * A quantised code, the last layer of an encoder: each vector becomes the nearest of so many entries of a codebook (van den Oord et al. 2017), which
 * is each place of [h, w, d] and of [length, d], and all of [d]. The gradient goes straight through, and the loss gets commitment · mean (z − e)² over the numbers of
 * the code, told as `commitment` before its weight.
 *
 * The entries follow the vectors by moving averages, and start from those of the first batch. An entry that hardly any vector is near to, less than a hundredth
 * of an even share, takes the place of one of the batch's. With `decay: false` they are weights, trained by the same mean, told as `codebook`. `perplexity`
 * is how many entries a batch takes, were it to take them evenly: e to the entropy. `indices` gives the entries' numbers, and `decode` takes them.
 *
 * Weights codebook [entries, d], and with moving averages cluster_size [entries] and cluster_sum [entries, d].
 * @throws OptionError
 */
export function vectorQuantizer(entries: number, options: VectorQuantizerOptions = {}): Layer {
  checkNumber('vectorQuantizer: entries', entries, { least: 1, most: mostEntries, whole: true });
  checkOptions('vectorQuantizer', options, ['commitment', 'decay']);
  const { commitment = 0.25, decay = 0.99 } = options;
  checkNumber('vectorQuantizer: commitment', commitment, { least: 0 });
  if (decay !== false && !(typeof decay === 'number' && decay >= 0 && decay < 1))
    throw new OptionError(`vectorQuantizer: decay is a number of at least 0 and below 1, or false`);

  const terms = ({ tape, state }: Pass, { at, commitment: pulled, drift }: Quantized, counts: Tensor): Term[] => [
    { name: 'commitment', sums: pulled, coefficient: commitment },
    ...(drift ? [{ name: 'codebook', sums: drift }] : []),
    { name: 'perplexity', sums: perplexity(tape, counts, at, state), coefficient: 0 },
  ];

  /** Moves the entries on; returns how often each was taken. */
  const move = (pass: Pass, z: Tensor, at: Tensor, parameter: (name: string) => Tensor, decay: number): Tensor => {
    const [codebook, clusterSize, clusterSum] = ['codebook', 'cluster_size', 'cluster_sum'].map(parameter);
    const kept = pass.step && keepBefore(pass.tape.gpu, pass.step, [codebook, clusterSize, clusterSum]);
    const moving = { codebook, clusterSize, clusterSum };
    return moveEntries(pass.tape, z, at, moving, { decay, draws: pass.draws(), kept });
  };

  return {
    name: 'vectorQuantizer',
    args: [entries, { commitment, decay }],
    keepsOrder: true,
    code: {
      kind: 'vectorQuantizer',
      entries,
      indices: (pass, z, parameter) => quantize(pass.tape, z, parameter('codebook'), pass.state).at,
    },
    outputShape: (input) => [...input],
    parameters(input, { before, after }) {
      const columns = input.at(-1)!;
      const layout = input.length === 1 ? imageLayout(entries, columns, undefined, before ?? after) : undefined;
      const initial: ParameterSpec['initial'] = (seed, which) => spread(entries * columns, 1 / entries, seed, which);
      const codebook = { name: 'codebook', shape: [entries, columns], layout, initial };
      if (decay === false) return [{ ...codebook, role: 'weight' }];
      const zeros = (size: number) => () => new Float32Array(size);
      return [
        { ...codebook, role: 'buffer' },
        { name: 'cluster_size', role: 'buffer', shape: [entries], initial: zeros(entries) },
        { ...codebook, name: 'cluster_sum', role: 'buffer', initial: zeros(entries * columns) },
      ];
    },
    forward(pass, z, parameter) {
      const { tape, state } = pass;
      const quantized = quantize(tape, z, parameter('codebook'), state, decay === false);
      const { y, at } = quantized;
      if (pass.mode === 'predict') return y;
      const counts =
        pass.training && decay !== false ? move(pass, z, at, parameter, decay) : tally(tape, at, entries, state);
      return { y, terms: terms(pass, quantized, counts) };
    },
  };
}
