import type { ActivationName } from '../../src/kernels/activation.ts';
import { philox, streams } from '../../src/runtime/random.ts';
import { activations } from './activation.ts';
import { losses } from './loss.ts';
import { normals, type Four } from './random.ts';

/** A member of the family in float64, in plain loops: its loss as a function of its weights. */
export interface Member {
  encoder: LayerOf[];
  /** Units of a Gaussian code behind the encoder's layers. */
  gaussian?: number;
  decoder: LayerOf[];
  loss: keyof typeof losses;
  tied?: boolean;
  corrupt?: { gaussianNoise?: number; maskNoise?: number; saltAndPepper?: number }[];
  penalty?: {
    contractive?: number;
    estimate?: boolean;
    stochasticContractive?: [weight: number, stddev: number];
    sparsity?: number;
    weightDecay?: number;
  }[];
}

export type LayerOf = [units: number, activation: ActivationName] | ['dropout', rate: number];
export type Weights = Record<string, Float64Array>;

export interface Parts {
  reconstruction: number;
  kl?: number;
  penalty?: number;
}

/** What random numbers of a step hang on. `position` is the place of the first row in its epoch. */
export interface Moment {
  seed: number;
  step: number;
  position: number;
  training: boolean;
}

const known = new Map<string, Four>();

/** Words for one value of a batch: the same as the device draws. Finite differences ask for them again and again. */
function word({ seed, step, position }: Moment, which: number, row: number, column: number): Four {
  const counter = [Math.floor(column / 4), position + row, step, which] as const;
  const key = `${counter.join()},${seed}`;
  const words = known.get(key) ?? philox(counter, [seed, streams.noise]);
  known.set(key, words);
  return words;
}

const normal = (moment: Moment, which: number, row: number, column: number): number =>
  normals(word(moment, which, row, column))[column % 4];

/** A forward pass of one row: outputs and slopes of each layer, with its mask where it drops. */
interface Trace {
  y: number[];
  jacobian: number[][] | undefined;
}

/** The mean loss of a batch of rows, in its parts. */
export function partsOf(member: Member, weights: Weights, rows: readonly ArrayLike<number>[], moment: Moment): Parts {
  let draws = 0;
  const next = () => draws++;
  const corruptions = moment.training
    ? (member.corrupt ?? []).map((corruption) => ({ corruption, which: next() }))
    : [];
  const corrupted = rows.map((x, row) =>
    corruptions.reduce(
      (seen, { corruption, which }) => corruptRow(corruption, seen, moment, which, row),
      Array.from(x),
    ),
  );

  const encode = drawn(member, member.encoder, 'encoder', weights, moment, next);
  const encodings = corrupted.map((x, row) => encode(x, row));
  let codes = encodings.map(({ y }) => y);
  let kl: number | undefined;
  if (member.gaussian !== undefined) {
    const which = next();
    const at = `encoder.${member.encoder.length}`;
    const heads = codes.map((h) =>
      ['mean', 'logvar'].map((head) => affine(weights[`${at}.${head}.weight`], weights[`${at}.${head}.bias`], h)),
    );
    kl = mean(heads.map(([mu, l]) => 0.5 * sum(mu.map((m, i) => m * m + Math.expm1(l[i]) - l[i]))));
    codes = heads.map(([mu, l], row) => mu.map((m, i) => m + Math.exp(l[i] / 2) * normal(moment, which, row, i)));
  }
  const decode = drawn(member, member.decoder, 'decoder', weights, moment, next, member.loss === 'bce');
  const term = losses[member.loss];
  const factor = member.gaussian === undefined ? 1 / rows[0].length : member.loss === 'mse' ? 0.5 : 1;
  const reconstruction = mean(
    codes.map((code, row) => factor * sum(decode(code, row).y.map((y, i) => term(y, rows[row][i]).loss))),
  );

  const penalties = (member.penalty ?? []).map(
    ({ contractive, estimate, stochasticContractive, sparsity, weightDecay }) => {
      if (contractive !== undefined && estimate) {
        const which = next();
        const signs = (row: number, units: number) =>
          Array.from({ length: units }, (_, i) => (word(moment, which, row, i)[i % 4] >>> 31 ? 1 : -1));
        return (
          contractive *
          mean(
            encodings.map(({ jacobian }, row) =>
              sum(transposed(jacobian!).map((column) => dot(column, signs(row, column.length)) ** 2)),
            ),
          )
        );
      }
      if (contractive !== undefined)
        return contractive * mean(encodings.map(({ jacobian }) => sum(jacobian!.flat().map((j) => j * j))));
      if (stochasticContractive) {
        const [weight, stddev] = stochasticContractive;
        const which = next();
        const nearby = drawn(member, member.encoder, 'encoder', weights, moment, next);
        return (
          weight *
          mean(
            corrupted.map((x, row) =>
              sum(
                nearby(
                  x.map((v, i) => v + stddev * normal(moment, which, row, i)),
                  row,
                ).y.map((h, j) => (h - codes[row][j]) ** 2),
              ),
            ),
          )
        );
      }
      if (sparsity !== undefined) return sparsity * mean(codes.map((code) => sum(code.map(Math.abs))));
      return (
        0.5 *
        weightDecay! *
        sum(
          Object.entries(weights).flatMap(([name, values]) =>
            name.endsWith('weight') ? Array.from(values, (w) => w * w) : [],
          ),
        )
      );
    },
  );
  return { reconstruction, ...(kl !== undefined && { kl }), ...(penalties.length && { penalty: sum(penalties) }) };
}

