import { checkProbabilities, type Dataset } from '../../data/dataset.ts';
import { OptionError } from '../../errors.ts';
import { compileFormula, type ElementLoss, type Formula } from '../../kernels/loss.ts';
import type { Gpu } from '../../runtime/device.ts';
import type { Tape } from '../../runtime/tape.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { checkNumber, checkOptions, shown } from '../../runtime/options.ts';
import { checkFormula } from './formula.ts';
import type { Normalize } from './normalize.ts';
import type { Part } from './part.ts';

/** How what comes out of a model is compared with what should: all that the rest of the library knows of it. */
export interface Loss extends Part {
  /** What the kernels compute of each output and its target. */
  readonly kernel: ElementLoss;
  /**
   * What an element's value counts in the loss of a model with a Gaussian code, so that the sum over an example's elements is minus a log-likelihood
   * in nats, but for a constant. Without such a code the loss is the mean over the elements.
   */
  readonly nats: number;
  /** The logarithm of what e^−loss of an element integrates to, so that the loss and it are minus a log-density; undefined where that is not known. */
  readonly logPartition?: number;
  /** Of a loss of the cells of tables: how many outputs a model has for all columns, and how the loss is recorded, in the place of `kernel`. */
  readonly ofCells?: {
    readonly outputs: number;
    /** Sums over parts of each row, [rows, parts]: of the mean over its cells, or of their sum. */
    rows(tape: Tape, y: Tensor, x: Tensor, state: Tensor, mean: boolean): Tensor;
    /** What each cell counts, [rows, columns]. */
    elements(tape: Tape, y: Tensor, x: Tensor, state: Tensor): Tensor;
  };
  /** Whether targets and outputs are probabilities: the kernel takes the logits of a last sigmoid, and `minMax` keeps data within [0, 1]. */
  readonly probabilities: boolean;
  /** @throws OptionError where data that were normalised so are none for it */
  checkNormalize?(normalize: Normalize): void;
  /** @throws OptionError where a decoder's last layer has the wrong activation; undefined: it has none */
  checkDecoder?(lastActivation: string | undefined): void;
  /** @throws DataError where it cannot work on such data; it is not asked where they are normalised */
  checkData?(data: Dataset): void;
  /** The loss of an inner stage of `pretrain`, whose targets end in one activation and whose outputs end in another. */
  inner(targets: string | undefined, outputs: string | undefined): Loss;
  /** Does what has to be done before it is used. @throws OptionError where a compiler refuses it; DeviceLostError */
  prepare?(gpu: Gpu): Promise<void>;
}

/** What most losses have in common: they take any numbers, in any layer. */
export const plain = {
  nats: 1,
  probabilities: false,
  inner(this: Loss) {
    return this;
  },
};

/** (y − x)². With a Gaussian code ½ (y − x)², of N(y, 1). */
const mse = (): Loss => ({
  ...plain,
  name: 'mse',
  args: [],
  kernel: 'mse',
  nats: 0.5,
  logPartition: 0.5 * Math.log(2 * Math.PI),
});

/** −x log y − (1 − x) log(1 − y), from the logits of a last sigmoid. */
const bce = (): Loss => ({
  ...plain,
  name: 'bce',
  args: [],
  kernel: 'bce',
  // Of values that are 0 or 1.
  logPartition: 0,
  probabilities: true,
  checkNormalize({ name }) {
    if (name === 'standardize')
      throw new OptionError(
        "autoencoder: loss 'bce' takes data for probabilities, which standardize() makes of none; take minMax()",
      );
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

/** |y − x|, with slope 0 where they are equal. With a Gaussian code it is of Laplace's distribution of scale 1. */
const mae = (): Loss => ({ ...plain, name: 'mae', args: [], kernel: 'mae', logPartition: Math.LN2 });

/**
 * Huber's loss (Huber 1964), as PyTorch's HuberLoss: ½ (y − x)² for an element that is off by at most `delta`, delta (|y − x| − ½ delta) beyond. Its
 * slope is never above delta, so that single values that are far off do not decide. `loss: 'huber'` is `huber({ delta: 1 })`.
 * @throws OptionError
 */
export function huber(options: { delta?: number } = {}): Loss {
  checkOptions('huber', options, ['delta']);
  const { delta = 1 } = options;
  checkNumber('huber: delta', delta, { above: 0 });
  return { ...plain, name: 'huber', args: [{ delta }], kernel: { kind: 'huber', delta } };
}

/**
 * A loss of one's own: what one element adds, and its derivative by the output, as WGSL expressions of the output `y` and its target `x`, both f32.
 * Besides WGSL's functions, which some adapters compute only roughly, there are `accurate_exp`, `accurate_tanh`, `expm1`, `sigmoid`, `softplus` and,
 * for values in [0, 1], `log1p`. Whether the derivative is that of the expression is not checked. With a Gaussian code the expression is taken for
 * minus a log-likelihood in nats. Files keep the name alone: `loadAutoencoder` has to be given the loss again.
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
    // What a stage inside has to reconstruct may lie where the formula has no value.
    inner: mse,
    prepare: (gpu) => compileFormula(gpu, kernel),
  };
}

/** A loss by its name, with its defaults. */
export type LossName = 'bce' | 'mse' | 'mae' | 'huber';
const words: Record<LossName, () => Loss> = { bce, mse, mae, huber };

/** A loss, also one given by its name. @throws OptionError for what is no loss */
export function asLoss(where: string, given: unknown): Loss {
  if (typeof given === 'string' && Object.hasOwn(words, given)) return words[given as LossName]();
  const { name, args, kernel, inner } = (given ?? {}) as Partial<Loss>;
  if (typeof name === 'string' && Array.isArray(args) && kernel && typeof inner === 'function') return given as Loss;
  const names = Object.keys(words).map((word) => `'${word}'`);
  throw new OptionError(`${where} is ${names.join(', ')}, or what huber or elementwise returns, not ${shown(given)}`);
}

/** As plain data: those without arguments by their names alone, a formula without its expressions, which a file must not bring along. */
export function writtenLoss(loss: Loss): string | Part {
  const { name, args } = loss;
  const formula = formulaName(loss);
  if (formula !== undefined) return { name, args: [formula] };
  return args.length ? { name, args } : name;
}

/** The name that a user gave a loss made by `elementwise`. A formula of the library's own comes back from the maker's name and arguments. */
export const formulaName = ({ name, kernel }: Loss): string | undefined =>
  name === 'elementwise' && typeof kernel === 'object' && 'wgsl' in kernel ? kernel.name : undefined;
