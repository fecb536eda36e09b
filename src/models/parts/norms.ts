import { ShapeError } from '../../errors.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { checkNumber, checkOptions } from '../../runtime/options.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import { zeros } from './initializers.ts';
import type { Around, Layer, ParameterSpec } from './layer.ts';
import { imageLayout } from './layout.ts';

const kernels = onDemand(() => import('../../kernels/norm.ts'));

/** Options of `layerNorm` and `groupNorm`. */
export interface NormOptions {
  /** The number that is added to the variance. Default 1e-5, as in PyTorch. */
  epsilon?: number;
}

/**
 * Layer normalisation: y = (x − mean) / √(variance + ε) · weight + bias over the last dimension of an example (Ba et
 * al. 2016). That is over all features of [d], and over the channels at each place of [h, w, channels], as in Keras,
 * and as PyTorch's `LayerNorm(channels)` on tensors with their channels last. Weight and bias have the length of that
 * dimension.
 * `groupNorm(1)` normalises a whole image at once.
 * @example
 * ```ts
 * import { dense, layerNorm, residual } from 'latentgpu';
 *
 * const block = residual([layerNorm(), dense(256, 'gelu'), dense(64)]); // takes and gives 64 values
 * ```
 * @throws OptionError
 */
export function layerNorm(options: NormOptions = {}): Layer {
  const epsilon = readEpsilon('layerNorm', options);
  return {
    name: 'layerNorm',
    args: [{ epsilon }],
    keepsOrder: true,
    prepare: kernels.prepare,
    outputShape: (input) => [...input],
    parameters: affine,
    forward: ({ tape }, x, parameter) => kernels().layerNorm(tape, x, parameter('weight'), parameter('bias'), epsilon),
  };
}

/**
 * Group normalisation: y = (x − mean) / √(variance + ε) · weight + bias over each of `groups` groups of channels and
 * all places of an example (Wu & He 2018). The last dimension of an example counts as its channels. Weight and bias
 * [channels].
 * @param groups the number of groups; the number of channels must be a multiple of it
 * @param options the epsilon
 * @example
 * ```ts
 * import { activation, conv2d, groupNorm } from 'latentgpu';
 *
 * const encoder = [conv2d(16, 3), groupNorm(4), activation('relu')]; // four groups of four channels
 * ```
 * @throws OptionError; ShapeError, when the model is made, where the number of channels is not a multiple of `groups`
 */
export function groupNorm(groups: number, options: NormOptions = {}): Layer {
  checkNumber('groupNorm: groups', groups, { least: 1, whole: true });
  const epsilon = readEpsilon('groupNorm', options);
  return {
    name: 'groupNorm',
    args: [groups, { epsilon }],
    keepsOrder: true,
    prepare: kernels.prepare,
    outputShape(input) {
      const channels = input.at(-1)!;
      if (channels % groups)
        throw new ShapeError(`groupNorm: ${channels} channels cannot be divided into ${groups} groups of one size`);
      return [...input];
    },
    parameters(input, around) {
      // A list of images is the code that another network takes; there, groups were never refused.
      if (groups > 1 && input.length === 1 && (around.before ?? around.after)?.length === 3)
        throw new ShapeError(
          `groupNorm: put it before flatten or after reshape: on a flattened image, its ${groups} groups would differ from those of PyTorch`,
        );
      return affine(input, around);
    },
    forward: ({ tape }, x, parameter, { input }) =>
      kernels().groupNorm(tape, x, parameter('weight'), parameter('bias'), {
        places: sizeOf(input.slice(0, -1)),
        groups,
        epsilon,
      }),
  };
}

/** Reads the option `epsilon`. @throws OptionError */
export function readEpsilon(layer: string, options: NormOptions): number {
  checkOptions(layer, options, ['epsilon']);
  const { epsilon = 1e-5 } = options;
  return checkNumber(`${layer}: epsilon`, epsilon, { above: 0 });
}

/** Returns a weight and a bias for each channel, or for each flat feature. */
export function affine(input: readonly number[], { before, after }: Around): ParameterSpec[] {
  const channels = input.at(-1)!;
  const layout = input.length === 1 ? imageLayout(channels, undefined, before ?? after, undefined) : undefined;
  return [
    { name: 'weight', role: 'gain', shape: [channels], layout, initial: () => new Float32Array(channels).fill(1) },
    zeros('bias', 'bias', [channels], layout),
  ];
}
