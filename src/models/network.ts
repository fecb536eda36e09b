import { asDataset, type Data } from '../data/dataset.ts';
import type { Gpu } from '../runtime/device.ts';
import type { Parameters } from '../runtime/parameters.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Matrix, Tensor } from '../runtime/tensor.ts';
import type { Turns } from '../runtime/turns.ts';
import type { Layer } from './layers.ts';
import { mapRows } from './run.ts';

/** A row of `describe()`. */
export interface LayerInfo {
  /** `encoder.0`, as in the weights' names. */
  name: string;
  type: string;
  activation?: string;
  outputShape: number[];
  parameters: number;
}

/** What a model lends to its networks. */
export interface Host {
  readonly gpu: Gpu;
  readonly parameters: Parameters;
  /** Readers and training take turns on the weights. */
  readonly turns: Turns;
}

/** Layers in a row. Those of a model are parts of it: the weights are the same ones. */
export class Network {
  readonly outputShape: number[];
  readonly #host: () => Host;

  constructor(
    private readonly name: string,
    private readonly layers: readonly Layer[],
    /** One example's shape. */
    readonly inputShape: number[],
    host: () => Host,
  ) {
    this.#host = host;
    this.outputShape = layers.reduce((shape, layer) => layer.outputShape(shape), inputShape);
  }

  /** Numbers in all weights. */
  get parameterCount(): number {
    return this.describe().reduce((sum, layer) => sum + layer.parameters, 0);
  }

  /** The last layer's activation. */
  get lastActivation(): string | undefined {
    return this.layers.at(-1)?.activation;
  }

  /** Sends data through; each row of the result has the output's shape. @throws ShapeError, DataError, DeviceLostError */
  async predict(data: Data): Promise<Matrix> {
    return predict(this.#host(), `${this.name}.predict`, data, this.inputShape, this.outputShape, (tape, x) => this.record(tape, x));
  }

  /** A table of layers, shapes and parameters. */
  summary(): string {
    return table(this.name, this.describe());
  }

  describe(): LayerInfo[] {
    const shapes = this.#shapes();
    return this.layers.map((layer, i) => ({
      name: `${this.name}.${i}`,
      type: layer.name,
      activation: layer.activation,
      outputShape: shapes[i + 1],
      parameters: layer.parameters(shapes[i]).reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0),
    }));
  }

  /** The weights with their full names and first values. @internal */
  parameterSpecs(seed: number, first: number): { name: string; shape: readonly number[]; initial: Float32Array }[] {
    const shapes = this.#shapes();
    return this.layers
      .flatMap((layer, i) => layer.parameters(shapes[i]).map((spec) => ({ ...spec, name: `${this.name}.${i}.${spec.name}` })))
      .map(({ name, shape, initial }, i) => ({ name, shape, initial: initial(seed, first + i) }));
  }

  /** Records y = network(x). With `logits`, without the last layer's activation. @internal */
  record(tape: Tape, x: Tensor, { logits = false } = {}): Tensor {
    const { parameters } = this.#host();
    return this.layers.reduce(
      (y, layer, i) => layer.forward(tape, y, (name) => parameters.get(`${this.name}.${i}.${name}`), { logits: logits && i === this.layers.length - 1 }),
      x,
    );
  }

  #shapes(): number[][] {
    const shapes = [this.inputShape];
    for (const layer of this.layers) shapes.push(layer.outputShape(shapes.at(-1)!));
    return shapes;
  }
}

/** Runs recorded layers over data and shapes the result. Waits for its turn, so that all rows see the same weights. */
export async function predict(
  { gpu, turns }: Host,
  where: string,
  data: Data,
  inputShape: readonly number[],
  outputShape: readonly number[],
  record: (tape: Tape, x: Tensor, state: Tensor) => Tensor,
): Promise<Matrix> {
  const { set, release } = await asDataset(where, gpu, data, inputShape);
  try {
    const columns = outputShape.reduce((product, n) => product * n, 1);
    const values = await mapRows(turns, set, columns, record);
    return { data: values, shape: [set.length, ...outputShape] };
  } finally {
    release();
  }
}

/** A table as Keras prints it. */
export function table(title: string, layers: readonly LayerInfo[]): string {
  const rows = layers.map((layer) => [
    layer.name,
    layer.activation ? `${layer.type} (${layer.activation})` : layer.type,
    `[${layer.outputShape.join(', ')}]`,
    layer.parameters.toLocaleString('en'),
  ]);
  const all = [['layer', 'type', 'output shape', 'parameters'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column].length)));
  const lines = all.map((row) => row.map((cell, i) => (i === 3 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  '));
  const total = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const rule = '-'.repeat(lines[0].length);
  return [title, rule, lines[0], rule, ...lines.slice(1), rule, `total parameters: ${total.toLocaleString('en')}`].join('\n');
}
