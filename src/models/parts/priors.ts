import { OptionError } from '../../errors.ts';
import { onDemand } from '../../runtime/on-demand.ts';
import { checkNumber, checkOptions, shown } from '../../runtime/options.ts';
import { normals, streams, uniforms } from '../../runtime/random.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Pass } from '../training/pass.ts';
import type { Part } from './part.ts';

const randomNumbers = onDemand(() => import('../../kernels/random.ts'));

/**
 * The distribution that codes are pulled to, and that a generator's codes are drawn from. `normal` and `uniform` make
 * it.
 */
export interface Prior extends Part {
  /** The name of its maker. */
  readonly name: 'normal' | 'uniform';
  /** The variance of each number of a code. */
  readonly variance: number;
  /** Records draws for a batch, new in each step. */
  record(pass: Pass, shape: readonly number[]): Tensor;
  /** Draws codes on the host. `which` separates this set of draws from the others of a seed. */
  draw(count: number, seed: number, which: number): Float32Array;
}

/**
 * The normal distribution N(0, stddev² I), by default with stddev 1.
 * @param options `stddev`: the standard deviation; default 1
 * @example
 * ```ts
 * import { mmd, normal } from 'latentgpu';
 *
 * const penalty = mmd(0.05, { prior: normal({ stddev: 2 }) });
 * ```
 * @throws OptionError
 */
export function normal(options: { stddev?: number } = {}): Prior {
  checkOptions('normal', options, ['stddev']);
  const { stddev = 1 } = options;
  checkNumber('normal: stddev', stddev, { above: 0 });
  return {
    name: 'normal',
    args: [{ stddev }],
    variance: stddev ** 2,
    prepare: randomNumbers.prepare,
    record: (pass, shape) => randomNumbers().normalNoise(pass.tape, shape, stddev, pass.draws()),
    draw: (count, seed, which) => normals(count, seed, streams.samples, which).map((value) => stddev * value),
  };
}

/**
 * The uniform distribution: each number of a code lies between `low` and `high`, independently; by default between −1
 * and 1.
 * @param options `low` and `high`: the bounds; default −1 and 1
 * @example
 * ```ts
 * import { adversarial, dense, uniform } from 'latentgpu';
 *
 * const penalty = adversarial([dense(128, 'relu')], { prior: uniform({ low: 0, high: 1 }) });
 * ```
 * @throws OptionError
 */
export function uniform(options: { low?: number; high?: number } = {}): Prior {
  checkOptions('uniform', options, ['low', 'high']);
  const { low = -1, high = 1 } = options;
  checkNumber('uniform: low', low);
  checkNumber('uniform: high', high, { above: low });
  return {
    name: 'uniform',
    args: [{ low, high }],
    variance: (high - low) ** 2 / 12,
    prepare: randomNumbers.prepare,
    record: (pass, shape) => randomNumbers().uniformNoise(pass.tape, shape, low, high, pass.draws()),
    draw: (count, seed, which) =>
      uniforms(count, seed, streams.samples, which).map((value) => low + (high - low) * value),
  };
}

/** Checks a prior. @throws OptionError for anything that neither `normal` nor `uniform` made */
export function checkPrior(where: string, prior: Prior): Prior {
  if (typeof prior?.record !== 'function' || typeof prior.draw !== 'function')
    throw new OptionError(`${where}: the prior must be made by normal or uniform, not ${shown(prior)}`);
  return prior;
}
