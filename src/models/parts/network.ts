import type { Examples } from '../../data/labels.ts';
import { withoutBlanks } from '../../kernels/blanks.ts';
import type { ImportanceSamples } from '../../kernels/importance.ts';
import { shown } from '../../runtime/options.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { sizeOf, type Matrix, type Tensor } from '../../runtime/tensor.ts';
import type { PredictOptions, Recording } from '../predict.ts';
import type { Pass } from '../training/pass.ts';
import type { Term } from '../training/terms.ts';
import type { Owner } from '../training/trainable.ts';
import type { Around, Code, Layer, RecordCode } from './layer.ts';
import type { Images } from './layout.ts';
import type { Scales } from './normalize.ts';
import { imageBehind, imageOf, placeLayers, type PlacedLayer } from './placed-layers.ts';

// Pages that only train do not load it.
const predicting = onDemand(() => import('../predict.ts'));

/** A row of `describe()`. */
export interface LayerInfo {
  /** The name, such as `encoder.0`, as in the names of weights. */
  name: string;
  /** The name of the layer's maker, such as `dense`. */
  type: string;
  /** The activation, if the layer has one. */
  activation?: string;
  /** The shape of the output for one example. */
  outputShape: number[];
  /** The number of trained values. */
  parameters: number;
}

export interface NetworkOptions {
  /** The names under which weights of other layers are found, for tied layers. */
  borrowed?: ReadonlyMap<string, string>;
  /** The image that its flat input comes from, and the one that its flat output becomes. */
  around?: Around;
  /** The model's normalisation before the first layer, for the use of the network on its own. */
  entry?: Scales;
  /** The inverse of the model's normalisation after the last layer, for the use of the network on its own. */
  exit?: Pick<Scales, 'inverse'>;
  /** The placed layers, for a network that is a part of another one. */
  placed?: readonly PlacedLayer[];
}

/** How a network is recorded. */
export interface RecordOptions {
  /** Whether the last layer's activation is left out. */
  logits?: boolean;
  /** Whether the mean of a Gaussian code is used in training, too. */
  mean?: boolean;
}

/** A list of layers with their weights. The networks of a model share the model's weights. */
export class Network {
  /** The shape of the output for one example. */
  readonly outputShape: number[];
  /** @internal */
  readonly placed: readonly PlacedLayer[];
  /** The index of the last layer that computes; those behind it only reshape. */
  readonly #lastComputing: number;

  constructor(
    private readonly name: string,
    /** @internal */
    readonly layers: readonly Layer[],
    /** The shape of an example. */
    readonly inputShape: number[],
    /** @internal */
    readonly owner: () => Owner,
    private readonly options: NetworkOptions = {},
  ) {
    this.placed = options.placed ?? placeLayers(name, layers, inputShape, options.around);
    this.outputShape = this.placed.at(-1)?.output ?? inputShape;
    this.#lastComputing = layers.findLastIndex(({ reshapes }) => !reshapes);
  }

  /** The number of trained values in all weights. */
  get parameterCount(): number {
    return this.describe().reduce((sum, layer) => sum + layer.parameters, 0);
  }