function corruptRow(
  { gaussianNoise, maskNoise, saltAndPepper }: NonNullable<Member['corrupt']>[number],
  x: number[],
  moment: Moment,
  which: number,
  row: number,
): number[] {
  return x.map((value, i) => {
    if (gaussianNoise !== undefined) return value + gaussianNoise * normal(moment, which, row, i);
    const chance = word(moment, which, row, i)[i % 4];
    const threshold = Math.round((maskNoise ?? saltAndPepper!) * 2 ** 32);
    if (chance >= threshold) return value;
    return saltAndPepper !== undefined && chance >= Math.floor(threshold / 2) ? 1 : 0;
  });
}

/** Layers as a function of a row; what they draw is numbered now. With `logits`, without the last activation. */
function drawn(
  member: Member,
  layers: readonly LayerOf[],
  part: 'encoder' | 'decoder',
  weights: Weights,
  moment: Moment,
  next: () => number,
  logits = false,
) {
  const which = layers.map(([kind]) => (kind === 'dropout' && moment.training ? next() : -1));
  return (x: number[], row: number): Trace => {
    let y = x;
    let jacobian: number[][] | undefined;
    layers.forEach((layer, l) => {
      if (layer[0] === 'dropout') {
        const [, rate] = layer;
        if (!moment.training) return;
        y = y.map((value, i) =>
          word(moment, which[l], row, i)[i % 4] < Math.round(rate * 2 ** 32) ? 0 : value / (1 - rate),
        );
        return;
      }
      const [units, activation] = layer;
      const w = weightOf(member, weights, part, l, units, y.length);
      const z = affine(w, weights[`${part}.${l}.bias`], y);
      const linear = logits && l === layers.length - 1;
      const matrix = Array.from({ length: units }, (_, j) => Array.from(w.subarray(j * y.length, (j + 1) * y.length)));
      const slopes = z.map((value) => (linear ? 1 : activations[activation].slope(value)));
      jacobian = (jacobian ? multiplied(matrix, jacobian) : matrix).map((line, j) =>
        line.map((value) => value * slopes[j]),
      );
      y = z.map((value) => (linear ? value : activations[activation].f(value)));
    });
    return { y, jacobian };
  };
}

/** A dense layer's weight, [units, inputs]; a tied one's is that of the layer it mirrors, transposed. */
function weightOf(
  member: Member,
  weights: Weights,
  part: string,
  l: number,
  units: number,
  inputs: number,
): Float64Array {
  if (!(member.tied && part === 'decoder')) return weights[`${part}.${l}.weight`];
  const source = weights[`encoder.${member.encoder.length - 1 - l}.weight`];
  return Float64Array.from({ length: units * inputs }, (_, i) => source[(i % inputs) * units + Math.floor(i / inputs)]);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const dot = (a: readonly number[], b: readonly number[]): number => sum(a.map((v, i) => v * b[i]));
const transposed = (m: readonly number[][]): number[][] => m[0].map((_, i) => m.map((line) => line[i]));
const multiplied = (a: readonly number[][], b: readonly number[][]): number[][] =>
  a.map((line) => transposed(b).map((column) => dot(line, column)));
const affine = (w: Float64Array, b: Float64Array, x: readonly number[]): number[] =>
  Array.from(b, (bias, j) => bias + sum(x.map((v, i) => v * w[j * x.length + i])));
