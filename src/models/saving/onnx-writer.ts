import { OptionError } from '../../errors.ts';
import { OnnxGraph } from '../../files/onnx.ts';
import type { ActivationName } from '../../kernels/activation.ts';
import { shown } from '../../runtime/options.ts';
import type { LayerName } from '../parts/makers.ts';
import type { Network } from '../parts/network.ts';
import type { Normalizer } from '../parts/normalizer.ts';
import { placeLayers, type PlacedLayer } from '../parts/placed-layers.ts';
import { folded, takesIn } from './onnx-fold.ts';
import type { ExtraOutput, Target, WrittenLayer } from './onnx-layer.ts';
import { activations, lowerings } from './onnx-lowerings.ts';

/** A weight in the form of ONNX operators. */
export interface Numbers {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A value of the graph, [batch, …]. */
export interface Value {
  readonly name: string;
  /** The order of an image's or a sequence's values. */
  readonly channelsFirst: boolean;
}

/** Writes networks into a graph. */
export class NetworkWriter implements Target {
  readonly extraOutputs = new Map<string, () => ExtraOutput>();
  /** The labels, once a layer has requested them. */
  #labels: string | undefined;

  constructor(
    private readonly numbers: ReadonlyMap<string, Numbers>,
    readonly graph = new OnnxGraph(),
  ) {}

  network(network: Network, x: Value): Value {
    return this.#layers(network.placed, x, (i, name) => network.weightName(i, name));
  }

  /** Adds the outputs beside a code. */
  addExtraOutputs(): void {
    for (const [name, make] of this.extraOutputs) {
      const { value, shape, whole } = make();
      this.graph.output(name, value, shape, whole ? 'int64' : 'float');
    }
  }

  /** Returns a value with `axes` axes beside the batch, in the order of this library. */
  channelsLast({ name, channelsFirst }: Value, axes: number): string {
    const perm = axes === 3 ? [0, 2, 3, 1] : [0, 2, 1];
    return channelsFirst ? this.graph.node('Transpose', [name], { perm }) : name;
  }

  normalized({ name }: Value, normalizer: Normalizer, shape: readonly number[]): Value {
    const { shift, spread, rest } = this.#scaling(normalizer, shape);
    const moved = [shift, ...rest].reduce((x, part) => this.graph.node('Sub', [x, part]), name);
    const scaled = this.graph.node('Div', [moved, spread]);
    if (!normalizer.clamped) return { name: scaled, channelsFirst: false };
    const ends = [this.graph.float('zero', 0), this.graph.float('one', 1)];
    return { name: this.graph.node('Clip', [scaled, ...ends]), channelsFirst: false };
  }

  denormalized(y: string, normalizer: Normalizer, shape: readonly number[]): string {
    const { shift, spread, rest } = this.#scaling(normalizer, shape);
    return [...rest, shift].reduce((x, part) => this.graph.node('Add', [x, part]), this.graph.node('Mul', [y, spread]));
  }

  #layers(placed: readonly PlacedLayer[], x: Value, weightName: (i: number, name: string) => string): Value {
    const find = (i: number) => (name: string) => this.numbers.get(weightName(i, name));
    // A weight shared with another layer must not be changed by folding.
    const folds = (i: number) =>
      takesIn(placed[i], placed[i + 1]) && weightName(i, 'weight') === `${placed[i].name}.weight`;
    return placed.reduce((value, each, i) => {
      if (i && folds(i - 1)) return value;
      const fold = folds(i) ? folded(each, find(i), placed[i + 1], find(i + 1)) : undefined;
      return this.#layer(each, value, (name) => weightName(i, name), fold);
    }, x);
  }

  #layer(
    { layer, name: prefix, input, output }: PlacedLayer,
    x: Value,
    weightName: (name: string) => string,
    fold?: Record<string, Numbers>,
  ): Value {
    if (!Object.hasOwn(lowerings, layer.name))
      throw new OptionError(
        `toOnnx: cannot write the layer ${shown(layer.name)}; it can write ${Object.keys(lowerings).join(', ')}`,
      );
    const { lower, takes } = lowerings[layer.name as LayerName];
    const channelsFirst =
      takes === 'image' || (takes === 'channels' && input.length > 1) || (takes === 'either' && x.channelsFirst);
    const ordered = (value: Value) =>
      channelsFirst ? this.#channelsFirst(value, input.length) : this.channelsLast(value, input.length);
    const written: WrittenLayer = {
      args: layer.args,
      input,
      output,
      weight: (name) =>
        fold
          ? this.graph.floats(`${prefix}.${name}.folded`, fold[name].data, fold[name].shape)
          : this.#weight(weightName(name)),
      inner: (name) => {
        const inner = placeLayers(prefix, layer.inner!, input);
        return ordered(this.#layers(inner, { name, channelsFirst }, (i, name) => weightName(`${i}.${name}`)));
      },
      // A weight for cells is stored with its inputs first.
      transposed: layer.cells === true || weightName('weight') !== `${prefix}.weight`,
    };
    const product = lower(this, ordered(x), written);
    const z = layer.classes ? this.#addClassBias(product, written.weight('label.weight')!, output) : product;
    // `leakyRelu(0.2)` is a name with a parameter.
    const [activation, parameter] = (layer.activation ?? 'linear').split('(') as [ActivationName, string?];
    const number = parameter === undefined ? undefined : parseFloat(parameter);
    return { name: activations[activation](this.graph, z, number), channelsFirst };
  }

  /** Returns the output of a layer, [batch, units, …], with the bias of each label added. */
  #addClassBias(z: string, biases: string, output: readonly number[]): string {
    this.#labels ??= this.graph.input('label', [], 'int64');
    const bias = this.graph.node('Gather', [biases, this.#labels], { axis: 0 });
    if (output.length === 1) return this.graph.node('Add', [z, bias]);
    const sides = [-1, output.at(-1)!, ...output.slice(1).fill(1)];
    const shape = this.graph.integers(`shape.label.${sides.join('x')}`, sides);
    return this.graph.node('Add', [z, this.graph.node('Reshape', [bias, shape])]);
  }

  #channelsFirst({ name, channelsFirst }: Value, axes: number): string {
    const perm = axes === 3 ? [0, 3, 1, 2] : [0, 2, 1];
    return channelsFirst ? name : this.graph.node('Transpose', [name], { perm });
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
