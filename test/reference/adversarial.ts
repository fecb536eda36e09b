import type { ActivationName } from '../../src/kernels/activation.ts';
import { activations } from './activation.ts';
import { losses } from './loss.ts';
import { drawnForBatch, normals, uniforms, type Take } from './random.ts';

/** Networks that are trained against each other, in float64, in plain loops: each loss as a function of all weights. */
export interface Game {
  /** Units of the code that a last, Gaussian layer of the encoder has; without it, the encoder's layers end in the code. */
  gaussian?: number;
  encoder: ActivationName[];
  decoder: ActivationName[];
  discriminator: ActivationName[];
  on: 'code' | 'output';
  /** How many of the discriminator's layers the reconstruction is compared behind; by its values without. */
  features?: number;
  weight: number;
  prior: { stddev: number } | { low: number; high: number };
}

export type Weights = Record<string, Float64Array>;

/** What random numbers of a step hang on. */
export interface Moment {
  seed: number;
  step: number;
  position: number;
}

/** The phase before the model's own draws other numbers. */
export const drawsOfAPhase = 2 ** 16;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

/** Values of a row, as the device draws them. */
const drawn = (take: Take, count: number, { seed, step, position }: Moment, which: number, row: number): number[] =>
  Array.from(drawnForBatch(take, 1, count, { seed, step, position: position + row, which }));

function affine(weights: Weights, name: string, x: readonly number[]): number[] {
  const [w, b] = [weights[`${name}.weight`], weights[`${name}.bias`]];
  return Array.from(b, (bias, unit) => x.reduce((total, value, i) => total + value * w[unit * x.length + i], bias));
}

const through = (weights: Weights, name: string, layers: readonly ActivationName[], x: readonly number[]): number[] =>
  layers.reduce((seen, activation, i) => affine(weights, `${name}.${i}`, seen).map(activations[activation].f), [...x]);

const logit = (game: Game, weights: Weights, x: readonly number[]): number =>
  through(weights, 'discriminator', [...game.discriminator, 'linear'], x)[0];

function encoded(game: Game, weights: Weights, x: ArrayLike<number>, moment: Moment, which: number, row: number) {
  const h = through(weights, 'encoder', game.encoder, Array.from(x));
  if (!game.gaussian) return { code: h, kl: undefined };
  const [mu, l] = ['mean', 'logvar'].map((head) => affine(weights, `encoder.${game.encoder.length}.${head}`, h));
  const noise = drawn(normals, game.gaussian, moment, which, row);
  return {
    code: mu.map((m, i) => m + Math.exp(l[i] / 2) * noise[i]),
    kl: 0.5 * sum(mu.map((m, i) => m * m + Math.expm1(l[i]) - l[i])),
  };
}

function priorOf({ prior }: Pick<Game, 'prior'>, size: number, moment: Moment, which: number, row: number): number[] {
  if ('stddev' in prior) return drawn(normals, size, moment, which, row).map((value) => prior.stddev * value);
  return drawn(uniforms, size, moment, which, row).map((value) => prior.low + (prior.high - prior.low) * value);
}

const real = (y: number): number => losses.bce(y, 1).loss;
const fake = (y: number): number => losses.bce(y, 0).loss;

/** What the autoencoder lowers, by squared errors. On the output, what the discriminator judges comes from codes of the `still` weights: they get no gradient from it. */
export function modelLoss(
  game: Game,
  weights: Weights,
  rows: readonly ArrayLike<number>[],
  moment: Moment,
  still: Weights = weights,
) {
  const decode = (code: readonly number[]) => through(weights, 'decoder', game.decoder, code);
  // What the discriminator sees stays as it is: it is not trained by it.
  const seen = (x: readonly number[]) =>
    through(weights, 'discriminator', game.discriminator.slice(0, game.features ?? 0), x);
  const all = rows.map((x, row) => {
    const { code, kl } = encoded(game, weights, x, moment, 0, row);
    const features = seen(Array.from(x));
    const factor = game.gaussian ? 0.5 : 1 / features.length;
    const reconstruction = factor * sum(seen(decode(code)).map((y, i) => (y - features[i]) ** 2));
    if (game.on === 'code') return { reconstruction, kl, adversary: real(logit(game, weights, code)) };
    const drawnCode = priorOf(game, code.length, moment, game.gaussian ? 1 : 0, row);
    const adversary =
      0.5 *
      (real(logit(game, weights, decode(encoded(game, still, x, moment, 0, row).code))) +
        real(logit(game, weights, decode(drawnCode))));
    return { reconstruction, kl, adversary };
  });
  const [reconstruction, kl, adversary] = (['reconstruction', 'kl', 'adversary'] as const).map((name) =>
    mean(all.map((each) => each[name] ?? 0)),
  );
  return { reconstruction, kl, adversary, loss: reconstruction + kl + game.weight * adversary };
}

/** What a GAN's two sides lower, with codes of `size` numbers. */
export function ganLosses(
  game: Pick<Game, 'discriminator' | 'prior'> & { generator: ActivationName[]; size: number },
  weights: Weights,
  rows: readonly ArrayLike<number>[],
  moment: Moment,
  first: number,
) {
  const judge = (x: readonly number[]) => through(weights, 'discriminator', [...game.discriminator, 'linear'], x)[0];
  const made = rows.map((_, row) =>
    through(weights, 'generator', game.generator, priorOf(game, game.size, moment, first, row)),
  );
  return {
    generator: mean(made.map((x) => real(judge(x)))),
    discriminator: 0.5 * (mean(rows.map((x) => real(judge(Array.from(x))))) + mean(made.map((x) => fake(judge(x))))),
  };
}

/** What the discriminator lowers. */
export function discriminatorLoss(
  game: Game,
  weights: Weights,
  rows: readonly ArrayLike<number>[],
  moment: Moment,
  first = drawsOfAPhase,
): number {
  const decode = (code: readonly number[]) => through(weights, 'decoder', game.decoder, code);
  const judge = (x: readonly number[]) => logit(game, weights, x);
  return mean(
    rows.map((x, row) => {
      const { code } = encoded(game, weights, x, moment, first, row);
      const drawnCode = priorOf(game, code.length, moment, first + (game.gaussian ? 1 : 0), row);
      if (game.on === 'code') return 0.5 * (real(judge(drawnCode)) + fake(judge(code)));
      return 0.5 * (real(judge(Array.from(x))) + 0.5 * (fake(judge(decode(code))) + fake(judge(decode(drawnCode)))));
    }),
  );
}
