import { asDataset, type Data } from '../data/dataset.ts';
import type { Gpu } from '../runtime/device.ts';
import type { Parameters, ParameterValues } from '../runtime/parameters.ts';
import type { Matrix, Tensor } from '../runtime/tensor.ts';
import type { Turns } from '../runtime/turns.ts';
import type { Layer } from './layers.ts';
import type { Pass } from './pass.ts';
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

export interface NetworkOptions {
  /** The layers' numbers in their weights' names, where they are not 0, 1, 2, … */
  numbers?: readonly number[];
  /** Weights that live under another name: those of tied layers. */
  borrowed?: ReadonlyMap<string, string>;
}

/** Layers in a row. Those of a model are parts of it: the weights are the same ones. */
export class Network {
  readonly outputShape: number[];
  readonly #shapes: number[][];

  constructor(
    private readonly name: string,
    /** @internal */
    readonly layers: readonly Layer[],
    /** One example's shape. */
    readonly inputShape: number[],
    /** @internal */
    readonly host: () => Host,
    private readonly options: NetworkOptions = {},
  ) {
    this.#shapes = [inputShape];
    for (const layer of layers) this.#shapes.push(layer.outputShape(this.#shapes.at(-1)!));
    this.outputShape = this.#shapes.at(-1)!;
  }

  /** Numbers in all weights. */
  get parameterCount(): number {
    return this.describe().reduce((sum, layer) => sum + layer.parameters, 0);
  }

  /** Whether it works on weights of another network. @internal */
  get borrows(): boolean {
    return this.options.borrowed !== undefined;
  }

  /** The last layer's activation. */
  get lastActivation(): string | undefined {
    return this.layers.at(-1)?.activation;
  }

  /** Sends data through; each row of the result has the output's shape. @throws ShapeError, DataError, DeviceLostError */
  async predict(data: Data): Promise<Matrix> {
    return predict(this.host(), `${this.name}.predict`, data, this.inputShape, this.outputShape, (pass, x) => this.record(pass, x));
  }

  /** A table of layers, shapes and parameters. */
  summary(): string {
    return table(this.name, this.describe());
  }

  describe(): LayerInfo[] {
    return this.layers.map((layer, i) => ({
      name: this.#nameOf(i),
      type: layer.name,
      activation: layer.activation,
      outputShape: this.#shapes[i + 1],
      parameters: layer.parameters(this.#shapes[i]).reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0),
    }));
  }

  /** The weights with their full names and first values. @internal */
  parameterValues(seed: number, first: number): ParameterValues[] {
    const specs = this.layers.flatMap((layer, i) => layer.parameters(this.#shapes[i]).map((spec) => ({ spec, prefix: this.#nameOf(i) })));
    return specs.map(({ spec: { name, shape, parts, initial }, prefix }, i) => ({
      name: `${prefix}.${name}`,
      shape,
      initial: initial(seed, first + i),
      parts: parts?.map((part) => `${prefix}.${part}`),
    }));
  }

  /** Records y = network(x). With `logits`, without the last layer's activation. @internal */
  record(pass: Pass, x: Tensor, options: { logits?: boolean } = {}): Tensor {
    return this.recordLayers(pass, x, options).at(-1)!;
  }

  /** The same, with what comes out of each layer. @internal */
  recordLayers(pass: Pass, x: Tensor, { logits = false } = {}): Tensor[] {
    let y = x;
    return this.layers.map((layer, i) => (y = layer.forward(pass, y, (name) => this.parameter(i, name), { logits: logits && i === this.layers.length - 1 })));
  }

  /** A weight of layer number `i` of the list, wherever it lives. @internal */
  parameter(i: number, name: string): Tensor {
    const full = `${this.#nameOf(i)}.${name}`;
    return this.host().parameters.get(this.options.borrowed?.get(full) ?? full);
  }

  /** What goes into layer number `i` of the list. @internal */
  shapeBefore(i: number): number[] {
    return this.#shapes[i];
  }

  /** Some of the layers, next to each other, as a network; on the weights of another host if one is given. @internal */
  part(from: number, to: number, host = this.host): Network {
    const numbers = this.layers.map((_, i) => this.#numberOf(i)).slice(from, to);
    return new Network(this.name, this.layers.slice(from, to), this.#shapes[from], host, { ...this.options, numbers });
  }

  #numberOf(i: number): number {
    return this.options.numbers?.[i] ?? i;
  }

  #nameOf(i: number): string {
    return `${this.name}.${this.#numberOf(i)}`;
  }
}

/** Runs recorded layers over data and shapes the result. Waits for its turn, so that all rows see the same weights. */
export async function predict(
  { gpu, turns }: Host,
  where: string,
  data: Data,
  inputShape: readonly number[],
  outputShape: readonly number[],
  record: (pass: Pass, x: Tensor) => Tensor,
  seed?: number,
): Promise<Matrix> {
  const { set, release } = await asDataset(where, gpu, data, inputShape);
  try {
    const columns = outputShape.reduce((product, n) => product * n, 1);
    const values = await mapRows(turns, set, columns, record, seed);
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
