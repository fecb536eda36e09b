/** Epochs that follow each other without a boundary: what they save, and that nothing else differs. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  cosine,
  dataset,
  dense,
  DivergedError,
  gan,
  gaussianNoise,
  loadAutoencoder,
  sgd,
  type FitOptions,
  type Progress,
} from '../../src/index.ts';
import type { Gpu } from '../../src/runtime/device.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { boundary, data, expectTheSameAhead } from '../support/ahead.ts';
import { bits, errorOf, smallModel, stepOf } from '../support/model.ts';

afterEach(() => void vi.restoreAllMocks());

/** Tells of each readback whether training went on before it had come back; each is held up until then, or for a moment. */
function watchReadbacks(gpu: Gpu): boolean[] {
  const wentOn: boolean[] = [];
  const [compute, readBytes] = [gpu.compute.bind(gpu), gpu.readBytes.bind(gpu)];
  let submits = 0;
  vi.spyOn(gpu, 'compute').mockImplementation((...args) => (submits++, compute(...args)));
  vi.spyOn(gpu, 'readBytes').mockImplementation(async (...args) => {
    const before = submits;
    const bytes = await readBytes(...args);
    for (let i = 0; i < 20 && submits === before; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    wentOn.push(submits > before);
    return bytes;
  });
  return wentOn;
}

describe('submits and readbacks', () => {
  it('reads losses while the next epochs train, unless the end of an epoch has its own work', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    const set = forThisTest(await dataset(gpu, data(40), { shape: [12] }));
    for (const [more, expected] of [
      [{ epochs: 6 }, true],
      [{ epochs: 2, ...boundary }, false],
    ] as const) {
      const wentOn = watchReadbacks(gpu);
      await model.fit(set, { batchSize: 8, ...more });
      vi.restoreAllMocks();
      expect(wentOn.length).toBeGreaterThan(1);
      if (!expected) expect(wentOn).toHaveLength(2);
      expect(wentOn.slice(0, -1)).toEqual(Array.from({ length: wentOn.length - 1 }, () => expected));
    }
  });

  it('combines many short epochs in a submit, and reads many at once', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    const set = forThisTest(await dataset(gpu, data(16), { shape: [12] }));
    const counted = async (more: FitOptions) => {
      const before = gpu.counters();
      await model.fit(set, { epochs: 200, batchSize: 8, ...more });
      const { submits, readbacks, dispatches } = gpu.counters();
      return {
        submits: submits - before.submits,
        readbacks: readbacks - before.readbacks,
        dispatches: dispatches - before.dispatches,
      };
    };
    const bounded = await counted(boundary);
    const free = await counted({});
    expect(bounded.readbacks).toBe(200);
    expect(bounded.submits).toBeGreaterThanOrEqual(400);
    // How many depends on the machine's pace.
    expect(free.readbacks).toBeLessThan(100);
    expect(free.submits).toBeLessThan(200);
    expect(free.dispatches).toBe(bounded.dispatches);
  });
});

