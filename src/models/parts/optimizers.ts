import { OptionError } from '../../errors.ts';
import type { OptimizerKind } from '../../kernels/optimizer.ts';
import { checkFlag, checkNumber, checkOptions, shown } from '../../runtime/options.ts';
import { asSchedule, valueAt, type Schedule } from './schedules.ts';

/** How weights are updated from their gradients. `sgd`, `adam`, `adamw` and `adagrad` make it. */
export interface Optimizer {
  /** The update rule. */
  readonly kind: OptimizerKind;
  /** The learning rate and how it changes. */
  readonly learningRate: Schedule;
  /** The decay of the mean of gradients, or the momentum. */
  readonly beta1: number;
  /** The decay of the mean of squared gradients. */
  readonly beta2: number;
  /** The number added to the denominator. */
  readonly epsilon: number;
  /** The decoupled weight decay. */
  readonly weightDecay: number;
  /** The largest norm of all gradients together. */
  readonly clipNorm?: number;
}

/** The option that every optimizer has. */
export interface ClipOptions {
  /**
   * The largest norm of all gradients together; larger ones are scaled down to it (Pascanu et al. 2013), as by
   * PyTorch's `clip_grad_norm_`.
   */
  clipNorm?: number;
}

type Numbers = Omit<Optimizer, 'kind' | 'learningRate'>;

/** The largest learning rate. Its product with 2⁶⁰, the largest gradient, is far below the limit of float32. */
const largestRate = 1e12;

const zeros = { beta1: 0, beta2: 0, epsilon: 0, weightDecay: 0 };

function make(
  kind: OptimizerKind,
  rate: number | Schedule,
  { beta1, beta2, epsilon, weightDecay, clipNorm }: Numbers,
): Optimizer {
  const learningRate = asSchedule(`${kind}: learning rate`, rate);
  rateAt({ kind, learningRate }, 0);
  if (clipNorm !== undefined) checkNumber(`${kind}: clipNorm`, clipNorm, { above: 0 });
  checkNumber(`${kind}: beta1 or momentum`, beta1, { least: 0, most: 1 - 1e-9 });
  checkNumber(`${kind}: beta2`, beta2, { least: 0, most: 1 - 1e-9 });
  checkNumber(
    `${kind}: epsilon`,
    epsilon,
    kind === 'adam' || kind === 'adamw' || kind === 'adagrad' ? { above: 0 } : { least: 0 },
  );
  checkNumber(`${kind}: weight decay`, weightDecay, { least: 0 });
  return { kind, learningRate, beta1, beta2, epsilon, weightDecay, clipNorm };
}

/**
 * Returns the learning rate in step number `step`, counted from 0.
 * @throws OptionError where a schedule gives too large a rate
 */
export function rateAt({ kind, learningRate }: Pick<Optimizer, 'kind' | 'learningRate'>, step: number): number {
  return checkNumber(`${kind}: learning rate`, valueAt(learningRate, step), { least: 0, most: largestRate });
}

/**
 * Checks that a value is an optimizer.
 * @throws OptionError for anything else, such as an incomplete object written by hand
 */
export function checkOptimizer(where: string, optimizer: Optimizer): void {
  const { kind, learningRate, ...numbers } = (optimizer ?? {}) as Partial<Optimizer>;
  if (!Object.keys(momentNames).includes(kind!) || typeof learningRate !== 'object')
    throw new OptionError(
      `${where}: the optimizer must be made by sgd, adam, adamw or adagrad, not ${shown(optimizer)}`,
    );
  make(kind!, learningRate, numbers as Numbers);
}

/**
 * Stochastic gradient descent: w −= η g; with momentum as in PyTorch, v = μ v + g, w −= η v.
 * @param learningRate the learning rate, or a schedule of it; default 0.01
 * @param options momentum, Nesterov momentum and clipping
 * @example
 * ```ts
 * import { sgd } from 'latentgpu';
 *
 * const optimizer = sgd(0.1, { momentum: 0.9, nesterov: true });
 * ```
 * @throws OptionError
 */
export function sgd(
  learningRate: number | Schedule = 0.01,
  options: ClipOptions & { momentum?: number; nesterov?: boolean } = {},
): Optimizer {
  checkOptions('sgd', options, ['momentum', 'nesterov', 'clipNorm']);
  const { momentum = 0, nesterov = false, clipNorm } = options;
  checkFlag('sgd: nesterov', nesterov);
  if (nesterov && !momentum) throw new OptionError('sgd: nesterov needs a momentum');
  return make(!momentum ? 'sgd' : nesterov ? 'nesterov' : 'momentum', learningRate, {
    ...zeros,
    beta1: momentum,
    clipNorm,
  });
}

