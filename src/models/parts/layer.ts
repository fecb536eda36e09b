import { OptionError } from '../../errors.ts';
import type { ImportanceSamples } from '../../kernels/importance.ts';
import type { Role } from '../../runtime/parameters.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Pass } from '../training/pass.ts';
import type { Term } from '../training/terms.ts';
import type { Images, Layout } from './layout.ts';
import type { Part } from './part.ts';

/** A weight that a layer needs. */
export interface ParameterSpec {
  /** The name within the layer: `weight`, `bias`. */
  readonly name: string;
  /** The purpose of the parameter. */
  readonly role: Role;
  /** The shape on the device. */
  readonly shape: readonly number[];
  /**
   * The names that users and files see, for a weight that they see as several weights; here these are concatenated
   * along the first dimension.
   */
  readonly parts?: readonly string[];
  /** The layout on the device of the weight, or of each part, if it differs from the one that users and files see. */
  readonly layout?: Layout;
  /** Makes the initial values. `which` separates this parameter's draws from all others of the model. */
  initial(seed: number, which: number): Float32Array;
}

/**
 * The images that a layer's flat inputs come from, and that its flat outputs become; a sequence is an image of height
 * 1.
 */
export interface Around {
  /** The image that the flat input comes from, or several images one after the other. */
  readonly before?: Images;
  /** The image that the flat output becomes. */
  readonly after?: Images;
  /** Whether shapes with two dimensions are sequences. */
  readonly sequences?: boolean;
}

/** Records a tensor that can be requested from a code, from the input of its layer. */
export type RecordCode = (pass: Pass, x: Tensor, parameter: (name: string) => Tensor) => Tensor;

/**
 * The kinds of codes that offer more than their values, with what each offers. The file of a new kind adds an entry.
 */
export interface Codes {
  /** A code that is drawn at random in training. */
  gaussian: {
    /** Records its means and log-variances, [rows, 2 · units]. */
    head: RecordCode;
    /** The number of draws for each example in training and evaluation. */
    samples: number;
  };
  /** A code of vectors that are entries of a codebook. */
  vectorQuantizer: {
    entries: number;
    /** Records which entries they are, [rows, vectors]. */
    indices: RecordCode;
  };
  /** A code in which only a few numbers are not 0. */
  sparse: {
    /** The average number of values that are not 0. */
    readonly k: number;
  };
}

/** The kind of code that a layer makes. */
export type Code = { [K in keyof Codes]: { readonly kind: K } & Readonly<Codes[K]> }[keyof Codes];

/** The output of a layer that adds to the loss. */
export interface WithTerms {
  /** The output. */
  readonly y: Tensor;
  /** The terms of the loss. */
  readonly terms: readonly Term[];
  /** The samples of a code with several rows for each example, which the loss weighs together. */
  readonly samples?: ImportanceSamples;
}

/** A part of a network. Shapes are those of one example. */
export interface Layer extends Part {
  /**
   * The last activation, if the layer has one: its name, with its parameter if that is not the default, such as
   * `leakyRelu(0.2)`.
   */
  readonly activation?: string;
  /** Whether the layer only gives its values another shape. */
  readonly reshapes?: boolean;
  /** Whether it changes values or gradients in training only. */
  readonly trainingOnly?: boolean;
  /**
   * Whether it takes sequences, [length, channels], so that all shapes with two dimensions in the model are sequences.
   */
  readonly sequences?: boolean;
  /**
   * Whether each of its weights belongs to one of its values or channels, so that flat values of an image stay in their
   * order.
   */
  readonly keepsOrder?: boolean;
  /** The layers inside it, if there are any. */
  readonly inner?: readonly Layer[];
  /** The number of outputs, if the layer was made with it. */
  readonly units?: number;
  /** The number of classes of the labels that it receives beside its input, if it receives labels. */
  readonly classes?: number;
  /** Whether it takes the cells of a table. */
  readonly cells?: boolean;
  /**
   * The kind of code that it makes, if the code offers more than its values. Only the last layer of an encoder may have
   * one.
   */
  readonly code?: Code;
  /** Returns the shape of the output. @throws ShapeError where the layer cannot take such an input */
  outputShape(input: readonly number[]): number[];
  /** Returns the weights and biases that it has for this shape of input. */
  parameters(input: readonly number[], around: Around): ParameterSpec[];
  /**
   * Records y = layer(x), with one row for each example; `input` is the shape of one example. `logits` leaves out the
   * layer's activation, for a loss that works on logits. With `mean`, a code that is drawn at random in training gives
   * its mean instead.
   */
  forward(
    pass: Pass,
    x: Tensor,
    parameter: (name: string) => Tensor,
    options: { logits: boolean; mean: boolean; input: readonly number[] },
  ): Tensor | WithTerms;
  /** Returns the same layer with the transposed weight of another layer instead of its own. */
  mirrored?(): Layer;
}

const products = ['dense', 'conv2d', 'conv1d', 'convTranspose2d', 'convTranspose1d'];

/** Returns whether a layer multiplies its input by a weight before an activation. */
export const isProduct = ({ name }: Layer): boolean => products.includes(name);

/** Refuses layers that make a code where no encoder ends. @throws OptionError */
export function refuseCodes(where: string, layers: readonly Layer[]): void {
  const inner = layers.find(({ code }) => code);
  if (inner) throw new OptionError(`${where}: ${inner.name} can only be the last layer of an autoencoder's encoder`);
}

/** Refuses a code with several samples for each example. @throws OptionError */
export const refuseSeveralSamples = (where: string) => (encoder: readonly Layer[]) => {
  const code = encoder.at(-1)?.code;
  if (code?.kind === 'gaussian' && code.samples > 1)
    throw new OptionError(`${where}: takes a Gaussian code of one sample, not of ${code.samples}`);
};

/** Checks a list of layers and its smallest length. @throws OptionError */
export function checkLayers(where: string, layers: unknown, least: number): void {
  const isLayer = (layer: Partial<Layer> | undefined | null) =>
    typeof layer?.forward === 'function' &&
    typeof layer.outputShape === 'function' &&
    typeof layer.parameters === 'function';
  // `every` skips the holes of an array; `Array.from` turns them into undefined, which is refused.
  if (!Array.isArray(layers) || layers.length < least || !Array.from(layers as Layer[]).every(isLayer))
    throw new OptionError(`${where} must be a list of ${least ? 'at least one layer' : 'layers'}`);
}
