import { expect, it } from 'vitest';
import {
  classifier,
  DataError,
  dataset,
  dense,
  flatten,
  gaussian,
  jigsaw,
  loadAutoencoder,
  standardize,
} from '../../src/index.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf, makeModel } from '../support/model.ts';

const make = (normalize = false) =>
  makeModel({
    input: 4,
    encoder: [dense(2)],
    decoder: [dense(4)],
    loss: 'mse',
    ...(normalize && { normalize: standardize() }),
  });
const floats = Float32Array.from({ length: 40 }, (_, i) => (i * 37) % 101);
const bytes = Uint8Array.from(floats);

it('data without the scale of training are refused by every method, until a scale is given', async () => {
  const gpu = await sharedGpu();
  const model = await make();
  const trained = forThisTest(await dataset(gpu, floats, { shape: [4], scale: 0.01 }));
  await model.fit(trained, { steps: 1 });
  const loaded = forThisTest(await loadAutoencoder(gpu, await model.save()));
  const plain = forThisTest(await dataset(gpu, floats, { shape: [4] }));
  const one = floats.slice(0, 4);
  for (const each of [model, loaded]) {
    const calls: [string, () => Promise<unknown>][] = [
      ['encoder.predict', () => each.encode(floats)],
      ['encoder.predict', () => each.encode(plain)],
      ['encoder.predict', () => each.encode({ data: floats, shape: [10, 4] })],
      ['reconstruct', () => each.reconstruct(floats)],
      ['errors', () => each.errors(floats)],
      ['evaluate', () => each.evaluate(floats)],
      ['interpolate: from', () => each.interpolate(one, one, 2)],
      ['traverse', () => each.traverse(one, 0, [1])],
      ['fit', () => each.fit(floats, { steps: 1 })],
    ];
    for (const [where, call] of calls) {
      const error = await errorOf(call());
      expect(error, where).toBeInstanceOf(DataError);
      expect(error.message).toBe(
        `${where}: the model was trained on floats with a scale of 0.01, values up to 1; these are floats with a scale of 1, values up to ${error.message.includes('interpolate') || error.message.includes('traverse') ? 74 : 100}: set the scale with dataset(gpu, data, { scale })`,
      );
    }
    const codes = await each.encode(trained);
    const own = forThisTest(await dataset(gpu, floats.map((value) => value * Math.fround(0.01)), { shape: [4], scale: 1 })); // prettier-ignore
    expect((await each.encode(own)).data).toEqual(codes.data);
    // Codes are no data.
    expect((await each.decode(codes.data)).shape).toEqual([10, 4]);
  }
  const linear = forThisTest(await classifier(gpu, { encoder: model.encoder, classes: 2 }));
  const labels = Array.from({ length: 10 }, (_, i) => i % 2);
  expect(await errorOf(linear.fit(floats, labels, { steps: 1 }))).toBeInstanceOf(DataError);
  await linear.fit(trained, labels, { steps: 1 });
  expect(await errorOf(linear.predict(floats))).toBeInstanceOf(DataError);
});

it('a model of bytes refuses floats far beyond 1, but not floats of images, and a model of such floats refuses bytes', async () => {
  const model = await make();
  await model.fit(bytes, { steps: 1 });
  expect((await errorOf(model.encode(floats))).message).toContain(
    'the model was trained on bytes with a scale of 1/255, values up to 0.39215686274509803; these are floats with a scale of 1, values up to 100',
  );
  const { data } = await model.encode(bytes);
  const scaled = await model.encode(Float32Array.from(bytes, (value) => Math.fround(value * Math.fround(1 / 255))));
  expect(scaled.data).toEqual(data);
  const table = await make(true);
  await table.fit(floats, { steps: 1 });
  expect(await errorOf(table.errors(bytes))).toBeInstanceOf(DataError);
  expect((await table.errors(floats)).length).toBe(10);
});

it('pretraining counts as training', async () => {
  const gpu = await sharedGpu();
  const model = await make();
  const trained = forThisTest(await dataset(gpu, floats, { shape: [4], scale: 0.01 }));
  await model.pretrain(trained, { steps: 1 });
  expect(await errorOf(model.encode(floats))).toBeInstanceOf(DataError);
});

it('tiles of a puzzle are accepted unscaled, and images are not', async () => {
  const gpu = await sharedGpu();
  const spec = { input: [8, 8, 1], tiles: 2, permutations: 2, encoder: [flatten(), dense(2)], head: [] } as const;
  const model = forThisTest(await jigsaw(gpu, { ...spec, input: [8, 8, 1], encoder: [...spec.encoder], head: [] }));
  const images = Float32Array.from({ length: 4 * 64 }, (_, i) => (i * 37) % 101);
  const set = forThisTest(await dataset(gpu, images, { shape: [8, 8, 1], scale: 0.01 }));
  await model.fit(set, { steps: 1 });
  expect(await errorOf(model.solve(images))).toBeInstanceOf(DataError);
  const { tiles } = await model.solve(set);
  const [, , ...tile] = tiles.shape;
  expect((await model.encode({ data: tiles.data, shape: [16, ...tile] })).shape).toEqual([16, 2]);
});

it('a Gaussian code of unscaled data, whose log-variances run away, still trains', async () => {
  const model = await makeModel({
    input: 4,
    encoder: [dense(8, 'relu'), gaussian(2)],
    decoder: [dense(4)],
    loss: 'mse',
  });
  const data = floats.map((value) => 1e3 * value);
  const { logvar } = await model.posterior(data);
  expect(logvar.data).toContain(20);
  expect(logvar.data).toContain(-30);
  const { loss } = await model.fit(data, { epochs: 20, batchSize: 5 });
  expect(loss.every(Number.isFinite)).toBe(true);
  expect(loss.at(-1)).toBeLessThan(loss[0]);
  const found = await model.posterior(data);
  expect([...found.logvar.data].every((value) => value >= -30 && value <= 20)).toBe(true);
});
