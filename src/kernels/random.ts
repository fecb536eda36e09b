import { noiseShader, randomShader, type Distribution, type Noise } from '../../shaders/random.ts';
import { checkNumber, checkOptions, checkWord } from '../runtime/options.ts';
import { streams } from '../runtime/random.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { quadsOf } from './shapes.ts';

export type { Distribution };

/**
 * The source of a step's random numbers: the state determines the step, and `which` separates several draws of a step.
 */
export interface Draws {
  readonly state: Tensor;
  readonly which: number;
}

/** The constants of a kernel that draws for a batch. */
export const drawConstants = ({ which }: Draws) => ({ which, stream: streams.noise });

/** A probability in units of 2⁻³², for comparison with random words. */
export const word = (probability: number): number => Math.min(2 ** 32 - 1, Math.round(probability * 2 ** 32));

/** Draws −1 or 1 with equal chances for each value. No gradient. */
export const randomSigns = (tape: Tape, shape: readonly number[], draws: Draws): Tensor =>
  noise(tape, 'signs', shape, draws);

/** Draws from N(0, stddev²) for each value, the same for the same step and `which`, [rows, …]. No gradient. */
export const normalNoise = (tape: Tape, shape: readonly number[], stddev: number, draws: Draws): Tensor =>
  noise(tape, 'normal', shape, draws, { offset: 0, scale: stddev });

/**
 * Draws uniformly between low and high for each value, the same for the same step and `which`, [rows, …]. No gradient.
 */
export const uniformNoise = (tape: Tape, shape: readonly number[], low: number, high: number, draws: Draws): Tensor =>
  noise(tape, 'uniform', shape, draws, { offset: low, scale: high - low });

function noise(tape: Tape, kind: Noise, shape: readonly number[], draws: Draws, range = {}): Tensor {
  const y = tape.tensor(shape, 'f32', kind);
  const rows = shape[0];
  const columns = y.size / rows;
  tape.run(
    noiseShader(kind),
    { state: draws.state, y },
    { constants: { rows, columns, ...range, ...drawConstants(draws) }, threads: rows * Math.ceil(columns / 4) },
  );
  return y;
}

/** Options of `random`. */
export interface RandomOptions {
  /** The seed. Default 0. */
  seed?: number;
  /** The stream; streams are independent. Default 0. */
  stream?: number;
  /** The step; the numbers of each step are independent. Default 0. */
  step?: number;
  /** The probability of a 1, for `'bernoulli'`. Default 0.5. */
  probability?: number;
}

/**
 * Draws random numbers by Philox 4x32-10 (Salmon et al. 2011), the same for the same seed, stream and step on every
 * device. `'uniform'` is in [0, 1), `'normal'` has mean 0 and deviation 1, `'bernoulli'` is 0 or 1. No gradient. Seed,
 * stream and step are compiled in.
 * @throws OptionError
 */
export function random(
  tape: Tape,
  shape: readonly number[],
  distribution: Distribution,
  options: RandomOptions = {},
): Tensor {
  checkOptions('random', options, ['seed', 'stream', 'step', 'probability']);
  checkWord('random: the distribution', distribution, ['uniform', 'normal', 'bernoulli']);
  const { seed = 0, stream = 0, step = 0, probability = 0.5 } = options;
  for (const [name, value] of Object.entries({ seed, stream, step }))
    checkNumber(`random: ${name}`, value, { least: 0, most: 2 ** 32 - 1, whole: true });
  const threshold = word(checkNumber('random: probability', probability, { least: 0, most: 1 }));
  const y = tape.tensor(shape, 'f32', distribution);
  const constants = { quads: quadsOf(y), seed, stream, step, ...(distribution === 'bernoulli' && { threshold }) };
  tape.run(randomShader(distribution), { y }, { constants, threads: quadsOf(y) });
  return y;
}
