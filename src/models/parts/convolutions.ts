/** Convolutions over images, and along sequences as images of height 1. */
import type { Activation } from '../../kernels/activation.ts';
import { pair, windowOver, transposedWindow, type Sides, type Window } from '../../kernels/window.ts';
import { OptionError, ShapeError } from '../../errors.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { checkOptions } from '../../runtime/options.ts';
import { imageOf, readAxes, readConvolution, type ConvOptions } from './image-arguments.ts';
import type { Layer } from './layer.ts';

const dense = onDemand(() => import('../../kernels/conv2d.ts'));
const grouped = onDemand(() => import('../../kernels/conv2d-grouped.ts'));

/** Options of `convTranspose2d`. */
export interface ConvTransposeOptions extends Omit<ConvOptions, 'groups'> {
  /**
   * The number of additional rows and columns at the lower and right edge, with a padding given as numbers: PyTorch's
   * `output_padding`. Default 0.
   */
  outputPadding?: Sides;
}

/** Makes a convolution over images or along sequences. @throws OptionError */
export function convolution(
  name: 'conv2d' | 'conv1d',
  filters: number,
  kernel: Sides,
  activation: Activation,
  options: ConvOptions,
): Layer {
  checkOptions(name, options, ['stride', 'padding', 'dilation', 'groups', 'init', 'bias']);
  const read = readConvolution(name, filters, kernel, activation, options);
  const { size, f, stride, padding, dilation, groups, written, bias, weights } = read;
  const sequence = name === 'conv1d';
  const windowOf = (input: readonly number[]) => {
    const image = imageOf(name, input);
    if (image[2] % groups)
      throw new ShapeError(`${name}: ${image[2]} channels cannot be divided into ${groups} groups of one size`);
    return windowOver(name, image, { kernel: size, stride, padding, dilation, sequence });
  };
  return {
    name,
    args: [filters, size, activation, written({})],
    activation: f,
    prepare: groups === 1 ? dense.prepare : grouped.prepare,
    outputShape: (input) => [...windowOf(input).outputSize, filters],
    parameters([, , channels = groups]) {
      const seen = channels / groups;
      return weights(seen, groups === 1 ? [filters, ...size, channels] : [...size, seen, filters]);
    },
    forward({ tape }, x, parameter, { logits, input }) {
      const [weight, biases] = [parameter('weight'), bias ? parameter('bias') : undefined];
      const [window, last] = [windowOf(input), logits ? 'linear' : activation];
      return groups === 1
        ? dense().conv2d(tape, x, weight, biases, window, last)
        : grouped().groupedConv2d(tape, x, weight, biases, window, groups, last);
    },
  };
}

/** Makes a transposed convolution over images or along sequences. @throws OptionError */
export function transposedConvolution(
  name: 'convTranspose2d' | 'convTranspose1d',
  filters: number,
  kernel: Sides,
  activation: Activation,
  options: ConvTransposeOptions,
): Layer {
  checkOptions(name, options, ['stride', 'padding', 'outputPadding', 'dilation', 'init', 'bias']);
  const read = readConvolution(name, filters, kernel, activation, options);
  const { size, f, stride, padding, dilation, written, bias, weights } = read;
  const { outputPadding = 0 } = options;
  const [down, along] = pair(stride);
  const extra = readAxes(`${name}: outputPadding`, outputPadding, 0, [down - 1, along - 1]);
  if (extra && typeof padding === 'string')
    throw new OptionError(`${name}: outputPadding needs a padding in numbers, not '${padding}'`);
  const sequence = name === 'convTranspose1d';
  const windowOf = (input: readonly number[]): Window =>
    transposedWindow(name, imageOf(name, input), filters, { kernel: size, stride, padding, dilation, extra, sequence });
  return {
    name,
    args: [filters, size, activation, written({ outputPadding: extra })],
    activation: f,
    prepare: dense.prepare,
    outputShape: (input) => [...windowOf(input).image],
    parameters: ([, , channels = 1]) => weights(channels, [channels, ...size, filters]),
    forward({ tape }, x, parameter, { logits, input }) {
      const [weight, biases] = [parameter('weight'), bias ? parameter('bias') : undefined];
      return dense().convTranspose2d(tape, x, weight, biases, windowOf(input), logits ? 'linear' : activation);
    },
  };
}
