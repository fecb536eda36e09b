import type { OnnxGraph } from '../../files/onnx.ts';
import type { ActivationName } from '../../kernels/activation.ts';
import { logvarBounds } from '../../kernels/reparameterize.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import {
  isDilated,
  pair,
  slide,
  spanOf,
  unslide,
  type Sides,
  type Window,
  type WindowOptions,
} from '../../kernels/window.ts';
import type { ConvTransposeOptions, MaxPoolOptions } from '../parts/image-layers.ts';
import type { NormOptions } from '../parts/norms.ts';
import type { LayerName } from '../parts/makers.ts';

/** What a network is written to. */
export interface Target {
  readonly graph: OnnxGraph;
  /** What a code has beside itself, by its name outside: each puts its value into the graph, where that is wanted. */
  readonly beside: Map<string, () => Beside>;
}

/** A value of the graph that is handed out beside a code, [batch, …shape]. */
export interface Beside {
  readonly value: string;
  readonly shape: readonly number[];
  /** Whether its numbers are int64; else float32. */
  readonly whole?: boolean;
}

/** A layer as it is to be written. */
export interface WrittenLayer {
  readonly args: readonly unknown[];
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** A weight's name in the graph; undefined where the layer has none of that name. */
  weight(name: string): string | undefined;
  /** Of one that is made of others: what comes out of those, as `x` is. */
  inner(x: string): string;
  /** Whether its weight is another layer's, transposed. */
  readonly transposed: boolean;
}

/** What a layer becomes: its value's name, from that of what goes in. */
type Lowering = (target: Target, x: string, layer: WrittenLayer) => string;

/** What `conv2d` and `convTranspose2d` were made with. */
type Convolution = [
  filters: number,
  kernel: [number, number],
  activation: string,
  Required<ConvTransposeOptions> & { groups?: number },
];

/** What each layer becomes, by its name. */
export const lowerings: Record<
  LayerName,
  /** `channels`: images with their channels first, and flat features. */
  { readonly lower: Lowering; readonly takes: 'flat' | 'image' | 'either' | 'channels' }
> = {
  dense: flat(({ graph }, x, { weight, transposed }) =>
    graph.node('Gemm', operands(x, weight('weight'), weight('bias')), { transB: transposed ? 0 : 1 }),
  ),
  gaussian: flat(({ graph, beside }, x, { weight, output }) => {
    const head = (name: string) =>
      graph.node('Gemm', operands(x, weight(`${name}.weight`), weight(`${name}.bias`)), { transB: 1 });
    const [least, most] = logvarBounds.map((bound) => graph.floats(`logvar.${bound}`, Float32Array.of(bound), []));
    beside.set('logvar', () => ({ value: graph.node('Clip', [head('logvar'), least, most]), shape: output }));
    return head('mean');
  }),
  // The nearest entry has the least ‖e‖² − 2 z·e.
  vectorQuantizer: flat(({ graph, beside }, x, { weight, input, output }) => {
    const codebook = weight('codebook')!;
    const squares = graph.node('Mul', [codebook, codebook]);
    const lengths = graph.node('ReduceSum', [squares, graph.integers('axis.1', [1])], { keepdims: 0 });
    const products = graph.node('MatMul', [x, graph.node('Transpose', [codebook], { perm: [1, 0] })]);
    const doubled = graph.node('Add', [products, products]);
    const value = graph.node('ArgMin', [graph.node('Sub', [lengths, doubled])], { axis: input.length, keepdims: 0 });
    beside.set('indices', () => ({ value, shape: output.slice(0, -1), whole: true }));
    return graph.node('Gather', [codebook, value], { axis: 0 });
  }),
  // The writer adds every layer's activation.
  activation: { takes: 'either', lower: (_, x) => x },
  residual: { takes: 'either', lower: ({ graph }, x, { inner }) => graph.node('Add', [x, inner(x)]) },
  // Only training drops anything.
  dropout: { takes: 'either', lower: (_, x) => x },
  stopGradient: { takes: 'either', lower: (_, x) => x },
  flatten: flat(reshaped),
  reshape: flat(reshaped),
  layerNorm: flat(({ graph }, x, { args, input, weight }) =>
    scaled(graph, standardized(graph, x, input.length, args[0] as Norm), weight),
  ),
  // Behind a product without an activation, the writer makes it a part of that.
  batchNorm: {
    takes: 'channels',
    lower({ graph }, x, { args, weight }) {
      const operands = ['weight', 'bias', 'running_mean', 'running_var'].map((name) => weight(name)!);
      return graph.node('BatchNormalization', [x, ...operands], { epsilon: { float: (args[0] as Norm).epsilon } });
    },
  },
  // The values of a group side by side, as a group's channels are only within a place.
  groupNorm: flat(({ graph }, x, { args, input, weight }) => {
    const [groups, options] = args as [number, Norm];
    const channels = input.at(-1)!;
    const places = sizeOf(input) / channels;
    const reshape = (of: string, ...shape: number[]) =>
      graph.node('Reshape', [of, graph.integers(`shape.${shape.join('x')}`, [-1, ...shape])]);
    const swap = (of: string) => graph.node('Transpose', [of], { perm: [0, 2, 1, 3] });
    const grouped = reshape(swap(reshape(x, places, groups, channels / groups)), groups, sizeOf(input) / groups);
    const normal = swap(reshape(standardized(graph, grouped, 2, options), groups, places, channels / groups));
    return scaled(graph, reshape(normal, ...input), weight);
  }),
  conv2d: image(({ graph }, x, { args, input, weight }) => {
    const [, kernel, , { stride, padding, dilation, groups: group }] = args as Convolution;
    const window = windowed(input, { kernel, stride, padding, dilation });
    return graph.node('Conv', operands(x, weight('weight'), weight('bias')), { ...window, ...(group && { group }) });
  }),
  maxPool2d: pool('MaxPool'),
  avgPool2d: pool('AveragePool'),
  convTranspose2d: image(({ graph }, x, { args, input, weight }) => {
    const [filters, kernel, , { stride, padding, dilation, outputPadding: extra }] = args as Convolution;
    const window = unslide('convTranspose2d', input, filters, { kernel, stride, padding, dilation, extra });
    const { image, before, stride: strides } = window;
    // What is left over behind the image is cut off; where there is not enough of it, there is more to come.
    const behind = [0, 1].map(
      (axis) => strides[axis] * (input[axis] - 1) + spanOn(window, axis) - before[axis] - image[axis],
    );
    return graph.node('ConvTranspose', operands(x, weight('weight'), weight('bias')), {
      kernel_shape: kernel,
      strides,
      pads: [...before, ...behind.map((rest) => Math.max(0, rest))],
      output_padding: behind.map((rest) => Math.max(0, -rest)),
      ...dilations(window),
    });
  }),
  upsample2d: image(({ graph }, x, { args }) => {
    const [factor, interpolation] = args as [Sides, string];
    const scales = graph.floats(`scales.${factor}`, Float32Array.of(1, 1, ...pair(factor)), [4]);
    const [mode, places] = interpolation === 'nearest' ? ['nearest', 'asymmetric'] : ['linear', 'half_pixel'];
    return graph.node('Resize', [x, '', scales], {
      mode,
      coordinate_transformation_mode: places,
      nearest_mode: 'floor',
    });
  }),
};

