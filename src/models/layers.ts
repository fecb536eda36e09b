import { activationNames, type Activation } from '../kernels/activation.ts';
import { dense as denseKernel } from '../kernels/dense.ts';
import { OptionError, ShapeError } from '../errors.ts';
import { checkNumber, checkOptions } from '../runtime/options.ts';
import { streams, uniforms } from '../runtime/random.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';

/** A weight a layer needs. */
export interface ParameterSpec {
  /** Within the layer: `weight`, `bias`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Its first values. `which` tells this parameter's draws from all others of the model. */
  initial(seed: number, which: number): Float32Array;
}

/** A part of a network. Shapes are those of one example. */
export interface Layer {
  readonly name: string;
  /** The last activation, where the layer has one. */
  readonly activation?: Activation;
  /** @throws ShapeError where the layer cannot take such an input */
  outputShape(input: readonly number[]): number[];
  parameters(input: readonly number[]): ParameterSpec[];
  /** Records y = layer(x). With `logits`, the layer's own activation is left out, for a loss that works on what comes before it. */
  forward(tape: Tape, x: Tensor, parameter: (name: string) => Tensor, options: { logits: boolean }): Tensor;
}

/** How weights start: uniform in ±limit, with limit² = 6/(in + out) (Glorot & Bengio 2010), 6/in (He et al. 2015) or 3/in (LeCun et al. 1998). */
export type Initializer = 'glorot' | 'he' | 'lecun';

const limits: Record<Initializer, (inputs: number, outputs: number) => number> = {
  glorot: (inputs, outputs) => Math.sqrt(6 / (inputs + outputs)),
  he: (inputs) => Math.sqrt(6 / inputs),
  lecun: (inputs) => Math.sqrt(3 / inputs),
};

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
  if (!activationNames.includes(activation)) throw new OptionError(`dense: there is no activation '${String(activation)}'; there are ${activationNames.join(', ')}`);
  checkOptions('dense', options, ['init', 'bias']);
  const { init = 'glorot', bias = true } = options;
  const limit = limits[init];
  if (!limit) throw new OptionError(`dense: there is no initializer '${String(init)}'; there are ${Object.keys(limits).join(', ')}`);
  return {
    name: 'dense',
    activation,
    outputShape(input) {
      if (input.length !== 1) throw new ShapeError(`dense: takes flat features, not [${input.join(', ')}]`);
      return [units];
    },
    parameters([inputs = 1]) {
      const bound = limit(inputs, units);
      const weight = {
        name: 'weight',
        shape: [units, inputs],
        initial: (seed: number, which: number) => uniforms(units * inputs, seed, streams.weights, which).map((u) => (2 * u - 1) * bound),
      };
      return bias ? [weight, { name: 'bias', shape: [units], initial: () => new Float32Array(units) }] : [weight];
    },
    forward(tape, x, parameter, { logits }) {
      return denseKernel(tape, x, parameter('weight'), bias ? parameter('bias') : undefined, logits ? 'linear' : activation);
    },
  };
}
