import type { OnnxGraph } from '../../files/onnx.ts';
import type { ActivationName } from '../../kernels/activation.ts';
import { logvarBounds } from '../../kernels/reparameterize.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import type { NormOptions } from '../parts/norms.ts';
import type { LayerName } from '../parts/makers.ts';
import { flat, operands, type Lowering, type WrittenLayer } from './onnx-layer.ts';
import type { TopKOptions } from '../parts/top-k.ts';
import { windows } from './onnx-windows.ts';

/** The export of each layer, by its name. */
export const lowerings: Record<LayerName, Lowering> = {
  ...windows,
  dense: flat(({ graph }, x, { weight, transposed }) =>
    graph.node('Gemm', operands(x, weight('weight'), weight('bias')), { transB: transposed ? 0 : 1 }),
  ),
  gaussian: flat(({ graph, extraOutputs }, x, { weight, output }) => {
    const head = (name: string) =>
      graph.node('Gemm', operands(x, weight(`${name}.weight`), weight(`${name}.bias`)), { transB: 1 });
    extraOutputs.set('logvar', () => {
      const bounds = logvarBounds.map((bound) => graph.float(`logvar.${bound}`, bound));
      return { value: graph.node('Clip', [head('logvar'), ...bounds]), shape: output };
    });
    return head('mean');
  }),
  // The nearest entry has the smallest ‖e‖² − 2 z·e.
  vectorQuantizer: flat(({ graph, extraOutputs }, x, { weight, input, output }) => {
    const codebook = weight('codebook')!;
    const squares = graph.node('Mul', [codebook, codebook]);
    const lengths = graph.node('ReduceSum', [squares, graph.integers('axis.1', [1])], { keepdims: 0 });
    const products = graph.node('MatMul', [x, graph.node('Transpose', [codebook], { perm: [1, 0] })]);
    const doubled = graph.node('Add', [products, products]);
    const value = graph.node('ArgMin', [graph.node('Sub', [lengths, doubled])], { axis: input.length, keepdims: 0 });
    extraOutputs.set('indices', () => ({ value, shape: output.slice(0, -1), whole: true }));
    return graph.node('Gather', [codebook, value], { axis: 0 });
  }),
  // The writer adds every layer's activation.
  activation: { takes: 'either', lower: (_, x) => x },
  residual: { takes: 'either', lower: ({ graph }, x, { inner }) => graph.node('Add', [x, inner(x)]) },
  // Dropout changes values in training only.
  dropout: { takes: 'either', lower: (_, x) => x },
  stopGradient: { takes: 'either', lower: (_, x) => x },
  topK: flat(({ graph }, x, { args, weight }) => {
    const [k, { batch }] = args as [number, Required<TopKOptions>];
    const zeros = graph.node('ConstantOfShape', [graph.node('Shape', [x])]);
    if (batch) return graph.node('Where', [graph.node('Greater', [x, weight('threshold')!]), x, zeros]);
    const [values, indices] = graph.nodes('TopK', [x, graph.integers(`k.${k}`, [k])], 2);
    return graph.node('ScatterElements', [zeros, indices, values], { axis: 1 });
  }),
  flatten: flat(({ graph }, x, { output }) => graph.reshape(x, output)),
  reshape: flat(({ graph }, x, { output }) => graph.reshape(x, output)),
  layerNorm: flat(({ graph }, x, { args, input, weight }) =>
    scaled(graph, standardized(graph, x, input.length, args[0] as Norm), weight),
  ),
  // The writer folds it into a product without an activation before it; this is for the other cases.
  batchNorm: {
    takes: 'channels',
    lower({ graph }, x, { args, weight }) {
      const operands = ['weight', 'bias', 'running_mean', 'running_var'].map((name) => weight(name)!);
      return graph.node('BatchNormalization', [x, ...operands], { epsilon: { float: (args[0] as Norm).epsilon } });
    },
  },
  // Transposed first, so that all values of a group are side by side.
  groupNorm: flat(({ graph }, x, { args, input, weight }) => {
    const [groups, options] = args as [number, Norm];
    const channels = input.at(-1)!;
    const places = sizeOf(input) / channels;
    const swap = (of: string) => graph.node('Transpose', [of], { perm: [0, 2, 1, 3] });
    const byPlace = graph.reshape(x, [places, groups, channels / groups]);
    const grouped = graph.reshape(swap(byPlace), [groups, sizeOf(input) / groups]);
    const normal = standardized(graph, grouped, 2, options);
    const ordered = swap(graph.reshape(normal, [groups, places, channels / groups]));
    return scaled(graph, graph.reshape(ordered, input), weight);
  }),
};

/** The options of layers that normalise. */
type Norm = Required<NormOptions>;

/**
 * Writes the values minus their mean, divided by the root of their variance plus ε, along the last axis, in operators
 * of operator set 13.
 */
function standardized(graph: OnnxGraph, x: string, axis: number, { epsilon }: Norm): string {
  const mean = (of: string) => graph.node('ReduceMean', [of], { axes: [axis] });
  const centred = graph.node('Sub', [x, mean(x)]);
  const variance = mean(graph.node('Mul', [centred, centred]));
  const added = graph.node('Add', [variance, graph.float(`epsilon.${epsilon}`, epsilon)]);
  return graph.node('Div', [centred, graph.node('Sqrt', [added])]);
}

/** Writes the multiplication by the weight and the addition of the bias, along the last axis. */
const scaled = (graph: OnnxGraph, x: string, weight: WrittenLayer['weight']): string =>
  graph.node('Add', [graph.node('Mul', [x, weight('weight')!]), weight('bias')!]);

/**
 * The export of each activation, with its parameter if it is not the default, in operators that all runtimes have;
 * `gelu` is x Φ(x), `silu` x σ(x).
 */
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
    const error = graph.node('Erf', [graph.node('Mul', [z, graph.float('1/sqrt(2)', Math.SQRT1_2)])]);
    return graph.node('Mul', [
      graph.node('Mul', [z, graph.float('half', 0.5)]),
      graph.node('Add', [error, graph.float('one', 1)]),
    ]);
  },
};
