/**
 * Networks as ONNX graphs of standard operators. Data, codes and images are rows as everywhere in this library, images with their channels last;
 * within the graph they have their channels first, as ONNX's operators want them, between two transpositions.
 */
import { OptionError } from '../../errors.ts';
import { OnnxGraph } from '../../files/onnx.ts';
import type { Activation } from '../../kernels/activation.ts';
import { pair, slide, unslide, type Sides, type WindowOptions } from '../../kernels/window.ts';
import { shown } from '../../runtime/options.ts';
import { readTensors } from '../../runtime/tensor.ts';
import type { ConvTransposeOptions, PoolOptions } from '../parts/image-layers.ts';
import type { Layer } from '../parts/layers.ts';
import { toOutside } from '../parts/layout.ts';
import type { LayerName } from '../parts/makers.ts';
import type { Network } from '../parts/network.ts';
import type { Normalizer } from '../parts/normalize.ts';
import { stored, type Weights } from './weights.ts';

/** What `Autoencoder.toOnnx` can write: the whole model, or one of its halves. */
export type OnnxPart = 'autoencoder' | 'encoder' | 'decoder';

/** What becomes a graph: networks, one behind the other, and what data go through before and behind them. */
export interface Exported {
  readonly weights: Weights;
  readonly encoder?: Network;
  readonly decoder?: Network;
  readonly normalizer?: Normalizer;
}

/** Writes a graph with dynamic batch: `input` → `code` (and `logvar` of a Gaussian code), `code` → `reconstruction`, or `input` → `reconstruction`. */
export async function writeOnnx(
  part: OnnxPart,
  { weights, encoder, decoder, normalizer }: Exported,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new NetworkWriter(await readNumbers(weights));
  const { graph } = writer;
  const shape = (encoder ?? decoder)!.inputShape;
  let value: Value = { name: graph.input(encoder ? 'input' : 'code', shape), channelsFirst: false };
  if (encoder) {
    value = writer.network(encoder, normalizer ? writer.normalized(value, normalizer, shape) : value);
    if (!decoder) graph.output('code', writer.channelsLast(value), encoder.outputShape);
    if (!decoder && writer.logvar) graph.output('logvar', writer.logvar(), encoder.outputShape);
  }
  if (decoder) {
    value = writer.network(decoder, value);
    const last = writer.channelsLast(value);
    graph.output(
      'reconstruction',
      normalizer ? writer.denormalized(last, normalizer, decoder.outputShape) : last,
      decoder.outputShape,
    );
  }
  return graph.toBytes(part);
}

/** Writes one network on its own, with names for what goes in and what comes out. */
export async function writeNetwork(
  name: string,
  weights: Weights,
  network: Network,
  input: string,
  output: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new NetworkWriter(await readNumbers(weights));
  const { graph } = writer;
  const value = writer.network(network, { name: graph.input(input, network.inputShape), channelsFirst: false });
  graph.output(output, writer.channelsLast(value), network.outputShape);
  return graph.toBytes(name);
}

/** A weight as operators of ONNX take it. */
interface Numbers {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

async function readNumbers({ gpu, turns, places }: Weights): Promise<Map<string, Numbers>> {
  const all = stored(places);
  const values = (await turns.take(() =>
    readTensors(
      gpu,
      all.map(({ tensor }) => tensor),
    ),
  )) as Float32Array[];
  return new Map(
    all.map(({ name, tensor, layout }, i) => {
      // Kernels are those of PyTorch; matrices stay as they lie, since flat values do too.
      const kernel = tensor.shape.length === 4 && layout;
      return [
        name,
        kernel ? { data: toOutside(values[i], layout), shape: layout.shape } : { data: values[i], shape: tensor.shape },
      ];
    }),
  );
}

/** A value of the graph, [batch, …]. */
interface Value {
  readonly name: string;
  /** Of an image, which of the two orders it is in. */
  readonly channelsFirst: boolean;
}

/** What a layer becomes: its value's name, from that of what goes in. */
type Lowering = (writer: NetworkWriter, x: string, layer: PlacedLayer) => string;

/** A layer where it stands. */
interface PlacedLayer {
  readonly args: readonly unknown[];
  readonly activation: Activation;
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** A weight's name in the graph; undefined where the layer has none of that name. */
  weight(name: string): string | undefined;
  /** Whether its weight is another layer's, transposed. */
  readonly transposed: boolean;
}

class NetworkWriter {
  readonly graph = new OnnxGraph();
  /** Of a Gaussian code: puts its log-variance into the graph, where that is wanted. */
  logvar: (() => string) | undefined;

