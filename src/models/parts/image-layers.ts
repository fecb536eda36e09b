import type { Activation } from '../../kernels/activation.ts';
import type { Interpolation } from '../../kernels/resample.ts';
import { pair, windowOver, type Padding, type Sides } from '../../kernels/window.ts';
import { ShapeError } from '../../errors.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { checkOptions, checkSides, checkWord } from '../../runtime/options.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import { convolution, transposedConvolution, type ConvTransposeOptions } from './convolutions.ts';
import { imageOf, readAxes, readPadding, type ConvOptions } from './image-arguments.ts';
import type { Layer } from './layer.ts';

const pooling = onDemand(() => import('../../kernels/pool.ts'));
const resampling = onDemand(() => import('../../kernels/resample.ts'));

export type { ConvTransposeOptions, Interpolation, Padding, Sides };

/**
 * A convolution over images, y = f(x ∗ w + b). Weight [filters, channels / groups, height, width] as in PyTorch, bias
 * [filters]. [height, width, channels] become [places, places, filters].
 * @param filters the number of output channels
 * @param kernel the height and width of the kernel
 * @param activation the activation, by name or as `[name, { parameter }]`; default `'linear'`
 * @param options stride, padding, dilation, groups, initial weights and bias
 * @example
 * ```ts
 * import { conv2d } from 'latentgpu';
 *
 * const encoder = [conv2d(16, 3, 'relu', { stride: 2, padding: 'same' }), conv2d(8, 3, 'relu', { stride: 2, padding: 'same' })];
 * ```
 * @throws OptionError
 */
export function conv2d(
  filters: number,
  kernel: Sides,
  activation: Activation = 'linear',
  options: ConvOptions = {},
): Layer {
  return convolution('conv2d', filters, kernel, activation, options);
}

/**
 * A transposed convolution, the gradient of a convolution as a layer; with a stride it enlarges images. Weight
 * [channels, filters, height, width] as in PyTorch, bias [filters]. With `'same'` a side becomes side · stride, as in
 * Keras, with `'valid'` (side − 1) · stride + kernel.
 * @param filters the number of output channels
 * @param kernel the height and width of the kernel
 * @param activation the activation, by name or as `[name, { parameter }]`; default `'linear'`
 * @param options stride, padding, dilation, initial weights and bias
 * @example
 * ```ts
 * import { convTranspose2d } from 'latentgpu';
 *
 * const up = { stride: 2, padding: 'same' } as const; // twice the height and width
 * const decoder = [convTranspose2d(16, 3, 'relu', up), convTranspose2d(1, 3, 'sigmoid', up)];
 * ```
 * @throws OptionError
 */
export function convTranspose2d(
  filters: number,
  kernel: Sides,
  activation: Activation = 'linear',
  options: ConvTransposeOptions = {},
): Layer {
  return transposedConvolution('convTranspose2d', filters, kernel, activation, options);
}

/** Options of `avgPool2d`. */
export interface PoolOptions {
  /** The number of pixels from one window to the next. Default: the window's sides, so that windows do not overlap. */
  stride?: Sides;
  /**
   * `'same'` or `'valid'`, as for `conv2d`. Pixels outside of the image do not count in the mean. Default `'valid'`.
   */
  padding?: 'same' | 'valid';
}

/** Options of `maxPool2d`. */
export interface MaxPoolOptions extends Pick<PoolOptions, 'stride'> {
  /**
   * As for `conv2d`; a number is at most half of the window's side. Pixels outside of the image do not count. Default
   * `'valid'`.
   */
  padding?: Padding;
}

/**
 * Takes the largest value of each window, for each channel.
 * @param window the height and width of a window; default 2
 * @param options stride and padding
 * @example
 * ```ts
 * import { conv2d, maxPool2d } from 'latentgpu';
 *
 * const encoder = [conv2d(16, 3, 'relu', { padding: 'same' }), maxPool2d(2)]; // half the height and width
 * ```
 * @throws OptionError
 */
export function maxPool2d(window: Sides = 2, options: MaxPoolOptions = {}): Layer {
  return pool('maxPool2d', 'maxPool2d', window, options, (padding, [down, along]) =>
    readPadding('maxPool2d', padding, [Math.floor(down / 2), Math.floor(along / 2)]),
  );
}

/**
 * Takes the mean of each window, for each channel. A window at the edge averages over its pixels within the image
 * (`count_include_pad=False` in PyTorch).
 * @param window the height and width of a window; default 2
 * @param options stride and padding
 * @example
 * ```ts
 * import { avgPool2d, conv2d } from 'latentgpu';
 *
 * const encoder = [conv2d(16, 3, 'relu', { padding: 'same' }), avgPool2d(2)]; // half the height and width
 * ```
 * @throws OptionError
 */
