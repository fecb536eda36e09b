import type { Data } from '../../data/dataset.ts';
import { OutOfMemoryError } from '../../errors.ts';
import type { Gpu } from '../../runtime/device.ts';
import type { ParameterValues } from '../../runtime/parameters.ts';
import type { Matrix, Tensor } from '../../runtime/tensor.ts';
import type { Around, Layer, ParameterSpec } from './layers.ts';
import { toInside, type Image, type Layout } from './layout.ts';
import type { Normalizer } from './normalize.ts';
import type { Pass } from '../training/pass.ts';
import { predict } from '../predict.ts';
import type { Term } from '../training/terms.ts';
import type { Host } from '../training/trainable.ts';

/** A row of `describe()`. */
export interface LayerInfo {
  /** `encoder.0`, as in the weights' names. */
  name: string;
  type: string;
  activation?: string;
  outputShape: number[];
  parameters: number;
}

export interface NetworkOptions {
  /** The layers' numbers in their weights' names, where they are not 0, 1, 2, … */
  numbers?: readonly number[];
  /** Weights that live under another name: those of tied layers. */
  borrowed?: ReadonlyMap<string, string>;
  /** What its flat input is the values of, and what its flat output will be taken for, where that is an image. */
  around?: Around;
  /** A model's normalisation, which data go through before the first layer, and what the last one gives goes back through, where it works on its own. */
  entry?: Normalizer;
  exit?: Normalizer;
}

/** Finds a weight's first values by its name outside, as they are known there. */
export type Given = (name: string, shape: readonly number[]) => Float32Array;

/** How a network is recorded. */
export interface RecordOptions {
  /** Leaves out the last layer's activation. */
  logits?: boolean;
  /** Takes the mean of a Gaussian code in training, too. */
  mean?: boolean;
}

/** What comes out of each layer, and what layers add to the loss. */
export interface RecordedLayers {
  readonly outputs: Tensor[];
  readonly terms: Term[];
}

