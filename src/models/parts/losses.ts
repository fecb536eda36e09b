import { checkProbabilities } from '../../data/range.ts';
import type { Dataset } from '../../data/dataset.ts';
import { OptionError } from '../../errors.ts';
import { compileFormula, type ElementLoss, type Formula } from '../../kernels/loss.ts';
import type { Tape } from '../../runtime/tape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { checkNumber, checkOptions, shown } from '../../runtime/options.ts';
import { checkFormula } from './formula.ts';
import type { Normalize } from './normalize.ts';
import type { Part } from './part.ts';

/** How outputs are compared with their targets, with everything that the library needs to know about a loss. */
export type Loss = LossFacts & (ElementwiseLoss | RecordedLoss);

/** A loss that compares element by element. */
interface ElementwiseLoss {
  /** The loss of each output and its target, as the kernels compute it. */
  readonly kernel: ElementLoss;
  readonly recorded?: undefined;
  /**
   * The logarithm of the integral of e^−loss of an element, so that loss plus it is minus a log-density; undefined
   * where it is not known.
   */
  readonly logPartition?: number;
}

/** A loss that compares in another way. */
interface RecordedLoss {
  readonly kernel?: undefined;
  readonly recorded: {
    /** The number of outputs, where it differs from that of the inputs. */
    readonly outputs?: number;
    /**
     * Records partial sums for each row, [rows, parts]: of the mean over its parts, or of their sum, times the row's
     * weight if there are weights.
     */
    rows(tape: Tape, y: Tensor, x: Tensor, state: Tensor, mean: boolean, weights?: Tensor): Tensor;
    /** Records the loss of each column, [rows, columns]. */
    elements(tape: Tape, y: Tensor, x: Tensor, state: Tensor): Tensor;
  };
  readonly logPartition?: undefined;
}

/** The properties of all losses. */
interface LossFacts extends Part {
  /**
   * The factor of an element's loss in a model with a Gaussian code, so that the sum over an example's elements is
   * minus a log-likelihood in nats, up to a constant. Without such a code the loss is the mean over the elements.
   */
  readonly nats: number;
  /** The conversion of outputs for users, if they are logits: a softmax of groups of columns. */
  readonly exit?: {
    /** The number of columns of each group. */
    readonly groups: readonly number[];
    /** Records the probabilities. */
    inverse(tape: Tape, y: Tensor): Tensor;
  };
  /**
   * Whether targets and outputs are probabilities: the kernel then takes the logits of a last sigmoid, and `minMax`
   * keeps data within [0, 1].
   */
  readonly probabilities: boolean;
  /** Checks that it can work on data that are normalised like this. @throws OptionError */
  checkNormalize?(normalize: Normalize): void;
  /** Checks the activation of a decoder's last layer, undefined for none, and its output. @throws OptionError */
  checkDecoder?(lastActivation: string | undefined, shape: readonly number[]): void;
  /** Checks that it can work on these data. It is not called for data that the model normalises. @throws DataError */
  checkData?(data: Dataset): void;
  /** Returns the loss of an inner stage of `pretrain`, for the last activations of its targets and its outputs. */
  inner(targets: string | undefined, outputs: string | undefined): Loss;
}

/** The properties that most losses share: they take any numbers and any layers. */
export const plain = {
  nats: 1,
  probabilities: false,
  inner(this: Loss) {
    return this;
  },
};

/** Squared error, (y − x)²; with a Gaussian code ½ (y − x)², minus the log-likelihood of N(y, 1) up to a constant. */
const mse = (): Loss => ({
  ...plain,
  name: 'mse',
  args: [],
  kernel: 'mse',
  nats: 0.5,
  logPartition: 0.5 * Math.log(2 * Math.PI),
});

/** Binary cross-entropy, −x log y − (1 − x) log(1 − y), from the logits of a last sigmoid. */
const bce = (): Loss => ({
  ...plain,
  name: 'bce',
  args: [],
  kernel: 'bce',
  // For values that are 0 or 1.
  logPartition: 0,
  probabilities: true,
  checkNormalize({ name }) {
    if (name === 'standardize')
      throw new OptionError("autoencoder: loss 'bce' needs data in [0, 1], which standardize() leaves: use minMax()");
  },
  checkDecoder(last) {
    if (last === 'sigmoid') return;
    const other = last ? `'${last}'` : 'none';
    throw new OptionError(
      `autoencoder: loss 'bce' needs a decoder whose last layer has the activation 'sigmoid', not ${other}`,
    );
  },
  checkData: checkProbabilities,
  inner(targets, outputs) {
    return targets === 'sigmoid' && outputs === 'sigmoid' ? this : mse();
  },
});

