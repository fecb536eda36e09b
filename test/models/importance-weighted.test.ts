import { describe, expect, it } from 'vitest';
import {
  adam, adversarial, autoencoder, dense, gaussian, minMax, mmd, OptionError, standardize, type AutoencoderSpec,
} from '../../src/index.ts'; // prettier-ignore
import { philox, streams } from '../../src/runtime/random.ts';
import { forward } from '../reference/layers.ts';
import { AdamByDifferences, batches, expectTwinLoss, expectTwins, inFloat64 } from '../support/by-differences.ts';
import { expectRefused } from '../support/error-of.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf, makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { batchOf } from '../support/ten-steps.ts';

const data = new Draw(7).floats(6 * 40, 0, 1);
const small = (changes: Partial<AutoencoderSpec> = {}, samples = 3): AutoencoderSpec => ({
  input: 6,
  encoder: [dense(4, 'tanh'), gaussian(2, { samples })],
  decoder: [dense(5, 'tanh'), dense(6)],
  loss: 'mse',
  ...changes,
});

/** ε of a unit of sample j of the example at a place of its epoch. */
function noise(seed: number, step: number, place: number, j: number, unit: number): number {
  const words = philox([j, place, step, 0], [seed, streams.noise]);
  const [u, v] = [words[unit & 2] >>> 8, words[(unit & 2) + 1] >>> 8].map((word) => word / 2 ** 24);
  return Math.sqrt(-2 * Math.log(u + 2 ** -25)) * (unit & 1 ? Math.sin(2 * Math.PI * v) : Math.cos(2 * Math.PI * v));
}

it('takes the first ten Adam steps of the bound of several samples as float64 does, to 1e-5', async () => {
  const [examples, batchSize, steps, seed, samples] = [11, 4, 10, 3, 3];
  const x11 = data.subarray(0, 6 * examples);
  const model = await makeModel(small({ seed }, samples));
  const weights = inFloat64(await model.weights());
  const history = await model.fit(x11, { steps, batchSize, optimizer: adam(1e-3) });
  const twin = new AdamByDifferences(weights);
  /** Sums over the examples of each epoch. */
  const epochs: { rows: number; reconstruction: number; kl: number }[] = [];
  for (const { which, step, epoch, position } of batches(examples, { batchSize, seed, steps })) {
    const x = batchOf(x11, [6], which);
    const terms = () => {
      const hidden = forward([dense(4, 'tanh')], 'encoder', weights, x);
      const heads = ['mean', 'logvar'].map((name) =>
        forward([dense(2)], 'head', { 'head.0.weight': weights[`encoder.1.${name}.weight`], 'head.0.bias': weights[`encoder.1.${name}.bias`] }, hidden).data,
      );
      const told = { bound: 0, reconstruction: 0, kl: 0 };
      for (let row = 0; row < x.rows; row++) {
        const a = Array.from({ length: samples }, (_, j) => {
          let ratio = 0;
          const z = Float64Array.from({ length: 2 }, (_, unit) => {
            const logvar = heads[1][2 * row + unit];
            const e = noise(seed, step, position + row, j, unit);
            const value = heads[0][2 * row + unit] + Math.exp(logvar / 2) * e;
            ratio += (e * e + logvar - value * value) / 2;
            return value;
          });
          const y = forward([dense(5, 'tanh'), dense(6)], 'decoder', weights, { data: z, rows: 1, shape: [2] }).data;
          const loss = y.reduce((sum, value, c) => sum + (value - x.data[6 * row + c]) ** 2 / 2, 0);
          told.reconstruction += loss / samples / x.rows;
          told.kl -= ratio / samples / x.rows;
          return ratio - loss;
        });
        told.bound -= Math.log(a.reduce((sum, value) => sum + Math.exp(value), 0) / samples) / x.rows;
      }
      return told;
    };
    const told = terms();
    expectTwinLoss(history.loss[step], told.bound, step);
    const sums = (epochs[epoch] ??= { rows: 0, reconstruction: 0, kl: 0 });
    sums.rows += x.rows;
    for (const name of ['reconstruction', 'kl'] as const) sums[name] += x.rows * told[name];
    twin.step(Object.keys(weights), () => terms().bound);
  }
  epochs.forEach(({ rows, reconstruction, kl }, epoch) => {
    expect(history.epochs[epoch].reconstruction / (reconstruction / rows)).toBeCloseTo(1, 5);
    expect(history.epochs[epoch].kl).toBeCloseTo(kl / rows, 5);
  });
  expectTwins(await model.weights(), weights);
}, 120_000); // prettier-ignore

it('evaluates a bound that rises with the number of samples', async () => {
  const first = await makeModel(small({}, 1));
  const weights = await first.weights();
  const bounds = [(await first.evaluate(data)).loss];
  for (const samples of [5, 200]) {
    const model = await makeModel(small({}, samples));
    model.setWeights(weights);
    bounds.push((await model.evaluate(data)).loss);
  }
  expect(bounds[1]).toBeLessThan(bounds[0]);
  expect(bounds[2]).toBeLessThan(bounds[1]);
});

