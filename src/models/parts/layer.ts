import { OptionError } from '../../errors.ts';
import type { ImportanceSamples } from '../../kernels/importance.ts';
import type { Role } from '../../runtime/parameters.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Pass } from '../training/pass.ts';
import type { Term } from '../training/terms.ts';
import type { Image, Layout } from './layout.ts';
import type { Part } from './part.ts';

/** A weight a layer needs. */
export interface ParameterSpec {
  /** Within the layer: `weight`, `bias`. */
  readonly name: string;
  readonly role: Role;
  readonly shape: readonly number[];
  /** Where it is known outside as several, one behind the other along the first side: their names. */
  readonly parts?: readonly string[];
  /** Of it, or of each part: how it lies on the device, where it is known otherwise outside. */
  readonly layout?: Layout;
  /** Its first values. `which` tells this parameter's draws from all others of the model. */
  initial(seed: number, which: number): Float32Array;
}

/** Images that a layer's flat inputs are the values of, and that its flat outputs will be taken for; a sequence is an image of height 1. */
export interface Around {
  readonly before?: Image;
  readonly after?: Image;
  /** Whether shapes of two sides are those of sequences. */
  readonly sequences?: boolean;
}

/** Records what a code can be asked for, from what goes into its layer. */
export type RecordCode = (pass: Pass, x: Tensor, parameter: (name: string) => Tensor) => Tensor;

/** The kinds of codes that are more than the output of a layer, with what each can be asked for. The file of a new kind adds an entry. */
export interface Codes {
  /** A code that is drawn at random in training. */
  gaussian: {
    /** Its means and log-variances, [rows, 2 · units]. */
    head: RecordCode;
    /** How many are drawn for each example in training and evaluation. */
    samples: number;
  };
  /** A code of vectors that are entries of a codebook. */
  vectorQuantizer: {
    entries: number;
    /** Which entries they are, [rows, vectors]. */
    indices: RecordCode;
  };
  /** A code of which all but some numbers are 0. */
  sparse: {
    /** How many are not, on average. */
    readonly k: number;
  };
}

/** What kind of code a layer makes. */
export type Code = { [K in keyof Codes]: { readonly kind: K } & Readonly<Codes[K]> }[keyof Codes];

/** What a layer gives that adds to the loss. */
export interface WithTerms {
  readonly y: Tensor;
  readonly terms: readonly Term[];
  /** Of a code with several rows for each example: they are judged together. */
  readonly samples?: ImportanceSamples;
}

/** A part of a network. Shapes are those of one example. */
export interface Layer extends Part {
  /** The last activation, where the layer has one: its name, with the parameter where that is not the usual one, `leakyRelu(0.2)`. */
  readonly activation?: string;
  /** Hands its values on as they are, in another shape. */
  readonly reshapes?: boolean;
  /** Takes sequences, [length, channels], so that shapes of two sides are taken for those all through a model. */
  readonly sequences?: boolean;
  /** Its weights each belong to one of its values, or channels: flat values of an image stay in their order. */
  readonly keepsOrder?: boolean;
  /** The layers that it is made of, where it is. */
  readonly inner?: readonly Layer[];
  /** Outputs, where they are what the layer was made with. */
  readonly units?: number;
  /** How many classes the labels have that it is told beside its input, where it is told any. */
  readonly classes?: number;
  /** Takes the cells of a table, which mean something to it alone. */
  readonly cells?: boolean;
  /** What kind of code it makes, where it is more than a layer's output. Only the last layer of an encoder may have one. */
  readonly code?: Code;
  /** Loads what it needs to be recorded, where that is not always there. */
  prepare?(): Promise<void>;
  /** @throws ShapeError where the layer cannot take such an input */
  outputShape(input: readonly number[]): number[];
  /** The weights and biases that it has for this shape of input. */
  parameters(input: readonly number[], around: Around): ParameterSpec[];
  /**
   * Records y = layer(x), both with a row for each example; `input` is the shape of one. With `logits`, the layer's own activation is left out,
   * for a loss that works on what comes before it. With `mean`, a code that is drawn at random in training gives its mean instead.
   */
  forward(
    pass: Pass,
    x: Tensor,
    parameter: (name: string) => Tensor,
    options: { logits: boolean; mean: boolean; input: readonly number[] },
  ): Tensor | WithTerms;
  /** The same layer with the transpose of another's weight in the place of its own. */
  mirrored?(): Layer;
}

/** A list of layers, of so many at least. @throws OptionError */
export function checkLayers(where: string, layers: unknown, least: number): void {
  const isLayer = (layer: Partial<Layer> | undefined | null) =>
    typeof layer?.forward === 'function' &&
    typeof layer.outputShape === 'function' &&
    typeof layer.parameters === 'function';
  // Holes are no layers, and only `from` shows them.
  if (!Array.isArray(layers) || layers.length < least || !Array.from(layers as Layer[]).every(isLayer))
    throw new OptionError(`${where} is a list of ${least ? 'at least one layer' : 'layers'}`);
}
