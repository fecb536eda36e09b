import type { Activation } from '../../kernels/activation.ts';
import type { Sides } from '../../kernels/window.ts';
import { OptionError, ShapeError } from '../../errors.ts';
import { checkNumber, checkOptions, checkWord, shown } from '../../runtime/options.ts';
import { convolution, transposedConvolution } from './convolutions.ts';
import { readPadding, type ConvOptions } from './image-arguments.ts';
import { pool, upsample2d } from './image-layers.ts';
import type { Layer } from './layer.ts';
import type { Layout } from './layout.ts';

/** Options of `conv1d`. */
export interface Conv1dOptions extends Pick<ConvOptions, 'groups' | 'init' | 'bias'> {
  /** The number of steps from one place of the kernel to the next. Default 1. */
  stride?: number;
  /**
   * The zeros around the sequence. `'valid'` (default) adds no zeros, so that only places within the sequence count.
   * `'same'` adds as many as give ⌈length / stride⌉ places, as in Keras. A number adds that many at each end, as in
   * PyTorch.
   */
  padding?: 'same' | 'valid' | number;
  /** The number of steps from one tap of the kernel to the next. Default 1. */
  dilation?: number;
}

/** Options of `convTranspose1d`. */
export interface ConvTranspose1dOptions extends Omit<Conv1dOptions, 'groups'> {
  /**
   * The number of additional steps at the end, with a padding given as a number: PyTorch's `output_padding`. Default 0.
   */
  outputPadding?: number;
}

/** Options of `maxPool1d`. */
export interface MaxPool1dOptions {
  /** The number of steps from one window to the next. Default: the window's length, so that windows do not overlap. */
  stride?: number;
  /**
   * As for `conv1d`; a number is at most half of the window. Steps outside of the sequence do not count. Default
   * `'valid'`.
   */
  padding?: 'same' | 'valid' | number;
}

/** Options of `avgPool1d`. */
export interface AvgPool1dOptions extends Pick<MaxPool1dOptions, 'stride'> {
  /**
   * `'same'` or `'valid'`, as for `conv1d`. Steps outside of the sequence do not count in the mean. Default `'valid'`.
   */
  padding?: 'same' | 'valid';
}

/**
 * A convolution along sequences, y = f(x ∗ w + b). Weight [filters, channels / groups, kernel] as in PyTorch, bias
 * [filters]. [length, channels] become [places, filters].
 * @param filters the number of output channels
 * @param kernel the length of the kernel
 * @param activation the activation, by name or as `[name, { parameter }]`; default `'linear'`
 * @param options stride, padding, dilation, groups, initial weights and bias
 * @example
 * ```ts
 * import { conv1d } from 'latentgpu';
 *
 * const encoder = [conv1d(32, 7, 'relu', { stride: 2, padding: 'same' })]; // half as many time steps
 * ```
 * @throws OptionError
 */
export function conv1d(
  filters: number,
  kernel: number,
  activation: Activation = 'linear',
  options: Conv1dOptions = {},
): Layer {
  const given = onRow('conv1d', options, ['stride', 'padding', 'dilation', 'groups', 'init', 'bias']);
  const layer = convolution('conv1d', filters, size('conv1d: kernel', kernel), activation, given);
  return overSequences(layer, [filters, kernel, activation, alongRow(layer.args[3])]);
}

/**
 * A transposed convolution along sequences; with a stride it lengthens them. Weight [channels, filters, kernel] as in
 * PyTorch, bias [filters]. With `'same'` a length becomes length · stride, as in Keras, with `'valid'` (length − 1) ·
 * stride + kernel.
 * @param filters the number of output channels
 * @param kernel the length of the kernel
 * @param activation the activation, by name or as `[name, { parameter }]`; default `'linear'`
 * @param options stride, padding, dilation, initial weights and bias
 * @example
 * ```ts
 * import { convTranspose1d } from 'latentgpu';
 *
 * const decoder = [convTranspose1d(3, 7, 'linear', { stride: 2, padding: 'same' })]; // twice as many time steps
 * ```
 * @throws OptionError
 */
export function convTranspose1d(
  filters: number,
  kernel: number,
  activation: Activation = 'linear',
  options: ConvTranspose1dOptions = {},
): Layer {
  const name = 'convTranspose1d';
  const read = onRow(name, options, ['stride', 'padding', 'outputPadding', 'dilation', 'init', 'bias']);
  const { outputPadding } = options;
  const most = (options.stride ?? 1) - 1;
  const extra: Sides | undefined = outputPadding === undefined ? undefined : [0, checkNumber(`${name}: outputPadding`, outputPadding, { least: 0, most, whole: true })]; // prettier-ignore
  const given = { ...read, outputPadding: extra };
  const layer = transposedConvolution(name, filters, size(`${name}: kernel`, kernel), activation, given);
  return overSequences(layer, [filters, kernel, activation, alongRow(layer.args[3])]);
}

