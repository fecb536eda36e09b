import { describe, expect, it } from 'vitest';
import {
  adam, autoencoder, conv2d, DataError, dense, loadAutoencoder, OptionError, sgd, ShapeError, vectorQuantizer, type AutoencoderSpec, type Matrix,
} from '../../src/index.ts'; // prettier-ignore
import { philox, streams } from '../../src/runtime/random.ts';
import { forward } from '../reference/layers.ts';
import { countsOf, entriesAt, moved, nearest, perplexity } from '../reference/vector-quantizer.ts';
import { AdamByDifferences, batches, expectTwinLoss, expectTwins, inFloat64 } from '../support/by-differences.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { expectTheStepBefore } from '../support/lasting.ts';
import { errorOf, makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { batchOf } from '../support/ten-steps.ts';

const data = new Draw(7).floats(6 * 20, 0, 1);
const small = (changes: Partial<AutoencoderSpec> = {}): AutoencoderSpec => ({
  input: 6,
  encoder: [dense(3), vectorQuantizer(5)],
  decoder: [dense(6)],
  loss: 'mse',
  ...changes,
});
/** Both networks look at each place by itself. */
const image = (): AutoencoderSpec => ({
  input: [2, 3, 4],
  encoder: [conv2d(3, 1), vectorQuantizer(7)],
  decoder: [conv2d(4, 1)],
  loss: 'mse',
});
const images = new Draw(8).floats(24 * 10, 0, 1);

/** Ten steps beside float64, where the encoder's choices are held while weights are moved: the straight-through estimator as an exact gradient. */
async function expectTenSteps(decay: number | false): Promise<void> {
  const [examples, batchSize, steps, seed, commitment, columns] = [11, 4, 10, 3, 0.6, 3];
  const encoder = [dense(4, 'tanh'), dense(columns)];
  const decoder = [dense(6)];
  const x11 = data.subarray(0, 6 * examples);
  const model = await makeModel(small({ encoder: [...encoder, vectorQuantizer(4, { commitment, decay })], decoder, seed }));
  const weights = inFloat64(await model.weights());
  const book = 'encoder.2.codebook';
  const history = await model.fit(x11, { steps, batchSize, optimizer: adam(1e-3) });
  const trained = Object.keys(weights).filter((name) => /weight|bias/.test(name) || (decay === false && name === book));
  const twin = new AdamByDifferences(weights);
  /** Sums over the examples of each epoch. */
  const epochs: { rows: number; commitment: number; codebook: number; perplexity: number }[] = [];
  for (const { which, step, epoch } of batches(examples, { batchSize, seed, steps })) {
    const x = batchOf(x11, [6], which);
    const encode = () => forward(encoder, 'encoder', weights, x);
    const z = encode();
    const at = nearest(z.data, weights[book], columns);
    const held = entriesAt(weights[book], at, columns);
    const square = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a, (value, i) => (value - b[i]) ** 2).reduce((p, q) => p + q, 0) / a.length;
    const terms = () => {
      const code = encode();
      const through = code.data.map((value, i) => held[i] + (value - z.data[i]));
      return {
        reconstruction: square(forward(decoder, 'decoder', weights, { ...code, data: through }).data, x.data),
        commitment: square(code.data, held),
        codebook: decay === false ? square(entriesAt(weights[book], at, columns), z.data) : 0,
      };
    };
    const lossOf = () => {
      const { reconstruction, commitment: pulled, codebook } = terms();
      return reconstruction + commitment * pulled + codebook;
    };
    expectTwinLoss(history.loss[step], lossOf(), step);
    const told = { ...terms(), perplexity: perplexity(countsOf(at, 4)) };
    const sums = (epochs[epoch] ??= { rows: 0, commitment: 0, codebook: 0, perplexity: 0 });
    sums.rows += x.rows;
    for (const name of ['commitment', 'codebook', 'perplexity'] as const) sums[name] += x.rows * told[name];
    twin.step(trained, lossOf);
    if (decay !== false) {
      const names = { clusterSize: 'encoder.2.cluster_size', clusterSum: 'encoder.2.cluster_sum' };
      const before = { codebook: weights[book], clusterSize: weights[names.clusterSize], clusterSum: weights[names.clusterSum] };
      const offset = philox([0, 0, step, 0], [seed, streams.noise])[0] % x.rows;
      const after = moved(before, z.data, at, columns, decay, offset);
      Object.assign(weights, { [book]: after.codebook, [names.clusterSize]: after.clusterSize, [names.clusterSum]: after.clusterSum });
    }
  }
  epochs.forEach(({ rows, ...sums }, epoch) => {
    const { commitment: pulled, codebook, perplexity: uses } = history.epochs[epoch];
    expect(pulled! / (sums.commitment / rows), `commitment of epoch ${epoch}`).toBeCloseTo(1, 4);
    expect(uses).toBeCloseTo(sums.perplexity / rows, 5);
    if (decay === false) expect(codebook! / (sums.codebook / rows)).toBeCloseTo(1, 4);
    else expect(codebook).toBeUndefined();
  });
  expectTwins(await model.weights(), weights);
} // prettier-ignore

it.each([0.9, 0.5, false] as const)(
  'takes the first ten Adam steps as float64 does, to 1e-5, with decay %s',
  expectTenSteps,
  120_000,
);