  constructor(private readonly numbers: ReadonlyMap<string, Numbers>) {}

  network(network: Network, x: Value): Value {
    return network.layers.reduce((value, layer, i) => this.#layer(network, layer, i, value), x);
  }

  channelsLast({ name, channelsFirst }: Value): string {
    return channelsFirst ? this.graph.node('Transpose', [name], { perm: [0, 2, 3, 1] }) : name;
  }

  normalized({ name }: Value, normalizer: Normalizer, shape: readonly number[]): Value {
    const { shift, spread, rest } = this.#scaling(normalizer, shape);
    const moved = [shift, ...rest].reduce((x, part) => this.graph.node('Sub', [x, part]), name);
    const scaled = this.graph.node('Div', [moved, spread]);
    if (!normalizer.clamped) return { name: scaled, channelsFirst: false };
    const [least, most] = [
      this.graph.floats('zero', Float32Array.of(0), []),
      this.graph.floats('one', Float32Array.of(1), []),
    ];
    return { name: this.graph.node('Clip', [scaled, least, most]), channelsFirst: false };
  }

  denormalized(y: string, normalizer: Normalizer, shape: readonly number[]): string {
    const { shift, spread, rest } = this.#scaling(normalizer, shape);
    return [...rest, shift].reduce((x, part) => this.graph.node('Add', [x, part]), this.graph.node('Mul', [y, spread]));
  }

  reshaped(x: string, shape: readonly number[]): string {
    return this.graph.node('Reshape', [x, this.graph.integers(`shape.${shape.join('x')}`, [-1, ...shape])]);
  }

  activated(z: string, activation: Activation): string {
    return activations[activation](this.graph, z);
  }

  #layer(network: Network, layer: Layer, i: number, x: Value): Value {
    if (!Object.hasOwn(lowerings, layer.name))
      throw new OptionError(
        `toOnnx: the layer ${shown(layer.name)} is not one of ${Object.keys(lowerings).join(', ')}`,
      );
    const { lower, image } = lowerings[layer.name as LayerName];
    const taken = image ? this.#channelsFirst(x) : layer.name === 'dropout' ? x.name : this.channelsLast(x);
    const placed: PlacedLayer = {
      args: layer.args,
      activation: layer.activation ?? 'linear',
      input: network.placed[i].input,
      output: network.placed[i].output,
      weight: (name) => this.#weight(network.weightName(i, name)),
      transposed: network.weightName(i, 'weight') !== `${network.placed[i].name}.weight`,
    };
    const name = this.activated(lower(this, taken, placed), placed.activation);
    return { name, channelsFirst: image || (layer.name === 'dropout' && x.channelsFirst) };
  }

  #channelsFirst({ name, channelsFirst }: Value): string {
    return channelsFirst ? name : this.graph.node('Transpose', [name], { perm: [0, 3, 1, 2] });
  }

  #weight(name: string): string | undefined {
    const found = this.numbers.get(name);
    return found && this.graph.floats(name, found.data, found.shape);
  }

  #scaling({ fitted }: Normalizer, shape: readonly number[]): { shift: string; spread: string; rest: string[] } {
    const { shift, spread, rest } = fitted!;
    return {
      shift: this.graph.floats('normalize.shift', shift, shape),
      spread: this.graph.floats('normalize.spread', spread, shape),
      rest: rest ? [this.graph.floats('normalize.rest', rest, shape)] : [],
    };
  }
}

