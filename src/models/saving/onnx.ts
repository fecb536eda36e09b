/**
 * Writes networks as ONNX graphs of standard operators. Inputs and outputs are rows as everywhere in this library, with
 * the channels of images last. Within the graph they are transposed to channels first, as ONNX's operators require.
 */
import type { OnnxGraph } from '../../files/onnx.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import { toOutside } from '../parts/layout.ts';
import type { Network } from '../parts/network.ts';
import type { Normalizer } from '../parts/normalizer.ts';
import { NetworkWriter, type Numbers, type Value } from './onnx-writer.ts';
import { readStored, type Weights } from './weights.ts';

/** The part of a model that `Autoencoder.toOnnx` writes: the whole model, or one of its halves. */
export type OnnxPart = 'autoencoder' | 'encoder' | 'decoder';

/** The content of a graph: consecutive networks, and the normalisation before and after them. */
export interface Exported {
  readonly weights: Weights;
  readonly encoder?: Network;
  readonly decoder?: Network;
  readonly normalizer?: Normalizer;
  /** The columns of each group, if the decoder's outputs are logits of groups. */
  readonly groups?: readonly number[];
}

/**
 * Writes a graph with dynamic batch: `input` → `code` (with `logvar` for a Gaussian code, `indices` for a quantised
 * one), `code` → `reconstruction`, or `input` → `reconstruction`. Networks that receive labels take `label` as well.
 */
export async function writeOnnx(
  part: OnnxPart,
  { weights, encoder, decoder, normalizer, groups }: Exported,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new NetworkWriter(await readNumbers(weights));
  const { graph } = writer;
  const shape = (encoder ?? decoder)!.inputShape;
  let value: Value = { name: graph.input(encoder ? 'input' : 'code', shape), channelsFirst: false };
  if (encoder) {
    value = writer.network(encoder, normalizer ? writer.normalized(value, normalizer, shape) : value);
    if (!decoder) {
      graph.output('code', writer.channelsLast(value, encoder.outputShape.length), encoder.outputShape);
      writer.addExtraOutputs();
    }
  }
  if (decoder) {
    value = writer.network(decoder, value);
    const last = writer.channelsLast(value, decoder.outputShape.length);
    const { outputShape } = decoder;
    const likely = groups ? softmaxOfGroups(graph, last, outputShape, groups) : last;
    const result = normalizer ? writer.denormalized(likely, normalizer, outputShape) : likely;
    graph.output('reconstruction', result, outputShape);
  }
  return graph.toBytes(part);
}

/** Writes the softmax of each group of columns, in operators of operator set 13. */
function softmaxOfGroups(
  graph: OnnxGraph,
  logits: string,
  shape: readonly number[],
  groups: readonly number[],
): string {
  const [size] = groups;
  if (groups.every((each) => each === size))
    return graph.reshape(graph.node('Softmax', [graph.reshape(logits, [groups.length, size])], { axis: 2 }), shape);
  const rows = graph.reshape(logits, [sizeOf(shape)]);
  const parts = graph.nodes('Split', [rows, graph.integers('groups', [...groups])], groups.length, { axis: 1 });
  const likely = parts.map((part) => graph.node('Softmax', [part], { axis: 1 }));
  return graph.reshape(graph.node('Concat', likely, { axis: 1 }), shape);
}

/** Writes one network on its own, with names for its input and output. */
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
  graph.output(output, writer.channelsLast(value, network.outputShape.length), network.outputShape);
  return graph.toBytes(name);
}

/** Reads all weights as ONNX operators need them. */
export async function readNumbers(weights: Weights): Promise<Map<string, Numbers>> {
  const { all, values } = await readStored(weights);
  return new Map(
    all.map(({ name, tensor, layout }, i) => {
      // ONNX has PyTorch's layout of kernels. Matrices keep the layout of the device, as the flat values in the graph
      // do.
      const kernel = tensor.shape.length === 4 && layout;
      const { shape } = kernel || tensor;
      return [name, { data: kernel ? toOutside(values[i], layout) : values[i], shape }];
    }),
  );
}
