import { afterEach, describe, expect, it, vi } from 'vitest';
import { classifier, dataset, OptionError, OutOfMemoryError, type Dataset } from '../../src/index.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu, withSmallBuffers } from '../support/gpu.ts';
import { bits, errorOf, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

afterEach(() => void vi.restoreAllMocks());

const [examples, limit] = [3000, 65536];

it('a single example that does not fit is an OutOfMemoryError, and no memory leaks', async () => {
  const gpu = await withSmallBuffers(limit);
  const error = await errorOf(dataset(gpu, new Float32Array(100_000), { shape: [25_000] }));
  expect(error).toBeInstanceOf(OutOfMemoryError);
  expect(gpu.memory().bytes).toBe(0);
  gpu.close();
});

describe('a streamed data set', () => {
  const features = 12;
  const data = new Draw(8).floats(features * examples, 0, 1);
  const streamed = async (atATime: number, labels?: ArrayLike<number>): Promise<Dataset> =>
    forThisTest(
      await dataset(await sharedGpu(), data, { shape: [features], labels, deviceBytes: atATime * features * 4 }),
    );

  it('uses no memory before training, and then as much as allowed', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    await model.fit(data.subarray(0, 64 * features), { steps: 1, batchSize: 32 });
    const before = gpu.memory().bytes;
    const set = await streamed(256);
    expect(gpu.memory().bytes).toBe(before);
    let during = 0;
    await model.fit(set, {
      epochs: 1,
      batchSize: 32,
      onProgress: () => void (during = Math.max(during, gpu.memory().bytes)),
    });
    const window = 256 * features * 4;
    // The order of the examples, the losses and the network's own values are not data; they are a few kilobytes here.
    const order = 4 * examples;
    expect(during - before).toBeGreaterThanOrEqual(window);
    expect(during - before).toBeLessThan(window + order + 32_768);
    expect(gpu.memory().bytes).toBe(before);
  });

  it('is uploaded once in each epoch', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    const set = await streamed(256);
    const writes = vi.spyOn(gpu.device.queue, 'writeBuffer');
    await model.fit(set, { epochs: 2, batchSize: 32 });
    const halves = writes.mock.calls.filter(([{ label }]) => label === 'window');
    expect(halves.length).toBe(2 * Math.ceil(examples / 128));
  });

  it('continues a stopped fit to the same bits', async () => {
    const whole = await smallModel();
    await whole.fit(await streamed(256), { steps: 150, batchSize: 32 });
    const parts = await smallModel();
    const set = await streamed(512);
    for (const steps of [1, 37, 60, 52]) await parts.fit(set, { steps, batchSize: 32 });
    expect(await bits(parts)).toEqual(await bits(whole));
  });

  it('keeps the order of examples without a shuffle', async () => {
    const gpu = await sharedGpu();
    const [first, second] = [await smallModel(), await smallModel()];
    const resident = forThisTest(await dataset(gpu, data, { shape: [features] }));
    await first.fit(resident, { epochs: 1, shuffle: false });
    await second.fit(await streamed(300), { epochs: 1, shuffle: false });
    expect(await bits(second)).toEqual(await bits(first));
  });

  it('keeps its labels', async () => {
    const gpu = await sharedGpu();
    const labels = Uint8Array.from({ length: examples }, (_, i) => (data[i * features] > 0.5 ? 1 : 0));
    const model = await smallModel();
    const run = async (set: Dataset) => {
      const judge = forThisTest(await classifier(gpu, { encoder: model.encoder, classes: 2 }));
      const { loss } = await judge.fit(set, set.labels!, { epochs: 2, batchSize: 32, validation: 0.25 });
      return {
        loss,
        bits: await bits(judge),
        measured: await judge.evaluate(set, set.labels!, { batchSize: 32 }),
      };
    };
    expect(await run(await streamed(256, labels))).toEqual(
      await run(forThisTest(await dataset(gpu, data, { shape: [features], labels }))),
    );
  });

  it('refuses a batch larger than half of its window', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    const set = await streamed(256);
    const before = gpu.counters();
    const error = await errorOf(model.fit(set, { steps: 1, batchSize: 129 }));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toContain('129');
    expect(error.message).toContain('128');
    expect(await errorOf(model.evaluate(set, { batchSize: 129 }))).toBeInstanceOf(OptionError);
    expect(gpu.counters()).toEqual(before);
  });

  it.each([0, -1, NaN, 8 * features * 4 - 1])('refuses deviceBytes of %d', async (deviceBytes) => {
    expect(await errorOf(dataset(await sharedGpu(), data, { shape: [features], deviceBytes }))).toBeInstanceOf(
      OptionError,
    );
  });

  it('is uploaded as a whole if that is allowed', async () => {
    const set = await streamed(examples);
    expect(set.storage.pieces.length).toBe(1);
  });

  it('fits the small buffers of a device', async () => {
    const gpu = await withSmallBuffers(limit);
    const set = await dataset(gpu, data, { shape: [features], deviceBytes: data.byteLength - 1 });
    expect(set.storage.streamed!.half).toBe(Math.floor(limit / 2 / (features * 4) / 4) * 4);
    gpu.close();
  });
});