/** By the names of layers; `image`: it works on images with their channels first. */
const lowerings: Record<LayerName, { readonly lower: Lowering; readonly image: boolean }> = {
  dense: flat(({ graph }, x, { weight, transposed }) =>
    graph.node('Gemm', operands(x, weight('weight'), weight('bias')), { transB: transposed ? 0 : 1 }),
  ),
  gaussian: flat((writer, x, { weight }) => {
    const head = (name: string) =>
      writer.graph.node('Gemm', operands(x, weight(`${name}.weight`), weight(`${name}.bias`)), { transB: 1 });
    writer.logvar = () => head('logvar');
    return head('mean');
  }),
  // Only training drops anything.
  dropout: flat((_, x) => x),
  flatten: flat((writer, x, { output }) => writer.reshaped(x, output)),
  reshape: flat((writer, x, { output }) => writer.reshaped(x, output)),
  conv2d: image(({ graph }, x, { args, input, weight }) => {
    const [, kernel, , { stride, padding }] = args as [
      number,
      [number, number],
      string,
      Required<ConvTransposeOptions>,
    ];
    return graph.node(
      'Conv',
      operands(x, weight('weight'), weight('bias')),
      windowed(input, { kernel, stride, padding }),
    );
  }),
  maxPool2d: image(({ graph }, x, { args, input }) => {
    const [kernel, { stride, padding }] = args as [[number, number], Required<PoolOptions>];
    return graph.node('MaxPool', [x], windowed(input, { kernel, stride, padding }));
  }),
  convTranspose2d: image(({ graph }, x, { args, input, weight }) => {
    const [filters, kernel, , { stride, padding, outputPadding }] = args as [
      number,
      [number, number],
      string,
      Required<ConvTransposeOptions>,
    ];
    const {
      image,
      before,
      stride: strides,
    } = unslide('convTranspose2d', input, filters, {
      kernel,
      stride,
      padding,
      extra: outputPadding,
    });
    // What is left over behind the image is cut off; where there is not enough of it, there is more to come.
    const behind = [0, 1].map((axis) => strides[axis] * (input[axis] - 1) + kernel[axis] - before[axis] - image[axis]);
    return graph.node('ConvTranspose', operands(x, weight('weight'), weight('bias')), {
      kernel_shape: kernel,
      strides,
      pads: [...before, ...behind.map((rest) => Math.max(0, rest))],
      output_padding: behind.map((rest) => Math.max(0, -rest)),
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

function flat(lower: Lowering) {
  return { lower, image: false };
}

function image(lower: Lowering) {
  return { lower, image: true };
}

const operands = (x: string, weight: string | undefined, bias: string | undefined): string[] => [
  x,
  weight!,
  ...(bias ? [bias] : []),
];

/** Attributes of an operator that slides a window over an image. */
function windowed(input: readonly number[], options: WindowOptions) {
  const { kernel, stride, places, before, image: sides } = slide('window', input as [number, number, number], options);
  const behind = [0, 1].map((axis) =>
    Math.max(0, (places[axis] - 1) * stride[axis] + kernel[axis] - sides[axis] - before[axis]),
  );
  return { kernel_shape: kernel, strides: stride, pads: [...before, ...behind] };
}

/** By operators that all runtimes have; `gelu` is x Φ(x), `silu` x σ(x). */
const activations: Record<Activation, (graph: OnnxGraph, z: string) => string> = {
  linear: (_, z) => z,
  relu: (graph, z) => graph.node('Relu', [z]),
  leakyRelu: (graph, z) => graph.node('LeakyRelu', [z], { alpha: { float: 0.01 } }),
  elu: (graph, z) => graph.node('Elu', [z], { alpha: { float: 1 } }),
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