export function avgPool2d(window: Sides = 2, options: PoolOptions = {}): Layer {
  return pool('avgPool2d', 'avgPool2d', window, options, (padding) =>
    checkWord<'same' | 'valid'>('avgPool2d: the padding', padding, ['same', 'valid']),
  );
}

/** Makes a pool of this name; `paddingOf` reads its padding. @throws OptionError */
export function pool<P extends Padding>(
  name: string,
  which: 'maxPool2d' | 'avgPool2d',
  window: Sides,
  options: { stride?: Sides; padding?: P | 'valid' },
  paddingOf: (padding: P | 'valid', kernel: readonly [number, number]) => Padding,
): Layer {
  checkOptions(name, options, ['stride', 'padding']);
  const kernel = pair(readAxes(`${name}: window`, window, 1));
  const stride = readAxes(`${name}: stride`, options.stride ?? kernel, 1);
  const padding = paddingOf(options.padding ?? 'valid', kernel);
  const sequence = name.endsWith('1d');
  const windowOf = (input: readonly number[]) =>
    windowOver(name, imageOf(name, input), { kernel, stride, padding, sequence });
  return {
    name,
    args: [kernel, { stride, padding }],
    outputShape: (input) => [...windowOf(input).outputSize, input[2]],
    parameters: () => [],
    prepare: pooling.prepare,
    forward: ({ tape }, x, _, { input }) => pooling()[which](tape, x, windowOf(input)),
  };
}

/**
 * Makes images `factor` times as high and wide, or only as high with `[factor, 1]`, by repeating each pixel or by
 * `'bilinear'` interpolation between pixel centres.
 * @param factor the factor of height and width; default 2
 * @param interpolation `'nearest'` (default) or `'bilinear'`
 * @example
 * ```ts
 * import { conv2d, upsample2d } from 'latentgpu';
 *
 * const decoder = [upsample2d(2, 'bilinear'), conv2d(1, 3, 'sigmoid', { padding: 'same' })];
 * ```
 * @throws OptionError
 */
export function upsample2d(factor: Sides = 2, interpolation: Interpolation = 'nearest'): Layer {
  const given = readAxes('upsample2d: factor', factor, 1);
  const [down, along] = pair(given);
  checkWord('upsample2d: the interpolation', interpolation, ['nearest', 'bilinear']);
  return {
    name: 'upsample2d',
    args: [given, interpolation],
    outputShape(input) {
      const [height, width, channels] = imageOf('upsample2d', input);
      return [height * down, width * along, channels];
    },
    parameters: () => [],
    prepare: resampling.prepare,
    forward: ({ tape }, x, _, { input }) =>
      resampling().upsample2d(tape, x, imageOf('upsample2d', input), given, interpolation),
  };
}

/**
 * Turns an image into flat features, for `dense`. Values keep their order: height × width × channels.
 * @example
 * ```ts
 * import { conv2d, dense, flatten } from 'latentgpu';
 *
 * const encoder = [conv2d(16, 3, 'relu', { stride: 2 }), flatten(), dense(32)];
 * ```
 */
export function flatten(): Layer {
  return {
    name: 'flatten',
    args: [],
    reshapes: true,
    outputShape: (input) => [sizeOf(input)],
    parameters: () => [],
    forward: (_, x) => x,
  };
}

/**
 * Turns flat features into an image of [height, width, channels], or any shape into another one of as many values.
 * @param shape the shape of an example behind this layer
 * @example
 * ```ts
 * import { convTranspose2d, dense, reshape } from 'latentgpu';
 *
 * const decoder = [dense(7 * 7 * 8, 'relu'), reshape([7, 7, 8]), convTranspose2d(1, 4, 'sigmoid', { stride: 4 })];
 * ```
 * @throws OptionError; ShapeError, when the model is made, where the numbers of values differ
 */
export function reshape(shape: readonly number[]): Layer {
  const sides = checkSides('reshape', shape);
  const size = sizeOf(sides);
  return {
    name: 'reshape',
    args: [sides],
    reshapes: true,
    outputShape(input) {
      if (sizeOf(input) !== size)
        throw new ShapeError(`reshape: [${input.join(', ')}] does not hold as many values as [${sides.join(', ')}]`);
      return [...sides];
    },
    parameters: () => [],
    forward: (_, x) => x,
  };
}
