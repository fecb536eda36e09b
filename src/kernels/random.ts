import { noiseShader, randomShader, type Distribution, type Noise } from '../../shaders/random.ts';
import { checkNumber, checkOptions, checkWord } from '../runtime/options.ts';
import { streams } from '../runtime/random.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { quadsOf } from './shapes.ts';

export type { Distribution };

/** Where the random numbers of a step come from: the state says which step, `which` tells draws of one step apart. */
export interface Draws {
  readonly state: Tensor;
  readonly which: number;
}

/** What a kernel that draws for a batch has to be told. */
export const drawConstants = ({ which }: Draws) => ({ which, stream: streams.noise });

/** A probability in units of 2⁻³², as words of chance are compared with it. */
export const word = (probability: number): number => Math.min(2 ** 32 - 1, Math.round(probability * 2 ** 32));

/** For each value −1 or 1 by a fair coin. No gradient. */
export const randomSigns = (tape: Tape, shape: readonly number[], draws: Draws): Tensor =>
  noise(tape, 'signs', shape, draws);

/** For each value a number from N(0, stddev²), the same ones for the same step and `which`, [rows, …]. No gradient. */
export const normalNoise = (tape: Tape, shape: readonly number[], stddev: number, draws: Draws): Tensor =>
  noise(tape, 'normal', shape, draws, { offset: 0, scale: stddev });

/** For each value a number from low to high, the same ones for the same step and `which`, [rows, …]. No gradient. */
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
  /** Default 0. */
  seed?: number;
  /** Numbers of one stream have nothing to do with those of another. Default 0. */
  stream?: number;
  /** The same again: the numbers of each step are their own. Default 0. */
  step?: number;
  /** Of a 1, for `'bernoulli'`. Default 0.5. */
  probability?: number;
}

/**
 * Random numbers by Philox 4x32-10 (Salmon et al. 2011): the same for the same seed, stream and step, on every device.
 * `'uniform'` in [0, 1), `'normal'` of mean 0 and deviation 1, `'bernoulli'` 0 or 1. No gradient. Seed, stream and step are compiled in.
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
