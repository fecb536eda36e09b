import { rowSums } from '../../kernels/loss.ts';
import { OptionError } from '../../errors.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { checkFlag, checkNumber, checkOptions } from '../../runtime/options.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Layer, ParameterSpec } from './layer.ts';
import type { Network } from './network.ts';
import type { PlacedLayer } from './placed-layers.ts';
import type { Optimizer } from './optimizers.ts';
import { prepareAll, type Part } from './part.ts';
import type { Prior } from './priors.ts';
import type { Pass } from '../training/pass.ts';
import type { Term } from '../training/terms.ts';

const contractions = onDemand(() => import('../../kernels/contraction.ts'));
const noise = onDemand(() => import('../../kernels/corrupt.ts'));
const randomNumbers = onDemand(() => import('../../kernels/random.ts'));
const decays = onDemand(() => import('../../kernels/decay.ts'));

/** The layers of a network and their weights. */
export interface NetworkWeights {
  readonly placed: readonly PlacedLayer[];
  /** A weight of layer number `i`, by its name. */
  parameter(i: number, name: string): Tensor;
}

/** The tensors that a penalty may use, of a recorded pass through the encoder. */
export interface Encoding {
  readonly pass: Pass;
  /** The input of the encoder, [rows, features]. */
  readonly input: Tensor;
  /** The output of the encoder, [rows, code]. */
  readonly code: Tensor;
  /** The output of each of the encoder's layers. */
  readonly outputs: readonly Tensor[];
  /** The networks, for their layers and weights. */
  readonly encoder: NetworkWeights;
  readonly decoder: NetworkWeights;
  /** All of the model's weights, without its biases. */
  weights(): readonly Tensor[];
  /** Records another pass through the same encoder. */
  encode(x: Tensor): Tensor;
  /** The target of the decoder: the data as layers see them, without corruption, [rows, features]. */
  readonly target: Tensor;
  /** The output of the decoder for the code, [rows, features]; its logits where the loss works on these. */
  output(): Tensor;
  /** Records a pass of a code through the decoder, its last activation included. */
  decode(code: Tensor): Tensor;
  /** One of the penalty's own `counters`, by name. */
  counter(name: string): Tensor;
  /** The network that is trained against the model, if the penalty has one. */
  readonly opponent?: Network;
}

/** The tensors of the model that an opponent uses in its own phase; no gradient flows into the model. */
export interface Game {
  readonly pass: Pass;
  readonly network: Network;
  /** The data as the encoder's layers see them, without corruption, [rows, features]. */
  readonly x: Tensor;
  readonly code: Tensor;
  decode(code: Tensor): Tensor;
}

/** A network that is trained against the model in a phase of its own. */
export interface Opponent {
  readonly layers: readonly Layer[];
  readonly takes: 'code' | 'output';
  /**
   * The number of its layers that data and reconstructions pass through before the reconstruction loss compares them;
   * undefined where it compares the data.
   */
  readonly features?: number;
  readonly optimizer: Optimizer;
  /** Records the terms that it minimises. */
  record(game: Game): Term[];
}

/** A part that adds terms to the loss, or that constrains weights through the pass, as `unitNorm` does. */
export interface Penalty extends Part {
  /** Checks that it can work on these layers, tied or not. @throws OptionError */
  check(encoder: readonly Layer[], decoder: readonly Layer[], tied: boolean): void;
  /**
   * Returns the counters that it updates from step to step, for codes of this shape. The counts are kept with the
   * model's weights, as `penalty.1.idle` for the second penalty.
   * @throws OptionError where it cannot work on such a code
   */
  counters?(code: readonly number[]): ParameterSpec[];
  /** Whether it reads the `target`; then the data must not have blanks. */
  readonly usesTarget?: boolean;
  /**
   * Records the terms that it adds to the loss. The stages of `pretrain` call it as well, with networks of one layer of
   * the model and the layers without weights behind it. `pretrain` refuses a penalty with `counters`.
   */
  record(encoding: Encoding): Term[];
  /** The distribution that it pulls codes to, if there is one. */
  readonly prior?: Prior;
  /** The network that is trained against the model, if there is one. */
  readonly opponent?: Opponent;
  /** Returns the decoder's layers with the initial values that it needs. */
  decoder?(layers: readonly Layer[]): Layer[];
}

/**
 * Adds weight · ‖∂h/∂x‖²_F, the squared Frobenius norm of the encoder's Jacobian at its input (Rifai et al. 2011), for
 * an encoder of any number of dense layers. For one layer there is a closed form at almost no cost. For more, the exact
 * value needs one row of the Jacobian for each example and each unit of the code: time and memory grow with batch ×
 * code × widest hidden layer. With `estimate: true` one random vector for each example replaces these rows (Hutchinson
 * 1990): unbiased, new in each step, at about the cost of one more pass. Use the estimate for codes of more than a few
 * dozen units behind hidden layers. Use the exact value for small codes, and where you compare the penalty's values.
 * @param weight the weight of the penalty in the loss
 * @param options `estimate`: whether a random vector replaces the exact value; default false
 * @example
 * ```ts
 * import { contractive } from 'latentgpu';
 *
 * const penalty = contractive(1e-3);
 * ```
 * @throws OptionError
 */