/** Layers in a row. Those of a model are parts of it: the weights are the same ones. */
export class Network {
  readonly outputShape: number[];
  readonly #shapes: number[][];
  readonly #around: Around[];
  /** The last layer that computes: those behind it only reshape. */
  readonly #lastComputing: number;

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
    this.#lastComputing = layers.findLastIndex(({ reshapes }) => !reshapes);
    this.#around = around(layers, this.#shapes, options.around);
  }

  /** The layers that have weights. @internal */
  get weighted(): Layer[] {
    return this.layers.filter((layer, i) => layer.parameters(this.#shapes[i], this.#around[i]).length > 0);
  }

  /** Numbers in all weights. */
  get parameterCount(): number {
    return this.describe().reduce((sum, layer) => sum + layer.parameters, 0);
  }

  /** The image that its flat output has the values of. @internal */
  get flattened(): Image | undefined {
    return this.#around.at(-1)!.before;
  }

  /** What its flat input is the values of, and what its flat output will be taken for. @internal */
  get around(): Around {
    return { before: this.#around[0].before, after: this.#around[Math.max(0, this.layers.length - 1)]?.after };
  }

  /** How its weights' names begin. @internal */
  get prefix(): string {
    return `${this.name}.`;
  }

  /** The activation that the outputs come from. */
  get lastActivation(): string | undefined {
    return this.layers[this.#lastComputing]?.activation;
  }

  /** Sends data through; each row of the result has the output's shape. @throws ShapeError, DataError, DeviceLostError */
  async predict(data: Data): Promise<Matrix> {
    const { exit } = this.options;
    const record = (pass: Pass, x: Tensor) => {
      const y = this.recordFromData(pass, x);
      return exit?.inverse(pass.tape, y) ?? y;
    };
    const host = this.name === 'encoder' ? this.host() : { ...this.host(), place: undefined };
    return predict(host, `${this.name}.predict`, data, this.inputShape, this.outputShape, record);
  }

  /** A table of layers, shapes and parameters. */
  summary(): string {
    return table(this.name, this.describe());
  }

  /** One row for each layer: its name, type, activation, output shape and number of parameters. */
  describe(): LayerInfo[] {
    return this.layers.map((layer, i) => ({
      name: this.#nameOf(i),
      type: layer.name,
      activation: layer.activation,
      outputShape: this.#shapes[i + 1],
      parameters: this.#parametersOf(i).reduce(
        (sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1),
        0,
      ),
    }));
  }

  /** The weights with their full names and first values: those given, or drawn from a seed. @internal */
  parameterValues(seed: number, first: number, given?: Given): ParameterValues<Layout>[] {
    const specs = this.layers.flatMap((_, i) =>
      this.#parametersOf(i).map((spec) => ({ spec, prefix: this.#nameOf(i) })),
    );
    return specs.map(({ spec: { name, role, shape, parts, layout, initial }, prefix }, i) => {
      const [full, fullParts] = [`${prefix}.${name}`, parts?.map((part) => `${prefix}.${part}`)];
      const values = given ? joined(fullParts ?? [full], shape, layout, given) : initial(seed, first + i);
      return { name: full, role, shape, initial: values, parts: fullParts, layout };
    });
  }

  /** What data go through before the first layer. @internal */
  get entry(): Normalizer | undefined {
    return this.options.entry;
  }

  /** Records y = network(x) of data as they are outside. @internal */
  recordFromData(pass: Pass, x: Tensor, options: RecordOptions = {}): Tensor {
    return this.record(pass, this.entry?.forward(pass.tape, x) ?? x, options);
  }

  /** Records the means and log-variances of a Gaussian code, of data as they are outside. @internal */
  recordHead(pass: Pass, x: Tensor): Tensor {
    const last = this.layers.length - 1;
    const before = this.part(0, last, this.host, this.entry).recordFromData(pass, x);
    return this.layers[last].code!.head(pass, before, (name) => this.parameter(last, name));
  }

  /** Records y = network(x). @internal */
  record(pass: Pass, x: Tensor, options: RecordOptions = {}): Tensor {
    return this.recordLayers(pass, x, options).outputs.at(-1) ?? x;
  }

  /** The same, with what comes out of each layer, and what layers add to the loss. @internal */
  recordLayers(pass: Pass, x: Tensor, { logits = false, mean = false }: RecordOptions = {}): RecordedLayers {
    let y = x;
    const terms: Term[] = [];
    const outputs = this.layers.map((layer, i) => {
      const options = { logits: logits && i === this.#lastComputing, mean, input: this.#shapes[i] };
      const recorded = layer.forward(pass, y, (name) => this.parameter(i, name), options);
      y = 'y' in recorded ? recorded.y : recorded;
      if ('y' in recorded) terms.push(...recorded.terms);
      return y;
    });
    return { outputs, terms };
  }

  /** A weight of layer number `i` of the list, wherever it lives. @internal */
  parameter(i: number, name: string): Tensor {
    return this.host().parameters.get(this.weightName(i, name));
  }

  /** The full name of a weight of layer number `i` of the list, wherever it lives, @internal */
  weightName(i: number, name: string): string {
    const own = this.ownName(i, name);
    return this.options.borrowed?.get(own) ?? own;
  }

  /** and as it would be called if it were its own. @internal */
  ownName(i: number, name: string): string {
    return `${this.#nameOf(i)}.${name}`;
  }

  /** What goes into layer number `i` of the list. @internal */
  shapeBefore(i: number): number[] {
    return this.#shapes[i];
  }

  /** Some of the layers, next to each other, as a network; on the weights of another host if one is given. @internal */
  part(from: number, to: number, host = this.host, entry?: Normalizer): Network {
    const numbers = this.layers.map((_, i) => this.#numberOf(i)).slice(from, to);
    const around = { before: this.#around[from].before, after: this.#around[to - 1]?.after };
    return new Network(this.name, this.layers.slice(from, to), this.#shapes[from], host, {
      numbers,
      borrowed: this.options.borrowed,
      around,
      entry,
    });
  }

  #parametersOf(i: number): ParameterSpec[] {
    return this.layers[i].parameters(this.#shapes[i], this.#around[i]);
  }

  #numberOf(i: number): number {
    return this.options.numbers?.[i] ?? i;
  }

  #nameOf(i: number): string {
    return `${this.name}.${this.#numberOf(i)}`;
  }
}

/** Of the weights of all of them together. To be asked before any are drawn: this side may not hold them either. @throws OutOfMemoryError */
export function checkSize({ device: { limits } }: Gpu, ...networks: readonly Network[]): void {
  const bytes = networks.reduce((sum, { parameterCount }) => sum + 4 * parameterCount, 0);
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  if (!(bytes <= most))
    throw new OutOfMemoryError(
      `the weights take ${bytes} bytes, more than the ${most} this adapter allows in one buffer`,
    );
}

/** Values that are known outside as parts, as they lie on the device. */
function joined(
  names: readonly string[],
  shape: readonly number[],
  layout: Layout | undefined,
  given: Given,
): Float32Array {
  const [first, ...rest] = layout?.shape ?? shape;
  const parts = names.map((name) => given(name, layout ? layout.shape : [first / names.length, ...rest]));
  const inside = layout ? parts.map((values) => toInside(values, layout)) : parts;
  if (inside.length === 1) return inside[0];
  const all = new Float32Array(inside.reduce((sum, { length }) => sum + length, 0));
  inside.forEach((values, i) => all.set(values, i * values.length));
  return all;
}

/**
 * Before each layer and behind the last: of which image the flat values there are, and for which one the layer's own will be taken. A flat
 * vector keeps the order of an image as long as no layer has weights between.
 */
function around(
  layers: readonly Layer[],
  shapes: readonly (readonly number[])[],
  { before, after }: Around = {},
): Around[] {
  const isImage = (shape: readonly number[]): shape is Image => shape.length === 3;
  const mixes = (i: number) => layers[i].parameters(shapes[i], {}).length > 0;
  const befores = [before];
  layers.forEach((_, i) => befores.push(isImage(shapes[i]) ? shapes[i] : mixes(i) ? undefined : befores[i]));
  const afters: (Image | undefined)[] = [after];
  for (let i = layers.length - 1; i > 0; i--) {
    const next = shapes[i + 1];
    afters.unshift(isImage(next) && !mixes(i) ? next : mixes(i) ? undefined : afters[0]);
  }
  return befores.map((image, i) => ({ before: image, after: i < layers.length ? afters[i] : undefined }));
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
  const lines = all.map((row) =>
    row.map((cell, i) => (i === 3 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  '),
  );
  const total = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const rule = '-'.repeat(lines[0].length);
  return [title, rule, lines[0], rule, ...lines.slice(1), rule, `total parameters: ${total.toLocaleString('en')}`].join(
    '\n',
  );
}
