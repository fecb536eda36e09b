import { checkActivation, type Activation } from '../../kernels/activation.ts';
import { dropout as dropoutKernel } from '../../kernels/corrupt.ts';
import { dense as denseKernel } from '../../kernels/dense.ts';
import { codeMean, reparameterize } from '../../kernels/reparameterize.ts';
import { OptionError, ShapeError } from '../../errors.ts';
import { checkFlag, checkNumber, checkOptions, shown } from '../../runtime/options.ts';
import type { Role } from '../../runtime/parameters.ts';
import { streams, uniforms } from '../../runtime/random.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { imageLayout, type Image, type Layout } from './layout.ts';
import type { Part } from './part.ts';
import type { Pass } from '../training/pass.ts';
import type { Term } from '../training/terms.ts';
import { asSchedule, type Schedule } from './schedules.ts';

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

/** Images that a layer's flat inputs are the values of, and that its flat outputs will be taken for. */
export interface Around {
  readonly before?: Image;
  readonly after?: Image;
}

/** A Gaussian code, which is drawn at random in training. */
export interface GaussianCode {
  readonly kind: 'gaussian';
  /** Records its means and log-variances, [rows, 2 · units]. */
  head(pass: Pass, x: Tensor, parameter: (name: string) => Tensor): Tensor;
}

/** What kind of code a layer makes. */
export type Code = GaussianCode;

/** What a layer gives that adds to the loss. */
export interface WithTerms {
  readonly y: Tensor;
  readonly terms: readonly Term[];
}