describe('logLikelihood', () => {
  // Probabilistic PCA, whose density is known: x ~ N(b, W Wᵀ + I), with columns of W at right angles, so that the posterior has no covariances.
  const columns = [[1.2, 0.8, -0.4, 0.3], [-0.4, 0.6, 0.3, 0.4]]; // prettier-ignore
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const bias = [0.5, -0.2, 0.1, 0.9];
  const off = dot(columns[0], columns[1]) / dot(columns[0], columns[0]);
  columns[1] = columns[1].map((value, i) => value - off * columns[0][i]);
  const lengths = columns.map((column) => dot(column, column));
  const rows = new Draw(3).floats(4 * 30, -2, 2);

  /** log N(x; b, W Wᵀ + I), by the columns of W, which are the covariance's own directions. */
  const exact = (x: readonly number[]) => {
    const d = x.map((value, i) => value - bias[i]);
    const along = columns.map((column, k) => dot(column, d) ** 2 / (1 + lengths[k]));
    const logDeterminant = lengths.reduce((sum, length) => sum + Math.log1p(length), 0);
    return -0.5 * (4 * Math.log(2 * Math.PI) + logDeterminant + dot(d, d) - along[0] - along[1]);
  };

  async function principal(error: number, normalize?: AutoencoderSpec['normalize']) {
    const model = await makeModel({ input: 4, encoder: [gaussian(2)], decoder: [dense(4)], loss: 'mse', normalize });
    const inverse = columns.map((column, k) => column.map((value) => value / (1 + lengths[k])));
    const matrix = (values: number[], shape: number[]) => ({ data: Float32Array.from(values), shape });
    model.setWeights({
      'encoder.0.mean.weight': matrix(inverse.flat(), [2, 4]),
      'encoder.0.mean.bias': matrix(inverse.map((row) => error - dot(row, bias)), [2]),
      'encoder.0.logvar.weight': matrix(Array<number>(8).fill(0), [2, 4]),
      'encoder.0.logvar.bias': matrix(lengths.map((length) => error - Math.log1p(length)), [2]),
      'decoder.0.weight': matrix([0, 1, 2, 3].flatMap((i) => columns.map((column) => column[i])), [4, 2]),
      'decoder.0.bias': matrix(bias, [4]),
    });
    return model;
  } // prettier-ignore

  const wanted = Array.from({ length: 30 }, (_, row) => exact([...rows.subarray(4 * row, 4 * row + 4)]));

  it('equals the density of probabilistic PCA for any number of samples, if the encoder is the posterior', async () => {
    const model = await principal(0);
    for (const samples of [1, 7]) {
      const found = await model.logLikelihood(rows, { samples });
      found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 4));
    }
  });

  it('is within 0.1 nats of it with another encoder, and the same for the same seed', async () => {
    const model = await principal(0.3);
    const found = await model.logLikelihood(rows, { samples: 2000, seed: 4 });
    found.forEach((value, i) => expect(Math.abs(value - wanted[i])).toBeLessThan(0.1));
    const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
    expect(mean(await model.logLikelihood(rows, { samples: 1 }))).toBeLessThan(mean(wanted) - 0.02);
    expect(await model.logLikelihood(rows, { samples: 3, seed: 4 })).toEqual(
      await model.logLikelihood(rows, { samples: 3, seed: 4 }),
    );
  });

  it('is the density of the original data if they are normalised', async () => {
    const model = await principal(0, standardize());
    await model.fit(rows, { steps: 1, optimizer: adam(0) });
    const { mean, deviation } = moments();
    const found = await model.logLikelihood(rows, { samples: 2 });
    found.forEach((value, row) => {
      const x = bias.map((_, i) => (rows[4 * row + i] - mean[i]) / deviation[i]);
      expect(value).toBeCloseTo(exact(x) - deviation.reduce((sum, each) => sum + Math.log(each), 0), 4);
    });
  });

  function moments() {
    const of = (i: number, f: (value: number) => number) =>
      Array.from({ length: 30 }, (_, row) => f(rows[4 * row + i])).reduce((a, b) => a + b, 0) / 30;
    const mean = bias.map((_, i) => of(i, (value) => value));
    return { mean, deviation: bias.map((_, i) => Math.sqrt(of(i, (value) => (value - mean[i]) ** 2))) };
  }
});

it('refuses models without a bound of several samples, and losses that are not a density', async () => {
  const gpu = await sharedGpu();
  expect(() => gaussian(2, { samples: 0 })).toThrow(OptionError);
  expect(() => gaussian(2, { samples: 3, beta: 2 })).toThrow(/beta needs samples: 1/);
  for (const penalty of [mmd(1), adversarial([])])
    expect((await errorOf(autoencoder(gpu, small({ penalty })))).message).toMatch(/takes a Gaussian code of one sample, not of 3/);
  const models = {
    'needs a Gaussian code': small({ encoder: [dense(2)] }),
    'the loss huber defines no probability density': small({ loss: 'huber' }),
  };
  for (const [message, spec] of Object.entries(models)) {
    const model = await makeModel(spec);
    await expectRefused(OptionError, message, model.logLikelihood(data));
  }
  const model = await makeModel(small({ normalize: minMax() }));
  expect((await errorOf(model.logLikelihood(data, { samples: 0 }))).message).toMatch(/^logLikelihood: samples/);
}); // prettier-ignore