/**
 * Absolute error, |y − x|, with slope 0 where they are equal. With a Gaussian code it counts as that of Laplace's
 * distribution of scale 1.
 */
const mae = (): Loss => ({ ...plain, name: 'mae', args: [], kernel: 'mae', logPartition: Math.LN2 });

/**
 * Huber's loss (Huber 1964), as PyTorch's HuberLoss: ½ (y − x)² up to an error of `delta`, delta (|y − x| − ½ delta)
 * beyond. Its slope is at most delta, so that single outliers do not dominate. `loss: 'huber'` is
 * `huber({ delta: 1 })`.
 * @param options `delta`: the error from which the loss is linear, in the units of the data; default 1
 * @example
 * ```ts
 * import { autoencoder, dense, huber, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const model = await autoencoder(gpu, { input: 4, encoder: [dense(2)], decoder: [dense(4)], loss: huber({ delta: 0.1 }) });
 * ```
 * @throws OptionError
 */
export function huber(options: { delta?: number } = {}): Loss {
  checkOptions('huber', options, ['delta']);
  const { delta = 1 } = options;
  checkNumber('huber: delta', delta, { above: 0 });
  return { ...plain, name: 'huber', args: [{ delta }], kernel: { kind: 'huber', delta } };
}

/**
 * A loss of your own: the loss of one element and its derivative with respect to the output, as WGSL expressions of the
 * output `y` and its target `x`, both f32. Besides WGSL's functions, which some adapters compute only roughly, there
 * are `accurate_exp`, `accurate_tanh`, `expm1`, `sigmoid`, `softplus` and, for values in [0, 1], `log1p`. The derivative
 * is not checked against the expression. With a Gaussian code the expression counts as minus a log-likelihood in nats.
 * Files keep the name alone: give `loadAutoencoder` the loss again.
 * @param formula a name for messages and files, the expression, and its derivative with respect to `y`
 * @example
 * ```ts
 * import { autoencoder, dense, elementwise, openGpu } from 'latentgpu';
 *
 * const logCosh = elementwise({
 *   name: 'log cosh',
 *   wgsl: 'abs(y - x) + log1p(accurate_exp(-2 * abs(y - x))) - 0.6931472',
 *   derivative: 'accurate_tanh(y - x)',
 * });
 * const gpu = await openGpu();
 * const model = await autoencoder(gpu, { input: 4, encoder: [dense(2, 'tanh')], decoder: [dense(4)], loss: logCosh });
 * ```
 * @throws OptionError
 */
export function elementwise(formula: { name: string; wgsl: string; derivative: string }): Loss {
  checkOptions('elementwise', formula, ['name', 'wgsl', 'derivative']);
  checkFormula('elementwise', formula);
  const { name, wgsl, derivative } = formula;
  const kernel: Formula = { name, wgsl, derivative };
  return {
    ...plain,
    name: 'elementwise',
    args: [kernel],
    kernel,
    // An inner stage of `pretrain` reconstructs hidden units, for which the formula may have no value.
    inner: mse,
    prepare: (gpu) => compileFormula(gpu, kernel),
  };
}

/** The name of a loss with its default parameters. */
export type LossName = 'bce' | 'mse' | 'mae' | 'huber';
const words: Record<LossName, () => Loss> = { bce, mse, mae, huber };

/** Reads a loss, also by name. @throws OptionError for anything else */
export function asLoss(where: string, given: unknown): Loss {
  if (typeof given === 'string' && Object.hasOwn(words, given)) return words[given as LossName]();
  const { name, args, kernel, recorded, inner } = (given ?? {}) as Partial<Loss>;
  if (typeof name === 'string' && Array.isArray(args) && (kernel ?? recorded) && typeof inner === 'function')
    return given as Loss;
  const names = Object.keys(words).map((word) => `'${word}'`);
  throw new OptionError(
    `${where} must be ${names.join(', ')}, or what huber, elementwise or categorical returns, not ${shown(given)}`,
  );
}

/**
 * A loss as plain data: its name alone if it has no arguments, and without the expressions of a formula, which files
 * must not bring along.
 */
export function writtenLoss(loss: Loss): string | Part {
  const { name, args } = loss;
  const formula = formulaName(loss);
  if (formula !== undefined) return { name, args: [formula] };
  return args.length ? { name, args } : name;
}

/** The name that a user gave to a loss made by `elementwise`; undefined for the library's own losses. */
export const formulaName = ({ name, kernel }: Loss): string | undefined =>
  name === 'elementwise' && typeof kernel === 'object' && 'wgsl' in kernel ? kernel.name : undefined;
