import { describe, expect, it } from 'vitest';
import {
  autoencoder,
  dense,
  downsample,
  flatten,
  OptionError,
  reshape,
  ShapeError,
  shuffleTiles,
  type Corruption,
} from '../../src/index.ts';
import { coarsen } from '../reference/resample.ts';
import { expectClose } from '../support/close.ts';
import { sharedGpu } from '../support/gpu.ts';
import { makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const model = (input: [number, number, number], corrupt: Corruption | Corruption[]) =>
  makeModel({
    input,
    encoder: [flatten(), dense(3)],
    decoder: [dense(input[0] * input[1] * input[2]), reshape(input)],
    loss: 'mse',
    corrupt,
  });

describe('downsample', () => {
  it.each([2, 4, [3, 1], [2, 4]] as const)(
    'by %j replaces boxes by their means, in an image of the same size',
    async (factor) => {
      const made = await model([9, 8, 2], downsample(factor));
      const data = new Draw(1).floats(5 * 144, 0, 1);
      const { data: seen, shape } = await made.corrupt(data);
      expect(shape).toEqual([5, 9, 8, 2]);
      expectClose(seen, coarsen(data, [9, 8, 2], factor), 1e-6);
      const { loss } = await made.fit(data, { steps: 3, batchSize: 2 });
      expect(loss).toHaveLength(3);
    },
  );
});

describe('shuffleTiles', () => {
  it('along one axis divides a sequence into stretches, in another order', async () => {
    const made = await model([12, 1, 2], shuffleTiles([4, 1]));
    const data = Float32Array.from({ length: 20 * 24 }, (_, i) => i);
    const { data: seen } = await made.corrupt(data);
    const stretches = (values: Float32Array, n: number) =>
      [0, 1, 2, 3].map((tile) => values.subarray(n * 24 + tile * 6, n * 24 + tile * 6 + 6).join());
    for (let n = 0; n < 20; n++) expect(stretches(seen, n).toSorted()).toEqual(stretches(data, n).toSorted());
    expect(seen).not.toEqual(data);
    await expect(model([12, 3, 1], shuffleTiles([4, 2]))).rejects.toThrow(
      'shuffleTiles: [12, 3, 1] cannot be cut into 4 × 2 tiles',
    );
    expect(() => shuffleTiles([2, 9])).toThrow(
      'shuffleTiles: tiles, horizontal: 9 is not a whole number of at least 1 and at most 8',
    );
  });

  it.each([2, 3])('into %i × %i keeps every tile, in another order for most', async (tiles) => {
    const made = await model([6, 6, 1], shuffleTiles(tiles));
    const examples = 50;
    const data = new Draw(2).floats(examples * 36, 0, 1);
    const { data: seen } = await made.corrupt(data);
    const side = 6 / tiles;
    const cut = (values: Float32Array, n: number) =>
      Array.from({ length: tiles * tiles }, (_, tile) =>
        Array.from(
          { length: side * side },
          (_, i) =>
            values[
              n * 36 + (Math.floor(tile / tiles) * side + Math.floor(i / side)) * 6 + (tile % tiles) * side + (i % side)
            ],
        ).join(),
      );
    let moved = 0;
    for (let n = 0; n < examples; n++) {
      const [before, after] = [cut(data, n), cut(seen, n)];
      expect(after.toSorted()).toEqual(before.toSorted());
      if (after.join() !== before.join()) moved++;
    }
    expect(moved).toBeGreaterThan(examples / 2);
    expect((await made.corrupt(data)).data).toEqual(seen);
    expect((await made.corrupt(data, { seed: 9 })).data).not.toEqual(seen);
  });
});

it('both need images that divide evenly', async () => {
  const gpu = await sharedGpu();
  await expect(
    autoencoder(gpu, { input: 784, encoder: [dense(3)], decoder: [dense(784)], loss: 'mse', corrupt: downsample(4) }),
  ).rejects.toThrow('downsample: takes images of [height, width, channels], not [784]');
  await expect(model([6, 7, 1], shuffleTiles(2))).rejects.toThrow(
    'shuffleTiles: [6, 7, 1] cannot be cut into 2 × 2 tiles',
  );
  await expect(model([6, 7, 1], shuffleTiles(2))).rejects.toThrow(ShapeError);
  for (const wrong of [0, 1, 1.5, '2', [1, 1], [2], [2, 0], [2, 1.5], [1, 2, 3]] as never[]) {
    expect(() => downsample(wrong)).toThrow(OptionError);
    expect(() => shuffleTiles(wrong)).toThrow(OptionError);
  }
});
