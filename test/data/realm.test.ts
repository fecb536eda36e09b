/** What a frame has made is of classes that this window does not know. In Node: test/node/realm.test.ts. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { autoencoder, dataset, dense, fetchIdx, readIdx, readImages } from '../../src/index.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf } from '../support/model.ts';

const frame = document.createElement('iframe');
let there: Window & typeof globalThis;
beforeAll(() => {
  document.body.append(frame);
  there = frame.contentWindow as Window & typeof globalThis;
});
afterAll(() => frame.remove());

it('arrays, signals and weights from a frame are accepted', async () => {
  const gpu = await sharedGpu();
  const data = there.Float32Array.from({ length: 24 }, (_, i) => (i % 5) / 5);
  expect(data instanceof Float32Array).toBe(false);
  const set = forThisTest(await dataset(gpu, data, { shape: [4] }));
  const model = forThisTest(
    await autoencoder(gpu, { input: 4, encoder: [dense(2)], decoder: [dense(4)], loss: 'mse' }),
  );
  const bias = { data: there.Float32Array.of(1, 2), shape: [2] };
  model.setWeights({ 'encoder.0.bias': bias });
  expect((await model.weights())['encoder.0.bias']).toEqual({ data: Float32Array.of(1, 2), shape: [2] });
  const stop = new there.AbortController();
  const training = model.fit(set, { epochs: 1e6, signal: stop.signal, onEpochEnd: () => stop.abort('enough') });
  expect(await training.catch((reason: unknown) => reason)).toBe('enough');
  expect(await model.encode(data)).toEqual(await model.encode(Float32Array.from(data)));
});

it('files, addresses and images from a frame are read', async () => {
  const idx = there.Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 1, 2);
  expect((await readIdx(idx)).shape).toEqual([2]);
  const url = URL.createObjectURL(new Blob([idx]));
  expect((await fetchIdx(new there.URL(url), { signal: new there.AbortController().signal })).shape).toEqual([2]);
  URL.revokeObjectURL(url);
  const pixels = there.Uint8ClampedArray.of(200, 100, 50, 4);
  const images = await readImages([new there.ImageData(pixels, 1, 1)], { channels: 4 });
  expect([...images.data]).toEqual([200, 100, 50, 4]);
  const file = new there.File(['no image'], 'b.png');
  expect((await errorOf(readImages([file]))).message).toMatch(/image 0 \(b.png\) cannot be decoded/);
});
