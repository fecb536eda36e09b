import { activationWord, type Activation } from '../../kernels/activation.ts';
import { dense as denseKernel } from '../../kernels/dense.ts';
import { OptionError, ShapeError } from '../../errors.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { checkFlag, checkNumber, checkOptions, shown } from '../../runtime/options.ts';
import { initialLimit, spread, zeros, type Initializer } from './initializers.ts';
import type { Around, Codes, Layer, ParameterSpec } from './layer.ts';
import { imageLayout } from './layout.ts';
import { prepareAll } from './part.ts';
import { asSchedule, type Schedule } from './schedules.ts';

const noise = onDemand(() => import('../../kernels/corrupt.ts'));
const gaussians = onDemand(() => import('../../kernels/reparameterize.ts'));
const several = onDemand(() => import('../../kernels/importance.ts'));

/** Options of `dense`. */
export interface DenseOptions {
  /** How the weights are initialised; biases start at 0. Default `'glorot'`, as in Keras. */
  init?: Initializer;
  /** Whether the layer has a bias. Default true. */
  bias?: boolean;
}

/**
 * A fully connected layer, y = f(x wᵀ + b). Weight [units, in], bias [units].
 * @param units the number of outputs
 * @param activation the activation, by name or as `[name, { parameter }]`; default `'linear'`
 * @param options how weights start, and whether there is a bias
 * @example
 * ```ts
 * import { dense } from 'latentgpu';
 *
 * const encoder = [dense(128, 'relu'), dense(32)]; // the last one is linear
 * const decoder = [dense(128, ['leakyRelu', { slope: 0.2 }], { init: 'he' }), dense(784, 'sigmoid')];
 * ```
 * @throws OptionError
 */
export function dense(units: number, activation: Activation = 'linear', options: DenseOptions = {}): Layer {
  checkNumber('dense: units', units, { least: 1, whole: true });
  const f = activationWord('dense', activation);
  checkOptions('dense', options, ['init', 'bias']);
  const { init = 'glorot', bias = true } = options;
  checkFlag('dense: bias', bias);
  initialLimit('dense', init, 1, units);
  const biases = ({ after }: Around): ParameterSpec[] =>
    bias ? [zeros('bias', 'bias', [units], imageLayout(units, undefined, after, undefined))] : [];
  const layer = (transposed: boolean): Layer => ({
    name: 'dense',
    args: [units, activation, { init, bias }],
    activation: f,
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
 * Dropout: in training, sets each value to 0 with probability `rate` and divides the others by 1 − rate (Srivastava et
 * al. 2014). Otherwise it changes nothing.
 * @param rate the probability of 0, from 0 to below 1
 * @example
 * ```ts
 * import { dense, dropout } from 'latentgpu';
 *
 * const encoder = [dense(128, 'relu'), dropout(0.2), dense(32)];
 * ```
 * @throws OptionError
 */
export function dropout(rate: number): Layer {
  checkNumber('dropout: rate', rate, { least: 0, most: 1 - 1e-6 });
  return {
    name: 'dropout',
    args: [rate],
    prepare: noise.prepare,
    trainingOnly: true,
    outputShape: (input) => [...input],
    parameters: () => [],
    forward: (pass, x) => (pass.training ? noise().dropout(pass.tape, x, rate, pass.draws()) : x),
  };
}

/** The most samples for each example in training; `logLikelihood` allows more. */
const mostSamples = 10_000;

/** Options of `gaussian`. */
export interface GaussianOptions {
  /**
   * The weight of the divergence from N(0, I) in the loss (Higgins et al. 2017). A schedule counts all steps of the
   * model from its making on, so a warm-up is not repeated in a second fit. Default 1.
   */
  beta?: number | Schedule;
  /**
   * The number of samples that training and `evaluate` draw for each example. With more than one, the loss is minus the
   * importance-weighted bound, which is closer to the log-likelihood with more samples (Burda et al. 2016); the decoder
   * computes each of them. Default 1.
   */
  samples?: number;
}

/**
 * A Gaussian code, the last layer of an encoder. Two linear heads compute its mean and log-variance; training and
 * evaluation draw z = μ + σ ε, and the loss gets β · KL(N(μ, σ²) ‖ N(0, I)) (Kingma & Welling 2014). Prediction uses
 * the mean. A log-variance is limited to −30 … 20, so that unscaled data do not overflow it.
 * Weights mean.weight and logvar.weight [units, in], mean.bias and logvar.bias [units].
 * @param units the number of values in the code
 * @param options β, or the number of samples
 * @example
 * ```ts
 * import { dense, gaussian, warmUp } from 'latentgpu';
 *
 * const encoder = [dense(400, 'relu'), gaussian(20, { beta: warmUp(1000, 1) })];
 * ```
 * @throws OptionError
 */
export function gaussian(units: number, options: GaussianOptions = {}): Layer {
  checkNumber('gaussian: units', units, { least: 1, whole: true });
  checkOptions('gaussian', options, ['beta', 'samples']);
  const { beta: given = 1, samples = 1 } = options;
  const beta = asSchedule('gaussian: beta', given);
  checkNumber('gaussian: samples', samples, { least: 1, most: mostSamples, whole: true });
  if (samples > 1 && options.beta !== undefined)
    throw new OptionError('gaussian: beta needs samples: 1; leave out one of the two');
  const head: Codes['gaussian']['head'] = ({ tape }, x, parameter) =>
    denseKernel(tape, x, parameter('heads.weight'), parameter('heads.bias'));
  return {
    name: 'gaussian',
    args: [units, samples > 1 ? { samples } : { beta }],
    units,
    code: { kind: 'gaussian', head, samples },
    prepare: (gpu) => prepareAll(samples > 1 ? [gaussians, several] : [gaussians], gpu),
    outputShape: (input) => flat('gaussian', input, units),
    // Both heads are stored as one matrix, so that one product computes them.
    parameters: ([inputs = 1], { before, after }) => [
      {
        name: 'heads.weight',
        role: 'weight',
        parts: ['mean.weight', 'logvar.weight'],
        shape: [2 * units, inputs],
        layout: imageLayout(units, inputs, after, before),
        initial: (seed, which) =>
          spread(2 * units * inputs, initialLimit('gaussian', 'glorot', inputs, units), seed, which),
      },
      {
        ...zeros('heads.bias', 'bias', [2 * units], imageLayout(units, undefined, after, undefined)),
        parts: ['mean.bias', 'logvar.bias'],
      },
    ],
    forward(pass, x, parameter, { mean }) {
      const { tape } = pass;
      const heads = head(pass, x, parameter);
      if (mean || pass.mode === 'predict') return gaussians().codeMean(tape, heads);
      if (samples > 1) {
        const drawn = several().importance(tape, heads, samples, pass.draws());
        return { y: drawn.z, terms: [], samples: drawn };
      }
      const { z, kl } = gaussians().reparameterize(tape, heads, pass.draws(), pass.weights);
      return { y: z, terms: [{ name: 'kl', sums: kl, coefficient: beta }] };
    },
  };
}

function flat(layer: string, input: readonly number[], units: number): number[] {
  if (input.length !== 1) throw new ShapeError(`${layer}: takes flat features, not ${shown(input)}`);
  return [units];
}