describe('the same history and the same bits', () => {
  it.each<[string, number, FitOptions]>([
    ['of whole epochs', 48, { epochs: 7, batchSize: 16 }],
    ['where the last batch of an epoch is short', 50, { epochs: 7, batchSize: 16 }],
    ['where it ends within an epoch', 50, { steps: 11, batchSize: 16 }],
    ['of one batch an epoch', 16, { epochs: 40, batchSize: 16 }],
    ['in order', 50, { epochs: 5, batchSize: 8, shuffle: false }],
    ['in the smallest submits', 50, { epochs: 5, batchSize: 8, frameBudgetMs: 0.001 }],
  ])('%s', (_, examples, options) => expectTheSameAhead(examples, options));

  it('for data that are not on the device', async () => {
    const gpu = await sharedGpu();
    const results = [];
    for (const [deviceBytes, more] of [
      [1200, {}],
      [1200, boundary],
      [1e6, {}],
    ] as const) {
      const model = await smallModel();
      const set = forThisTest(await dataset(gpu, data(50), { shape: [12], deviceBytes }));
      const { seconds, ...history } = await model.fit(set, { epochs: 5, batchSize: 8, ...more });
      expect(seconds).toBeGreaterThan(0);
      results.push([history, await bits(model)]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('an epoch’s loss is the mean of its steps’, weighted by their examples', async () => {
    const model = await smallModel();
    const { epochs, loss } = await model.fit(data(50), { epochs: 3, batchSize: 16 });
    const rows = [16, 16, 16, 2];
    epochs.forEach((epoch, e) =>
      expect(epoch.loss).toBe(rows.reduce((sum, n, i) => sum + loss[4 * e + i] * n, 0) / 50),
    );
  });

  it('stopped between two epochs, and resumed', async () => {
    const whole = await smallModel();
    await whole.fit(data(20), { epochs: 80, batchSize: 10 });
    const model = await smallModel();
    const training = model.fit(data(20), {
      epochs: 80,
      batchSize: 10,
      frameBudgetMs: 0.001,
      onProgress: ({ step }) => step >= 41 && training.stop(),
    });
    const history = await training;
    expect(history.stopped).toBe('user');
    expect(history.loss).toHaveLength(history.steps);
    expect(history.epochs).toHaveLength(Math.ceil(history.steps / 2));
    await model.fit(data(20), { steps: 160 - history.steps, batchSize: 10 });
    expect(await bits(model)).toEqual(await bits(whole));
  });

  it('saved while epochs run ahead, and resumed from the file', async () => {
    const gpu = await sharedGpu();
    const [model, options] = [
      await smallModel({ corrupt: gaussianNoise(0.2) }),
      { batchSize: 8, frameBudgetMs: 0.001 },
    ];
    const saved: Promise<Uint8Array>[] = [];
    // An epoch has three steps, so that some are saved in the middle of one.
    const onProgress = ({ step }: Progress) => void (step % 20 === 0 && saved.push(model.save()));
    await model.fit(data(20), { ...options, epochs: 30, onProgress });
    const files = await Promise.all(saved);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const loaded = forThisTest(await loadAutoencoder(gpu, file));
      const left = 90 - stepOf(file);
      if (left) await loaded.fit(data(20), { ...options, steps: left });
      expect(await bits(loaded)).toEqual(await bits(model));
    }
  });
});

describe('divergence', () => {
  it.each([
    [10, 1],
    [100, 8],
    [1000, 60],
  ])('at a rate that rises over %i steps reports the same step and keeps the same weights', async (steps, least) => {
    const results = [];
    for (const more of [{}, boundary]) {
      const model = await smallModel({ encoder: [dense(5)], decoder: [dense(12)], loss: 'mse' });
      const optimizer = sgd(cosine(0, { steps, to: 100 }));
      const training = model.fit(data(32), { epochs: 250, batchSize: 8, optimizer, ...more });
      const error = await errorOf(training);
      expect(error).toBeInstanceOf(DivergedError);
      expect((error as DivergedError).step).toBeGreaterThan(least);
      results.push([error.message, await model.save()]);
    }
    expect(results[0]).toEqual(results[1]);
  });

  it('ends a long training', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel({ encoder: [dense(5)], decoder: [dense(12)], loss: 'mse' });
    const before = gpu.counters().submits;
    const error = await errorOf(model.fit(data(32), { epochs: 1e5, batchSize: 8, optimizer: sgd(100) }));
    expect(error).toBeInstanceOf(DivergedError);
    expect(gpu.counters().submits - before).toBeLessThan(100);
  });

  it('of one phase restores the changes of an earlier phase in that step', async () => {
    const gpu = await sharedGpu();
    const results = [];
    for (const more of [{}, boundary]) {
      const model = await gan(gpu, {
        code: 3,
        generator: [dense(8, 'relu'), dense(12)],
        discriminator: [dense(8, 'relu'), dense(1)],
      });
      forThisTest(model);
      const error = await errorOf(
        model.fit(data(32), { epochs: 1000, batchSize: 8, generator: sgd(1e4), discriminator: sgd(10), ...more }),
      );
      expect(error).toBeInstanceOf(DivergedError);
      results.push([error.message, await bits(model)]);
    }
    expect(results[0]).toEqual(results[1]);
  });
});