/** A part of a network. Shapes are those of one example. */
export interface Layer extends Part {
  /** The last activation, where the layer has one. */
  readonly activation?: Activation;
  /** Hands its values on as they are, in another shape. */
  readonly reshapes?: boolean;
  /** Outputs, where they are what the layer was made with. */
  readonly units?: number;
  /** What kind of code it makes, where it is more than a layer's output. Only the last layer of an encoder may have one. */
  readonly code?: Code;
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

/** How weights start: uniform in ±limit, with limit² = 6/(in + out) (Glorot & Bengio 2010), 6/in (He et al. 2015) or 3/in (LeCun et al. 1998). */
export type Initializer = 'glorot' | 'he' | 'lecun';

const limits: Record<Initializer, (inputs: number, outputs: number) => number> = {
  glorot: (inputs, outputs) => Math.sqrt(6 / (inputs + outputs)),
  he: (inputs) => Math.sqrt(6 / inputs),
  lecun: (inputs) => Math.sqrt(3 / inputs),
};

/** @throws OptionError */
export function initialLimit(layer: string, init: Initializer, inputs: number, outputs: number): number {
  if (!Object.keys(limits).includes(init))
    throw new OptionError(
      `${layer}: there is no initializer ${shown(init)}; there are ${Object.keys(limits).join(', ')}`,
    );
  return limits[init](inputs, outputs);
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

/** Options of `dense`. */
export interface DenseOptions {
  /** Default `'glorot'`, as in Keras; biases start at zero. */
  init?: Initializer;
  /** Default true. */
  bias?: boolean;
}

/**
 * y = f(x wᵀ + b): every output sees every input. Weight [units, in], bias [units].
 * @throws OptionError
 */
export function dense(units: number, activation: Activation = 'linear', options: DenseOptions = {}): Layer {
  checkNumber('dense: units', units, { least: 1, whole: true });
  checkActivation('dense', activation);
  checkOptions('dense', options, ['init', 'bias']);
  const { init = 'glorot', bias = true } = options;
  checkFlag('dense: bias', bias);
  initialLimit('dense', init, 1, units);
  const biases = ({ after }: Around): ParameterSpec[] =>
    bias
      ? [
          {
            name: 'bias',
            role: 'bias',
            shape: [units],
            layout: imageLayout(units, undefined, after, undefined),
            initial: () => new Float32Array(units),
          },
        ]
      : [];
  const layer = (transposed: boolean): Layer => ({
    name: 'dense',
    args: [units, activation, { init, bias }],
    activation,
    units,
    outputShape: (input) => flat('dense', input, units),
    parameters([inputs = 1], around) {
      if (transposed) return biases(around);
      const initial = (seed: number, which: number) =>
        spread(units * inputs, initialLimit('dense', init, inputs, units), seed, which);
      return [
        {
          name: 'weight',
          role: 'weight',
          shape: [units, inputs],
          layout: imageLayout(units, inputs, around.after, around.before),
          initial,
        },
        ...biases(around),
      ];
    },
    forward: ({ tape }, x, parameter, { logits }) =>
      denseKernel(tape, x, parameter('weight'), bias ? parameter('bias') : undefined, logits ? 'linear' : activation, {
        transposed,
      }),
    ...(!transposed && { mirrored: () => layer(true) }),
  });
  return layer(false);
}

/**
 * In training, sets each value to 0 with probability `rate` and divides the others by 1 − rate (Srivastava et al. 2014). Else does nothing.
 * @throws OptionError
 */
export function dropout(rate: number): Layer {
  checkNumber('dropout: rate', rate, { least: 0, most: 1 - 1e-6 });
  return {
    name: 'dropout',
    args: [rate],
    outputShape: (input) => [...input],
    parameters: () => [],
    forward: (pass, x) => (pass.training ? dropoutKernel(pass.tape, x, rate, pass.draws()) : x),
  };
}

/** Options of `gaussian`. */
export interface GaussianOptions {
  /** What the divergence from N(0, I) counts in the loss (Higgins et al. 2017). Default 1. A schedule counts the model's steps. */
  beta?: number | Schedule;
}

/**
 * A Gaussian code, the last layer of an encoder: two linear heads give its mean and log-variance, training and evaluation draw
 * z = μ + σ ε, and the loss gets β · KL(N(μ, σ²) ‖ N(0, I)) (Kingma & Welling 2014). Prediction takes the mean.
 * Weights mean.weight and logvar.weight [units, in], mean.bias and logvar.bias [units].
 * @throws OptionError
 */
export function gaussian(units: number, options: GaussianOptions = {}): Layer {
  checkNumber('gaussian: units', units, { least: 1, whole: true });
  checkOptions('gaussian', options, ['beta']);
  const { beta: given = 1 } = options;
  const beta = asSchedule('gaussian: beta', given);
  const head: GaussianCode['head'] = ({ tape }, x, parameter) =>
    denseKernel(tape, x, parameter('heads.weight'), parameter('heads.bias'));
  return {
    name: 'gaussian',
    args: [units, { beta }],
    units,
    code: { kind: 'gaussian', head },
    outputShape: (input) => flat('gaussian', input, units),
    // Both heads are one matrix, so that they are one product.
    parameters: ([inputs = 1], { before }) => [
      {
        name: 'heads.weight',
        role: 'weight',
        parts: ['mean.weight', 'logvar.weight'],
        shape: [2 * units, inputs],
        layout: imageLayout(units, inputs, undefined, before),
        initial: (seed, which) => spread(2 * units * inputs, limits.glorot(inputs, units), seed, which),
      },
      {
        name: 'heads.bias',
        role: 'bias',
        parts: ['mean.bias', 'logvar.bias'],
        shape: [2 * units],
        initial: () => new Float32Array(2 * units),
      },
    ],
    forward(pass, x, parameter, { mean }) {
      const { tape } = pass;
      const heads = head(pass, x, parameter);
      if (mean || pass.mode === 'predict') return codeMean(tape, heads);
      const { z, kl } = reparameterize(tape, heads, pass.draws());
      return { y: z, terms: [{ name: 'kl', sums: kl, coefficient: beta }] };
    },
  };
}

export const spread = (count: number, bound: number, seed: number, which: number): Float32Array =>
  uniforms(count, seed, streams.weights, which).map((u) => (2 * u - 1) * bound);

function flat(layer: string, input: readonly number[], units: number): number[] {
  if (input.length !== 1) throw new ShapeError(`${layer}: takes flat features, not [${input.join(', ')}]`);
  return [units];
}
