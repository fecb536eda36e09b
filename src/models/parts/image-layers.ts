import type { Activation } from '../../kernels/activation.ts';
import { avgPool2d as avgPoolKernel, maxPool2d as maxPoolKernel } from '../../kernels/pool.ts';
import { upsample2d as upsampleKernel, type Interpolation } from '../../kernels/resample.ts';
import { pair, slide, type Padding, type Sides } from '../../kernels/window.ts';
import { ShapeError } from '../../errors.ts';
import { checkOptions, checkSides, checkWord } from '../../runtime/options.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import { convolution, transposedConvolution, type ConvTransposeOptions } from './convolutions.ts';
import { imageOf, readAxes, readPadding, type ConvOptions } from './image-arguments.ts';
import type { Layer } from './layer.ts';

export type { ConvTransposeOptions, Interpolation, Padding, Sides };

/**
 * A convolution over images, y = f(x ∗ w + b). Weight [filters, channels / groups, height, width] as in PyTorch, bias [filters].
 * [height, width, channels] become [places, places, filters].
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
 * A transposed convolution: what a convolution's gradient does to images, as a layer; with a stride it enlarges them. Weight
 * [channels, filters, height, width] as in PyTorch, bias [filters]. With `'same'` a side becomes side · stride, as in Keras, with `'valid'`
 * (side − 1) · stride + kernel.
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
  /** Default: the window's sides, so that windows do not overlap. */
  stride?: Sides;
  /** As for `conv2d`; what is outside of the image is left out. Default `'valid'`. */
  padding?: 'same' | 'valid';
}

/** Options of `maxPool2d`. */
export interface MaxPoolOptions extends Pick<PoolOptions, 'stride'> {
  /** As for `conv2d`, a number being half of the window's side at most; what is outside of the image is left out. Default `'valid'`. */
  padding?: Padding;
}

/**
 * The largest value of each window, for each channel.
 * @throws OptionError
 */
export function maxPool2d(window: Sides = 2, options: MaxPoolOptions = {}): Layer {
  return pool('maxPool2d', maxPoolKernel, window, options, (padding, [down, along]) =>
    readPadding('maxPool2d', padding, [Math.floor(down / 2), Math.floor(along / 2)]),
  );
}

/**
 * The mean of each window, for each channel; of a window at the edge, over what lies in the image (`count_include_pad=False` in PyTorch).
 * @throws OptionError
 */
export function avgPool2d(window: Sides = 2, options: PoolOptions = {}): Layer {
  return pool('avgPool2d', avgPoolKernel, window, options, (padding) =>
    checkWord<'same' | 'valid'>('avgPool2d: the padding', padding, ['same', 'valid']),
  );
}

/** A pool of a name; its padding is read by `paddingOf`. @throws OptionError */
export function pool<P extends Padding>(
  name: string,
  kernelOf: typeof maxPoolKernel,
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
    slide(name, imageOf(name, input), { kernel, stride, padding, sequence });
  return {
    name,
    args: [kernel, { stride, padding }],
    outputShape: (input) => [...windowOf(input).places, input[2]],
    parameters: () => [],
    forward: ({ tape }, x, _, { input }) => kernelOf(tape, x, windowOf(input)),
  };
}

/**
 * Images `factor` times as high and as wide, or only as high with `[factor, 1]`: each pixel repeated, or `'bilinear'` between pixels' centres.
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
    forward: ({ tape }, x, _, { input }) => upsampleKernel(tape, x, imageOf('upsample2d', input), given, interpolation),
  };
}

/** An image as flat features, for `dense`. Nothing moves: rows of height × width × channels stay as they are. */
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
 * Flat features as an image of [height, width, channels]; or any shape of as many values as another.
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
