import { afterEach, describe, expect, it, vi } from 'vitest';
import { autoencoder, dataset, dense, minMax, type Gpu } from '../../src/index.ts';
import { expectClose } from '../support/close.ts';
import { sharedGpu, withSmallBuffers } from '../support/gpu.ts';
import { bits } from '../support/model.ts';
import { Draw } from '../support/random.ts';

afterEach(() => void vi.restoreAllMocks());

const [examples, limit] = [3000, 65536];

/** Everything that looks at a data set: training in a random order, on a view, with validation and a normalisation, and predicting. */
async function use(gpu: Gpu, data: Uint8Array | Float32Array, features: number, deviceBytes?: number) {
  const set = await dataset(gpu, data.slice(), { shape: [features], deviceBytes });
  const model = await autoencoder(gpu, {
    input: features,
    encoder: [dense(3, 'relu')],
    decoder: [dense(features)],
    loss: 'mse',
    normalize: minMax(),
    seed: 2,
  });
  const view = set.filter((_, i) => i % 7 !== 3);
  const { loss, validation } = await model.fit(view, { epochs: 2, batchSize: 32, validation: 0.2 });
  const { data: again } = await model.reconstruct(set);
  const result = { loss, validation, bits: await bits(model), again, pieces: set.storage.pieces.length };
  model.dispose();
  set.dispose();
  return result;
}

const kinds: [string, number, (draw: Draw, count: number) => Float32Array | Uint8Array][] = [
  ['floats', 12, (draw, count) => draw.floats(count, 0, 1)],
  ['floats in odd rows', 7, (draw, count) => draw.floats(count, -3, 5)],
  ['bytes', 64, (draw, count) => Uint8Array.from(draw.floats(count, 0, 255.99))],
  ['bytes in odd rows', 61, (draw, count) => Uint8Array.from(draw.floats(count, 0, 255.99))],
];

describe.each(kinds)('%s that do not fit into one buffer', (_, features, draw) => {
  it('train to the same bits as data sets that do, with the same results', async () => {
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

describe.each(kinds)('%s that are streamed', (_, features, draw) => {
  // Halves of the window of one batch, of some, and of all but a few examples; all cut the epoch somewhere else.
  it.each([64, 500, 2900])('give the same bits as data on the device, %i examples at a time', async (atATime) => {
    const gpu = await sharedGpu();
    const data = draw(new Draw(3), features * examples);
    const deviceBytes = atATime * features * data.BYTES_PER_ELEMENT;
    const whole = await use(gpu, data, features);
    const before = gpu.memory();
    const streamed = await use(gpu, data, features, deviceBytes);
    expect(streamed.pieces).toBe(0);
    const { validation, ...trained } = streamed;
    const { validation: expected, ...others } = whole;
    expect({ ...trained, pieces: 1 }).toEqual(others);
    // Where fewer examples fit into the window than are measured at a time elsewhere, they are added up in other batches.
    expectClose(
      validation!.map(({ loss }) => loss),
      expected!.map(({ loss }) => loss),
      1e-6,
    );
    expect(gpu.memory().bytes).toBe(before.bytes);
  });
});