/** Options of `adam`. */
export interface AdamOptions extends ClipOptions {
  /** The decay of the mean of gradients. Default 0.9. */
  beta1?: number;
  /** The decay of the mean of squared gradients. Default 0.999. */
  beta2?: number;
  /** The number added to the denominator. Default 1e-8. */
  epsilon?: number;
}

/**
 * Adam (Kingma & Ba 2015), with PyTorch's defaults.
 * @param learningRate the learning rate, or a schedule of it; default 0.001
 * @param options the decays of the moments, epsilon and clipping
 * @example
 * ```ts
 * import { adam } from 'latentgpu';
 *
 * const optimizer = adam(1e-3, { clipNorm: 5 });
 * ```
 * @throws OptionError
 */
export function adam(learningRate: number | Schedule = 1e-3, options: AdamOptions = {}): Optimizer {
  checkOptions('adam', options, ['beta1', 'beta2', 'epsilon', 'clipNorm']);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, clipNorm } = options;
  return make('adam', learningRate, { ...zeros, beta1, beta2, epsilon, clipNorm });
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019), on all parameters as in PyTorch.
 * @param learningRate the learning rate, or a schedule of it; default 0.001
 * @param options the decays of the moments, epsilon, weight decay (default 0.01) and clipping
 * @example
 * ```ts
 * import { adamw } from 'latentgpu';
 *
 * const optimizer = adamw(1e-3, { weightDecay: 1e-4 });
 * ```
 * @throws OptionError
 */
export function adamw(
  learningRate: number | Schedule = 1e-3,
  options: AdamOptions & { weightDecay?: number } = {},
): Optimizer {
  checkOptions('adamw', options, ['beta1', 'beta2', 'epsilon', 'weightDecay', 'clipNorm']);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01, clipNorm } = options;
  return make('adamw', learningRate, { beta1, beta2, epsilon, weightDecay, clipNorm });
}

/**
 * AdaGrad (Duchi et al. 2011), with PyTorch's defaults.
 * @param learningRate the learning rate, or a schedule of it; default 0.01
 * @param options epsilon (default 1e-10) and clipping
 * @example
 * ```ts
 * import { adagrad } from 'latentgpu';
 *
 * const optimizer = adagrad(0.01);
 * ```
 * @throws OptionError
 */
export function adagrad(
  learningRate: number | Schedule = 0.01,
  options: ClipOptions & { epsilon?: number } = {},
): Optimizer {
  checkOptions('adagrad', options, ['epsilon', 'clipNorm']);
  const { epsilon = 1e-10, clipNorm } = options;
  return make('adagrad', learningRate, { ...zeros, epsilon, clipNorm });
}

/** The moments of each kind by PyTorch's names, in their order on the device. */
export const momentNames: Record<OptimizerKind, readonly string[]> = {
  sgd: [],
  momentum: ['momentum_buffer'],
  nesterov: ['momentum_buffer'],
  adagrad: ['sum'],
  adam: ['exp_avg', 'exp_avg_sq'],
  adamw: ['exp_avg', 'exp_avg_sq'],
};

/** Reads an optimizer from plain data, checked by its maker. @throws OptionError */
export function sameOptimizer(written: Optimizer): Optimizer {
  const { kind, learningRate, beta1, beta2, epsilon, weightDecay, clipNorm } = written;
  switch (kind) {
    case 'sgd':
      return sgd(learningRate, { clipNorm });
    case 'momentum':
    case 'nesterov':
      return sgd(learningRate, { momentum: beta1, nesterov: kind === 'nesterov', clipNorm });
    case 'adam':
      return adam(learningRate, { beta1, beta2, epsilon, clipNorm });
    case 'adamw':
      return adamw(learningRate, { beta1, beta2, epsilon, weightDecay, clipNorm });
    case 'adagrad':
      return adagrad(learningRate, { epsilon, clipNorm });
    default:
      throw new OptionError(`there is no optimizer ${shown(kind)}`);
  }
}

/**
 * Returns the optimizer's settings as the device needs them, in the order of `settingNames`. Remainders and logarithms
 * are computed in float64.
 */
export function settings({ beta1, beta2, epsilon, weightDecay }: Optimizer): Record<string, number> {
  const log = (beta: number) => (beta > 0 ? Math.log(beta) : -50);
  return {
    beta1,
    beta2,
    rest1: 1 - beta1,
    rest2: 1 - beta2,
    logBeta1: log(beta1),
    logBeta2: log(beta2),
    epsilon,
    decay: weightDecay,
  };
}