describe('a code of places', () => {
  it('consists of entries of the codebook, and decodes from their numbers', async () => {
    const model = await makeModel(image());
    await model.fit(images, { epochs: 3, batchSize: 4 });
    const { data: codes, shape } = await model.encode(images);
    const indices = await model.indices(images);
    expect(shape).toEqual([10, 2, 3, 3]);
    expect(indices.shape).toEqual([10, 2, 3]);
    const { data: codebook } = (await model.weights())['encoder.1.codebook'];
    expect([...codes]).toEqual(entriesAt(codebook, [...indices.data], 3));
    expect((await model.decode(indices)).data).toEqual((await model.reconstruct(images)).data);
  });

  it('samples by the frequencies of entries at each place, also from a file', async () => {
    const gpu = await sharedGpu();
    const model = await makeModel(image());
    await model.fit(images, { epochs: 3, batchSize: 4 });
    expect((await errorOf(model.sample(3))).message).toMatch(/call fitSampler/);
    const { data: taken } = await model.indices(images);
    const counts = Array.from({ length: 6 }, (_, place) => countsOf([...taken].filter((_, i) => i % 6 === place), 7));
    const wanted = counts.flat().reduce((sum, n) => sum + (n && n * Math.log(n / 10)), 0) / 10;
    const { logLikelihood } = await model.fitSampler(images);
    expect(logLikelihood).toBeCloseTo(wanted, 5);
    const samples = await model.sample(64, { seed: 5 });
    const { data: drawn } = await model.sample(64, { seed: 5 });
    expect(samples.data).toEqual(drawn);
    // Each place holds what the decoder makes of an entry that it takes.
    const { data: decoded } = await model.decode({ data: Uint32Array.from({ length: 7 * 6 }, (_, i) => Math.floor(i / 6)), shape: [7, 2, 3] });
    const patch = (values: Float32Array, image: number, place: number) =>
      values.subarray(image * 24 + place * 4, image * 24 + place * 4 + 4).join();
    for (let image = 0; image < 64; image++)
      for (let place = 0; place < 6; place++) {
        const of = Array.from({ length: 7 }, (_, k) => k).filter((k) => patch(decoded, k, place) === patch(samples.data, image, place));
        expect(of.some((k) => counts[place][k] > 0)).toBe(true);
      }
    const loaded = forThisTest(await loadAutoencoder(gpu, await model.save()));
    expect((await loaded.sample(64, { seed: 5 })).data).toEqual(samples.data);
  });

  it.each<[string, Matrix | object, new (...args: never[]) => Error, RegExp]>([
    ['an index past the codebook', { data: Uint32Array.of(0, 1, 7, 2, 3, 4), shape: [1, 2, 3] }, DataError, /^decode: index 7 of example 0 is not below 7/],
    ['another shape', { data: new Uint32Array(6), shape: [1, 6] }, ShapeError, /^decode: indices of this code must be \[examples, 2, 3\], not \[1, 6\]/],
    ['nothing', { data: new Uint32Array(0), shape: [0, 2, 3] }, ShapeError, /^decode: indices/],
  ])('refuses indices with %s', async (_, indices, kind, message) => {
    const model = await makeModel(image());
    await expectRefused(kind, message, model.decode(indices as Matrix));
  });
}); // prettier-ignore

it('treats a flat code as one vector, whose index has no places', async () => {
  const model = await makeModel(small());
  expect((await model.indices(data)).shape).toEqual([20]);
});

it('starts the entries from the first batch, and keeps most of them in use', async () => {
  const model = await makeModel(small({ encoder: [dense(3), vectorQuantizer(8)] }));
  const before = (await model.encode(data.subarray(0, 6 * 20))).data;
  expect(new Set((await model.indices(data)).data).size).toBeLessThan(8);
  await model.fit(data, { steps: 1, batchSize: 20, optimizer: sgd(1e-9) });
  expect(before.length).toBe(60);
  expect(new Set((await model.indices(data)).data).size).toBe(8);
  const { perplexity: found } = await model.evaluate(data);
  const { data: taken } = await model.indices(data);
  expect(found).toBeCloseTo(perplexity(countsOf([...taken], 8)), 5);
});

it('keeps the codebook of the step before a divergence', async () => {
  await expectTheStepBefore(() => makeModel(small()), data, { epochs: 9 });
});

it('refuses invalid arguments', async () => {
  const gpu = await sharedGpu();
  expect(() => vectorQuantizer(0)).toThrow(OptionError);
  for (const decay of [1, -0.1, true, '0.9'] as never[]) expect(() => vectorQuantizer(4, { decay })).toThrow(OptionError);
  const inner = await errorOf(autoencoder(gpu, small({ encoder: [vectorQuantizer(4), dense(3)] })));
  expect(inner.message).toMatch(/vectorQuantizer is the code/);
  const model = await makeModel(small({ encoder: [dense(3)] }));
  for (const ask of [() => model.indices(data), () => model.decode({ data: new Uint32Array(1), shape: [1] })])
    expect((await errorOf(ask())).message).toMatch(/needs a quantised code: an encoder whose last layer is vectorQuantizer/);
  const quantised = await makeModel(small());
  for (const [shape, words] of [[undefined, /\[examples\], not undefined/], [[2], /\[examples\], not \[2\]/]] as const)
    await expectRefused(ShapeError, words, quantised.decode({ data: new Uint32Array(1), shape } as never));
  expect((await errorOf(quantised.fitSampler(data, { components: 3 }))).message).toMatch(/components and iterations are for codes of numbers/);
}); // prettier-ignore
