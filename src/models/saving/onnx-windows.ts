/**
 * The export of layers that slide windows over images or along sequences; sequences use the operators of images with a
 * single axis.
 */
import {
  isDilated,
  pair,
  windowOver,
  spanOf,
  transposedWindow,
  type Sides,
  type Window,
  type WindowOptions,
} from '../../kernels/window.ts';
import type { ConvTransposeOptions, MaxPoolOptions } from '../parts/image-layers.ts';
import { image, operands, type Lowering } from './onnx-layer.ts';

/** The arguments of convolutions, including transposed ones. */
type Convolution = [
  filters: number,
  kernel: Sides,
  activation: string,
  Required<ConvTransposeOptions> & { groups?: number },
];

export const windows = {
  conv2d: convolution(),
  conv1d: convolution(),
  convTranspose2d: transposed(),
  convTranspose1d: transposed(),
  maxPool2d: pool('MaxPool'),
  maxPool1d: pool('MaxPool'),
  avgPool2d: pool('AveragePool'),
  avgPool1d: pool('AveragePool'),
  upsample2d: upsample(),
  upsample1d: upsample(),
};

function convolution(): Lowering {
  return image(({ graph }, x, { args, input, weight }) => {
    const [, kernel, , { groups: group, ...options }] = args as Convolution;
    const window = slid(input, kernel, options);
    return graph.node('Conv', operands(x, weight('weight'), weight('bias')), { ...window, ...(group && { group }) });
  });
}

function transposed(): Lowering {
  return image(({ graph }, x, { args, input, weight }) => {
    const [filters, kernel, , { outputPadding, ...options }] = args as Convolution;
    const extra = both(input, outputPadding, 0);
    const window = transposedWindow('window', asImage(input), filters, { ...asWindow(input, kernel, options), extra });
    const { image, before, stride, outputSize } = window;
    // The places that exceed the output at its end: a positive number is cut off as padding, a negative one is added as
    // output padding.
    const behind = [0, 1].map(
      (axis) => stride[axis] * (outputSize[axis] - 1) + spanOn(window, axis) - before[axis] - image[axis],
    );
    return graph.node('ConvTranspose', operands(x, weight('weight'), weight('bias')), {
      ...attributes(
        input,
        window,
        behind.map((rest) => Math.max(0, rest)),
      ),
      output_padding: along(
        input,
        behind.map((rest) => Math.max(0, -rest)),
      ),
    });
  });
}

function pool(operator: 'MaxPool' | 'AveragePool'): Lowering {
  return image(({ graph }, x, { args, input }) => {
    const [kernel, options] = args as [Sides, Required<MaxPoolOptions>];
    return graph.node(operator, [x], slid(input, kernel, options));
  });
}

function upsample(): Lowering {
  return image(({ graph }, x, { args, input }) => {
    const [factor, interpolation] = args as [Sides, string];
    const scales = [1, 1, ...along(input, pair(factor))];
    const [mode, transformation] = interpolation === 'nearest' ? ['nearest', 'asymmetric'] : ['linear', 'half_pixel'];
    const constant = graph.floats(`scales.${isSequence(input) ? 'along.' : ''}${factor}`, Float32Array.from(scales), [
      scales.length,
    ]);
    return graph.node('Resize', [x, '', constant], {
      mode,
      coordinate_transformation_mode: transformation,
      nearest_mode: 'floor',
    });
  });
}

/** Returns the attributes of an operator that slides a window over an image. */
function slid(input: readonly number[], kernel: Sides, options: Options) {
  const window = windowOver('window', asImage(input), asWindow(input, kernel, options));
  const { stride, outputSize, before, image: sides } = window;
  const behind = [0, 1].map((axis) =>
    Math.max(0, (outputSize[axis] - 1) * stride[axis] + spanOn(window, axis) - sides[axis] - before[axis]),
  );
  return attributes(input, window, behind);
}

function attributes(input: readonly number[], window: Window, behind: readonly number[]) {
  const { kernel, stride, before, dilation } = window;
  return {
    kernel_shape: along(input, kernel),
    strides: along(input, stride),
    pads: [...along(input, before), ...along(input, behind)],
    ...(isDilated(window) && { dilations: along(input, dilation) }),
  };
}

const spanOn = ({ kernel, dilation }: Window, axis: number): number => spanOf(kernel[axis], dilation[axis]);

const isSequence = (input: readonly number[]): boolean => input.length === 2;

/** Returns the numbers of the axes that exist: both for an image, only the second for a sequence. */
const along = (input: readonly number[], sides: readonly number[]): readonly number[] =>
  isSequence(input) ? sides.slice(1) : sides;

const asImage = (input: readonly number[]): [number, number, number] =>
  (isSequence(input) ? [1, ...input] : [...input]) as [number, number, number];

/** Returns a layer's numbers for both axes, with `first` for the missing height of a sequence. */
const both = (input: readonly number[], sides: Sides, first: number): readonly [number, number] =>
  isSequence(input) ? [first, sides as number] : pair(sides);

type Options = Pick<ConvTransposeOptions, 'dilation'> & Required<Pick<MaxPoolOptions, 'stride' | 'padding'>>;

const asWindow = (
  input: readonly number[],
  kernel: Sides,
  { stride, padding, dilation = 1 }: Options,
): WindowOptions => ({
  kernel: both(input, kernel, 1),
  stride: both(input, stride, 1),
  padding: typeof padding === 'string' ? padding : both(input, padding, 0),
  dilation: both(input, dilation, 1),
});