  /** The activation of the outputs. */
  get lastActivation(): string | undefined {
    return this.layers[this.#lastComputing]?.activation;
  }

  /**
   * Computes the outputs of the network; each row of the result has its output shape. The networks of a model with a
   * condition need a label for each row: a data set with labels, or `{ data, labels }`.
   * @throws OptionError, ShapeError, DataError, DeviceLostError
   */
  async predict(data: Examples): Promise<Matrix> {
    const { exit } = this.options;
    const record = (pass: Pass, x: Tensor) => {
      const y = this.recordFromData(pass, x);
      return exit?.inverse(pass.tape, y) ?? y;
    };
    const owner = this.name === 'encoder' ? this.owner() : { ...this.owner(), place: undefined, put: undefined };
    await predicting.prepare();
    return predicting().predict(owner, `${this.name}.predict`, data, this.inputShape, this.outputShape, record);
  }

  /** Returns a table of layers, shapes and parameters. */
  summary(): string {
    return table(this.name, this.describe());
  }

  /** Returns one row for each layer: its name, type, activation, output shape and number of parameters. */
  describe(): LayerInfo[] {
    return this.placed.map(({ name, layer, output, parameters }) => ({
      name,
      type: layer.name,
      activation: layer.activation,
      outputShape: output,
      parameters: parameters.reduce((sum, { role, shape }) => sum + (role === 'buffer' ? 0 : sizeOf(shape)), 0),
    }));
  }

  /** The beginning of its weights' names. @internal */
  get prefix(): string {
    return `${this.name}.`;
  }

  /** The layers that have weights. @internal */
  get weighted(): Layer[] {
    return this.placed.flatMap(({ layer, parameters }) => (parameters.length ? [layer] : []));
  }

  /** The input shape of layer number `i` of the list. @internal */
  shapeBefore(i: number): number[] {
    return this.placed[i]?.input ?? this.outputShape;
  }

  /** The image whose values its output has. @internal */
  get flattened(): Images | undefined {
    const last = this.placed.at(-1);
    return imageOf(this.outputShape, this.around) ?? (last ? imageBehind(last) : this.options.around?.before);
  }

  /**
   * The images that its flat input comes from and its flat output becomes, and whether shapes with two dimensions are
   * sequences, which layers of another network may decide; undefined where they are not.
   * @internal
   */
  get around(): Around {
    const [first, last] = [this.placed.at(0)?.around, this.placed.at(-1)?.around];
    return { before: first?.before, after: last?.after, sequences: first?.sequences || undefined };
  }

  /** The normalisation before the first layer. @internal */
  get entry(): Scales | undefined {
    return this.options.entry;
  }

  /** The kind of code that the last layer makes, if the code offers more than its values. @internal */
  get code(): Code | undefined {
    return this.layers.at(-1)?.code;
  }

  /** Computes what `record` makes of data for this network; each row of the result has the output shape. @internal */
  async compute(
    where: string,
    data: Examples,
    outputShape: readonly number[],
    record: Recording,
    options?: PredictOptions,
  ): Promise<Matrix> {
    await predicting.prepare();
    return predicting().predict(this.owner(), where, data, this.inputShape, outputShape, record, options);
  }

  /** Records y = network(x) for data before normalisation. @internal */
  recordFromData(pass: Pass, x: Tensor, options: RecordOptions = {}): Tensor {
    const { tape, blanks } = pass;
    const seen = this.entry?.forward(tape, x, blanks) ?? x;
    return this.record(pass, blanks ? withoutBlanks(tape, seen) : seen, options);
  }

  /**
   * Records what a code offers, such as the means and log-variances of a Gaussian one, for data before normalisation.
   * @internal
   */
  recordCode(pass: Pass, x: Tensor, record: RecordCode): Tensor {
    const last = this.layers.length - 1;
    const before = this.part(0, last, this.owner, this.entry).recordFromData(pass, x);
    return record(pass, before, (name) => this.parameter(last, name));
  }

  /** Records y = network(x). @internal */
  record(pass: Pass, x: Tensor, options: RecordOptions = {}): Tensor {
    return this.recordLayers(pass, x, options).outputs.at(-1) ?? x;
  }

  /** Records y = network(x); returns the output of each layer and the terms that layers add to the loss. @internal */
  recordLayers(pass: Pass, x: Tensor, { logits = false, mean = false }: RecordOptions = {}) {
    let y = x;
    const terms: Term[] = [];
    let samples: ImportanceSamples | undefined;
    const outputs = this.placed.map(({ layer, input }, i) => {
      const options = { logits: logits && i === this.#lastComputing, mean, input };
      const recorded = layer.forward(pass, y, (name) => this.parameter(i, name), options);
      y = 'y' in recorded ? recorded.y : recorded;
      if ('y' in recorded) {
        terms.push(...recorded.terms);
        samples = recorded.samples;
      }
      return y;
    });
    return { outputs, terms, samples };
  }

  /** A weight of layer number `i` of the list, wherever it is kept. @internal */
  parameter(i: number, name: string): Tensor {
    return this.owner().parameters.get(this.weightName(i, name));
  }

  /**
   * The full name of a weight of layer number `i` of the list: that of another layer's weight if it is borrowed.
   * @internal
   */
  weightName(i: number, name: string): string {
    const own = `${this.placed[i].name}.${name}`;
    return this.options.borrowed?.get(own) ?? own;
  }

  /** Some consecutive layers as a network, with the weights of another owner if one is given. @internal */
  part(from: number, to: number, owner = this.owner, entry?: Scales): Network {
    const options = { borrowed: this.options.borrowed, entry, placed: this.placed.slice(from, to) };
    return new Network(this.name, this.layers.slice(from, to), this.shapeBefore(from), owner, options);
  }
}

/** Returns a table of layers as Keras prints it. */
export function table(title: string, layers: readonly LayerInfo[]): string {
  const titles = ['layer', 'type', 'output shape', 'parameters'];
  const cells = layers.map(({ name, type, activation, outputShape, parameters }) => [
    name,
    activation ? `${type} (${activation})` : type,
    shown(outputShape),
    parameters.toLocaleString('en'),
  ]);
  const widths = titles.map((_, column) => Math.max(...[titles, ...cells].map((row) => row[column].length)));
  const [head, ...rows] = [titles, ...cells].map((row) =>
    row.map((cell, i) => (i === 3 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  '),
  );
  const total = layers.reduce((sum, { parameters }) => sum + parameters, 0).toLocaleString('en');
  const rule = '-'.repeat(head.length);
  return [title, rule, head, rule, ...rows, rule, `total parameters: ${total}`].join('\n');
}