/** What layers that normalise are made with. */
type Norm = Required<NormOptions>;

/** Values less their mean, over the root of their variance and ε, along the last axis; by operators that the operator set has. */
function standardized(graph: OnnxGraph, x: string, axis: number, { epsilon }: Norm): string {
  const mean = (of: string) => graph.node('ReduceMean', [of], { axes: [axis] });
  const centred = graph.node('Sub', [x, mean(x)]);
  const variance = mean(graph.node('Mul', [centred, centred]));
  const added = graph.node('Add', [variance, graph.floats(`epsilon.${epsilon}`, Float32Array.of(epsilon), [])]);
  return graph.node('Div', [centred, graph.node('Sqrt', [added])]);
}

/** Times the weight, and the bias, of the last axis. */
const scaled = (graph: OnnxGraph, x: string, weight: WrittenLayer['weight']): string =>
  graph.node('Add', [graph.node('Mul', [x, weight('weight')!]), weight('bias')!]);

/** A lowering that takes and gives values in the order of this library, images with their channels last. */
function flat(lower: Lowering) {
  return { lower, takes: 'flat' } as const;
}

/** A lowering that takes and gives images with their channels first. */
function image(lower: Lowering) {
  return { lower, takes: 'image' } as const;
}

function pool(operator: 'MaxPool' | 'AveragePool') {
  return image(({ graph }, x, { args, input }) => {
    const [kernel, { stride, padding }] = args as [[number, number], Required<MaxPoolOptions>];
    return graph.node(operator, [x], windowed(input, { kernel, stride, padding }));
  });
}

function reshaped({ graph }: Target, x: string, { output }: WrittenLayer): string {
  return graph.node('Reshape', [x, graph.integers(`shape.${output.join('x')}`, [-1, ...output])]);
}

const operands = (x: string, weight: string | undefined, bias: string | undefined): string[] => [
  x,
  weight!,
  ...(bias ? [bias] : []),
];

/** Attributes of an operator that slides a window over an image. */
function windowed(input: readonly number[], options: WindowOptions) {
  const window = slide('window', input as [number, number, number], options);
  const { kernel, stride, places, before, image: sides } = window;
  const behind = [0, 1].map((axis) =>
    Math.max(0, (places[axis] - 1) * stride[axis] + spanOn(window, axis) - sides[axis] - before[axis]),
  );
  return { kernel_shape: kernel, strides: stride, pads: [...before, ...behind], ...dilations(window) };
}

const spanOn = ({ kernel, dilation }: Window, axis: number): number => spanOf(kernel[axis], dilation[axis]);

const dilations = (window: Window) => isDilated(window) && { dilations: window.dilation };

/** What each activation becomes, with the parameter where it is not the usual one, by operators that all runtimes have; `gelu` is x Φ(x), `silu` x σ(x). */
export const activations: Record<ActivationName, (graph: OnnxGraph, z: string, parameter?: number) => string> = {
  linear: (_, z) => z,
  relu: (graph, z) => graph.node('Relu', [z]),
  leakyRelu: (graph, z, slope = 0.01) => graph.node('LeakyRelu', [z], { alpha: { float: slope } }),
  elu: (graph, z, alpha = 1) => graph.node('Elu', [z], { alpha: { float: alpha } }),
  sigmoid: (graph, z) => graph.node('Sigmoid', [z]),
  tanh: (graph, z) => graph.node('Tanh', [z]),
  softplus: (graph, z) => graph.node('Softplus', [z]),
  silu: (graph, z) => graph.node('Mul', [z, graph.node('Sigmoid', [z])]),
  gelu(graph, z) {
    const constant = (name: string, value: number) => graph.floats(name, Float32Array.of(value), []);
    const error = graph.node('Erf', [graph.node('Mul', [z, constant('1/sqrt(2)', Math.SQRT1_2)])]);
    return graph.node('Mul', [
      graph.node('Mul', [z, constant('half', 0.5)]),
      graph.node('Add', [error, constant('one', 1)]),
    ]);
  },
};