/**
 * Takes the largest value of each window of a sequence, for each channel.
 * @param window the length of a window; default 2
 * @param options stride and padding
 * @example
 * ```ts
 * import { conv1d, maxPool1d } from 'latentgpu';
 *
 * const encoder = [conv1d(16, 5, 'relu', { padding: 'same' }), maxPool1d(2)];
 * ```
 * @throws OptionError
 */
export function maxPool1d(window = 2, options: MaxPool1dOptions = {}): Layer {
  const name = 'maxPool1d';
  const side = size(`${name}: window`, window);
  const most = Math.floor(window / 2);
  const given = onRow(name, options, ['stride', 'padding'], most);
  const layer = pool(name, 'maxPool2d', side, given, (padding) => readPadding(name, padding, [0, most]));
  return overSequences(layer, [window, alongRow(layer.args[1])]);
}

/**
 * Takes the mean of each window of a sequence, for each channel. A window at the end averages over its steps within the
 * sequence (`count_include_pad=False` in PyTorch).
 * @param window the length of a window; default 2
 * @param options stride and padding
 * @example
 * ```ts
 * import { avgPool1d, conv1d } from 'latentgpu';
 *
 * const encoder = [conv1d(16, 5, 'relu', { padding: 'same' }), avgPool1d(2)];
 * ```
 * @throws OptionError
 */
export function avgPool1d(window = 2, options: AvgPool1dOptions = {}): Layer {
  const name = 'avgPool1d';
  const side = size(`${name}: window`, window);
  const { padding = 'valid', ...given } = onRow(name, options, ['stride', 'padding']);
  const word = checkWord<'same' | 'valid'>(`${name}: the padding`, padding, ['same', 'valid']);
  const layer = pool(name, 'avgPool2d', side, given, () => word);
  return overSequences(layer, [window, alongRow(layer.args[1])]);
}

/**
 * Makes sequences `factor` times as long, by repeating each step or by `'linear'` interpolation between step centres.
 * @param factor the factor of the length; default 2
 * @param interpolation `'nearest'` (default) or `'linear'`
 * @example
 * ```ts
 * import { conv1d, upsample1d } from 'latentgpu';
 *
 * const decoder = [upsample1d(2, 'linear'), conv1d(3, 5, 'linear', { padding: 'same' })];
 * ```
 * @throws OptionError
 */
export function upsample1d(factor = 2, interpolation: 'nearest' | 'linear' = 'nearest'): Layer {
  const name = 'upsample1d';
  checkWord(`${name}: the interpolation`, interpolation, ['nearest', 'linear']);
  const layer = upsample2d(size(`${name}: factor`, factor), interpolation === 'linear' ? 'bilinear' : 'nearest');
  return overSequences({ ...layer, name }, [factor, interpolation]);
}

/** Returns a size along a sequence as that of an image of height 1. @throws OptionError */
const size = (where: string, n: number): Sides => [1, checkNumber(where, n, { least: 1, whole: true })];

/** Returns the options of a sequence as those of an image of height 1; absent ones stay absent. @throws OptionError */
function onRow<O extends Conv1dOptions>(name: string, options: O, known: readonly (keyof O & string)[], most?: number) {
  checkOptions(name, options, known);
  const { stride, padding, dilation }: Conv1dOptions = options;
  if (Array.isArray(padding))
    throw new OptionError(`${name}: padding must be 'same', 'valid' or a number, not ${shown(padding)}`);
  return {
    ...options,
    ...(stride !== undefined && { stride: size(`${name}: stride`, stride) }),
    ...(typeof padding === 'number' && { padding: [0, checkNumber(`${name}: padding`, padding, { least: 0, most, whole: true })] as const }),
    ...(dilation !== undefined && { dilation: size(`${name}: dilation`, dilation) }),
  }; // prettier-ignore
}

/** Returns the options of an image of height 1 as those of a sequence. */
const alongRow = (options: unknown): object =>
  Object.fromEntries(
    Object.entries(options as object).map(([name, value]) => [name, [value].flat().at(-1) as unknown]),
  );

/** Returns a layer over images of height 1 as a layer over sequences, with the arguments that files keep. */
function overSequences(layer: Layer, args: readonly unknown[]): Layer {
  const row = (input: readonly number[]) => {
    if (input.length !== 2)
      throw new ShapeError(`${layer.name}: takes sequences of [length, channels], not [${input.join(', ')}]`);
    return [1, ...input];
  };
  return {
    ...layer,
    args,
    sequences: true,
    outputShape: (input) => layer.outputShape(row(input)).slice(1),
    parameters: (input, around) =>
      layer
        .parameters([1, ...input], around)
        .map((each) => ({ ...each, layout: each.layout && withoutHeight(each.layout) })),
    forward: (pass, x, parameter, options) =>
      layer.forward(pass, x, parameter, { ...options, input: row(options.input) }),
  };
}

/** Returns the layout of a kernel without its height, the third dimension outside. */
const withoutHeight = ({ sides, axes, shape }: Layout): Layout => ({
  sides,
  axes: axes.filter((_, n) => n !== 2),
  shape: shape.filter((_, n) => n !== 2),
});
