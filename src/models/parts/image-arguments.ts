import { activationWord, type Activation } from '../../kernels/activation.ts';
import { pair, type Padding, type Sides } from '../../kernels/window.ts';
import { OptionError, ShapeError } from '../../errors.ts';
import { checkFlag, checkNumber, shown } from '../../runtime/options.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import { initialLimit, spread, zeros, type Initializer } from './initializers.ts';
import type { ParameterSpec } from './layer.ts';
import { groupedLayout, kernelLayout, type Image } from './layout.ts';

/** Options of `conv2d`. */
export interface ConvOptions {
  /** The number of pixels from one place of the kernel to the next; `[2, 1]` halves the height alone. Default 1. */
  stride?: Sides;
  /**
   * The zeros around the image. `'valid'` (default) adds no zeros, so that only places within the image count. `'same'`
   * adds as many as give ⌈side / stride⌉ places, as in Keras. A number, or `[vertical, horizontal]`, adds that many on
   * each side, as in PyTorch.
   */
  padding?: Padding;
  /**
   * The number of pixels from one tap of the kernel to the next; more than 1 makes it see further with as many weights.
   * Default 1.
   */
  dilation?: Sides;
  /**
   * The number of groups of filters, each of which sees one group of the channels. Both numbers must be multiples of
   * it. With as many groups as channels the convolution is depthwise. Default 1.
   */
  groups?: number;
  /** How the weights are initialised; biases start at 0. Default `'glorot'`, as in Keras. */
  init?: Initializer;
  /** Whether the layer has a bias. Default true. */
  bias?: boolean;
}

/** Checks that a shape is that of an image. @throws ShapeError */
export function imageOf(layer: string, shape: readonly number[]): Image {
  if (shape.length !== 3)
    throw new ShapeError(`${layer}: takes images of [height, width, channels], not [${shape.join(', ')}]`);
  return shape as unknown as Image;
}

/**
 * Reads one whole number for both axes, or one for each. Two equal numbers become a single one.
 * @throws OptionError that names the axis
 */
export function readAxes(where: string, sides: Sides, least: number, most?: Sides): Sides {
  const listed = Array.isArray(sides);
  const limits = most === undefined ? [] : pair(most);
  const both = listed ? Array.from(sides as number[]) : [sides, sides];
  if (both.length !== 2)
    throw new OptionError(`${where} must be a number or [vertical, horizontal], not ${shown(sides)}`);
  const [down, along] = both.map((n, i) => {
    const axis = listed || limits[0] !== limits[1] ? `, ${['vertical', 'horizontal'][i]}` : '';
    return checkNumber(where + axis, n, { least, most: limits[i], whole: true });
  });
  return down === along ? down : [down, along];
}

/** Reads a padding: a word, or zeros on each side, up to a maximum. @throws OptionError */
export function readPadding(layer: string, padding: Padding, most?: Sides): Padding {
  if (padding === 'same' || padding === 'valid') return padding;
  if (typeof padding !== 'number' && !Array.isArray(padding))
    throw new OptionError(`${layer}: padding must be 'same', 'valid' or a number, not ${shown(padding)}`);
  return readAxes(`${layer}: padding`, padding, 0, most);
}

/** Reads the arguments that `conv2d` and `convTranspose2d` share. @throws OptionError */
export function readConvolution(
  layer: string,
  filters: number,
  kernel: Sides,
  activation: Activation,
  { stride = 1, padding = 'valid', dilation = 1, groups = 1, init = 'glorot', bias = true }: ConvOptions,
) {
  checkNumber(`${layer}: filters`, filters, { least: 1, whole: true });
  checkNumber(`${layer}: groups`, groups, { least: 1, whole: true });
  if (filters % groups)
    throw new OptionError(`${layer}: ${filters} filters cannot be divided into ${groups} groups of one size`);
  const size = pair(readAxes(`${layer}: kernel`, kernel, 1));
  initialLimit(layer, init, 1, 1);
  checkFlag(`${layer}: bias`, bias);
  const taps = size[0] * size[1];
  const read = {
    stride: readAxes(`${layer}: stride`, stride, 1),
    padding: readPadding(layer, padding),
    dilation: readAxes(`${layer}: dilation`, dilation, 1),
  };
  const { dilation: apart, ...usual } = read;
  return {
    ...read,
    size,
    f: activationWord(layer, activation),
    groups,
    bias,
    /**
     * The layer's options as plain data, with those of `own`. Dilation and groups are left out at their defaults, as in
     * older files.
     */
    written: (own: object) => ({
      ...usual,
      ...own,
      ...(apart !== 1 && { dilation: apart }),
      ...(groups !== 1 && { groups }),
      init,
      bias,
    }),
    /** The layer's weights for a number of channels, with a kernel of this shape on the device. */
    weights(channels: number, shape: [number, number, number, number]): ParameterSpec[] {
      const limit = initialLimit(layer, init, taps * channels, taps * filters);
      const layout = groups === 1 ? kernelLayout(shape) : groupedLayout(shape);
      const initial = (seed: number, which: number) => spread(sizeOf(shape), limit, seed, which);
      const weight = { name: 'weight', role: 'weight', shape, layout, initial } as const;
      return bias ? [weight, zeros('bias', 'bias', [filters])] : [weight];
    },
  };
}