export function contractive(weight: number, options: { estimate?: boolean } = {}): Penalty {
  checkWeight('contractive', weight);
  checkOptions('contractive', options, ['estimate']);
  const { estimate = false } = options;
  checkFlag('contractive: estimate', estimate);
  return {
    name: 'contractive',
    args: [weight, { estimate }],
    prepare: (gpu) => prepareAll(estimate ? [contractions, randomNumbers] : [contractions], gpu),
    check(encoder) {
      const other = encoder.find(({ name }) => name !== 'dense');
      if (other)
        throw new OptionError(
          `contractive: takes an encoder of dense layers only, not ${other.name}${other.code ? '' : ': use stochasticContractive'}`,
        );
    },
    record({ pass, code, encoder, outputs }) {
      const u = estimate ? randomNumbers().randomSigns(pass.tape, code.shape, pass.draws()) : undefined;
      const dense = outputs.map((y, i) => ({ y, w: encoder.parameter(i, 'weight') }));
      return penalty(contractions().contraction(pass.tape, dense, pass.state, weight, u));
    },
  };
}

/**
 * Adds weight · ‖h(x) − h(x + ε)‖² with ε ~ N(0, stddev² I), new in each step. It takes one more pass through the
 * encoder. The mean of the penalty is weight · stddev² ‖∂h/∂x‖²_F + O(stddev⁴), so that `contractive(weight · stddev²)`
 * is its limit. The reconstruction comes from x, without ε.
 * @param weight the weight of the penalty in the loss
 * @param stddev the standard deviation of ε
 * @example
 * ```ts
 * import { stochasticContractive } from 'latentgpu';
 *
 * const penalty = stochasticContractive(0.1, 0.1);
 * ```
 * @throws OptionError
 */
export function stochasticContractive(weight: number, stddev: number): Penalty {
  checkWeight('stochasticContractive', weight);
  checkNumber('stochasticContractive: stddev', stddev, { above: 0 });
  return {
    name: 'stochasticContractive',
    args: [weight, stddev],
    prepare: noise.prepare,
    check(encoder) {
      refuseGaussianCode('stochasticContractive')(encoder);
      if (encoder.at(-1)?.code?.kind === 'vectorQuantizer')
        throw new OptionError('stochasticContractive: a quantised code has no slope: leave the penalty out');
    },
    record({ pass, input, code, encode }) {
      const nearby = encode(noise().corrupt(pass.tape, 'gaussian', input, stddev, pass.draws()));
      return penalty(rowSums(pass.tape, 'mse', { y: code, x: nearby }, pass.state, weight));
    },
  };
}

/**
 * Adds weight · Σ |h| over the units of the code: Keras's L1 activity regularizer.
 * @param weight the weight of the penalty in the loss
 * @example
 * ```ts
 * import { sparsity } from 'latentgpu';
 *
 * const penalty = sparsity(1e-4);
 * ```
 * @throws OptionError
 */
export function sparsity(weight: number): Penalty {
  checkWeight('sparsity', weight);
  return {
    name: 'sparsity',
    args: [weight],
    check: refuseGaussianCode('sparsity'),
    record: ({ pass, code }) => penalty(rowSums(pass.tape, 'absolute', { y: code }, pass.state, weight)),
  };
}

/**
 * Adds ½ weight · Σ w² over all weights except the biases.
 * @param weight the weight of the penalty in the loss
 * @example
 * ```ts
 * import { sparsity, weightDecay } from 'latentgpu';
 *
 * const penalty = [sparsity(1e-4), weightDecay(1e-5)];
 * ```
 * @throws OptionError
 */
export function weightDecay(weight: number): Penalty {
  checkWeight('weightDecay', weight);
  return {
    name: 'weightDecay',
    args: [weight],
    prepare: decays.prepare,
    check: () => {},
    record: ({ pass, weights }) => penalty(decays().decay(pass.tape, weights(), pass.state, weight)),
  };
}

/** Returns the sums as a term of `penalty`, under which several penalties are reported as one number. */
const penalty = (sums: Tensor): Term[] => [{ name: 'penalty', sums }];

const checkWeight = (where: string, weight: number) => checkNumber(`${where}: weight`, weight, { least: 0 });

const refuseGaussianCode = (where: string) => (encoder: readonly Layer[]) => {
  if (encoder.at(-1)?.code?.kind === 'gaussian')
    throw new OptionError(
      `${where}: a Gaussian code already has a penalty, beta times its divergence: leave this one out`,
    );
};
