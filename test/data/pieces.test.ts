import { describe, expect, it } from 'vitest';
import { autoencoder, dataset, dense, minMax, OutOfMemoryError, type Gpu } from '../../src/index.ts';
import { catchGpuErrors, sharedGpu, withSmallBuffers } from '../support/gpu.ts';
import { bits, errorOf } from '../support/model.ts';
import { Draw } from '../support/random.ts';

catchGpuErrors();

const [examples, limit] = [3000, 65536];

/** Everything that looks at a data set: training in a random order, on a view, with validation and a normalisation, and predicting. */
async function use(gpu: Gpu, data: Uint8Array | Float32Array, features: number) {
  const set = await dataset(gpu, data.slice(), { shape: [features] });
  const model = await autoencoder(gpu, { input: features, encoder: [dense(3, 'relu')], decoder: [dense(features)], loss: 'mse', normalize: minMax(), seed: 2 });
  const view = set.filter((_, i) => i % 7 !== 3);
  const { loss, validation } = await model.fit(view, { epochs: 2, batchSize: 32, validation: 0.2 });
  const { data: again } = await model.reconstruct(set);
  const result = { loss, validation, bits: await bits(model), again, pieces: set.storage.pieces.length };
  model.dispose();
  set.dispose();
  return result;
}

describe.each([
  ['floats', 12, (draw: Draw, count: number) => draw.floats(count, 0, 1)],
  ['floats in odd rows', 7, (draw: Draw, count: number) => draw.floats(count, -3, 5)],
  ['bytes', 64, (draw: Draw, count: number) => Uint8Array.from(draw.floats(count, 0, 255.99))],
  ['bytes in odd rows', 61, (draw: Draw, count: number) => Uint8Array.from(draw.floats(count, 0, 255.99))],
])('%s that do not fit into one buffer', (_, features, draw) => {
  it('train and come out with the same bits as those that do', async () => {
    const data = draw(new Draw(3), features * examples);
    const whole = await use(await sharedGpu(), data, features);
    const small = await withSmallBuffers(limit);
    const before = small.memory();
    const split = await use(small, data, features);
    expect(whole.pieces).toBe(1);
    expect(split.pieces).toBe(Math.ceil(examples / (Math.floor(limit / (features * data.BYTES_PER_ELEMENT) / 4) * 4)));
    expect(split.pieces).toBeGreaterThan(1);
    expect({ ...split, pieces: 1 }).toEqual(whole);
    expect(small.memory().bytes).toBe(before.bytes);
    small.close();
  });
});

it('an example that does not fit by itself is an OutOfMemoryError, and nothing is left', async () => {
  const gpu = await withSmallBuffers(limit);
  const error = await errorOf(dataset(gpu, new Float32Array(100_000), { shape: [25_000] }));
  expect(error).toBeInstanceOf(OutOfMemoryError);
  expect(gpu.memory().bytes).toBe(0);
  gpu.close();
});
