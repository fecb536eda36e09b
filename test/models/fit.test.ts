import { describe, expect, it } from 'vitest';
import { adam, dataset, dense, sgd, type Progress } from '../../src/index.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { bits, makeModel, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const data = (examples: number, seed = 1) => new Draw(seed).floats(12 * examples, 0, 1);

describe('the same seed', () => {
  const train = async (seed: number, options = {}) => {
    const model = await smallModel({ seed });
    const { loss } = await model.fit(data(50), { epochs: 3, batchSize: 16, ...options });
    const result = { loss, bits: await bits(model) };
    return result;
  };

  it('gives the same bits, and another seed does not', async () => {
    const first = await train(7);
    expect(await train(7)).toEqual(first);
    const other = await train(8);
    expect(other.bits).not.toEqual(first.bits);
    expect(other.loss).not.toEqual(first.loss);
  });

  it('gives the same bits for any division into submits', async () => {
    const first = await train(7);
    expect(await train(7, { frameBudgetMs: 0.001 })).toEqual(first);
    expect(await train(7, { frameBudgetMs: 1e6 })).toEqual(first);
  });

  it('gives the same bits in one fit or in several, stopped within an epoch', async () => {
    const whole = await train(7);
    const model = await smallModel({ seed: 7 });
    const losses: number[] = [];
    for (const steps of [1, 2, 4, 5]) losses.push(...(await model.fit(data(50), { steps, batchSize: 16 })).loss);
    expect(losses).toEqual(whole.loss);
    expect(await bits(model)).toEqual(whole.bits);
  });
});

describe('the cost of a fit, counted', () => {
  it('784-32-784 with Adam uses nine dispatches for a step', async () => {
    const gpu = await sharedGpu();
    const model = await makeModel({
      input: 784,
      encoder: [dense(32, 'relu')],
      decoder: [dense(784, 'sigmoid')],
      loss: 'bce',
    });
    const set = forThisTest(await dataset(gpu, new Draw(1).floats(784 * 64, 0, 1), { shape: [784] }));
    const before = gpu.counters();
    await model.fit(set, { epochs: 2, batchSize: 16 });
    const after = gpu.counters();
    // Eight steps and two shuffles.
    expect(after.dispatches - before.dispatches).toBe(8 * 9 + 2);
    expect(after.readbacks - before.readbacks).toBe(2);
  });

  it('uses at most the memory of the data, four times the weights and twice the tensors of a step', async () => {
    const gpu = await sharedGpu();
    const before = gpu.memory().bytes;
    const [examples, batch, sizes] = [256, 64, [784, 32, 784]];
    const model = await makeModel({
      input: 784,
      encoder: [dense(32, 'relu')],
      decoder: [dense(784, 'sigmoid')],
      loss: 'bce',
    });
    const set = forThisTest(await dataset(gpu, new Draw(1).floats(784 * examples, 0, 1), { shape: [784] }));
    const held: number[] = [];
    await model.fit(set, {
      epochs: 2,
      batchSize: batch,
      onEpochEnd: () => void held.push(gpu.memory().bytes - before),
    });
    const weights = 784 * 32 + 32 + 32 * 784 + 784;
    const activations = batch * sizes.reduce((sum, size) => sum + size, 0);
    expect(held.length).toBe(2);
    expect(Math.max(...held)).toBeLessThanOrEqual(4 * (784 * examples + 4 * weights + 2 * activations));
    expect(Math.min(...held)).toBeGreaterThan(4 * (784 * examples + 4 * weights));
  });

  it('many steps share a submit if the pace allows it', async () => {
    const gpu = await sharedGpu();
    const model = await makeModel({ input: 4, encoder: [dense(2)], decoder: [dense(4)], loss: 'mse' });
    const set = forThisTest(await dataset(gpu, new Draw(1).floats(4 * 2000), { shape: [4] }));
    const before = gpu.counters();
    await model.fit(set, { epochs: 1, batchSize: 1, frameBudgetMs: 1e6 });
    const submits = gpu.counters().submits - before.submits;
    expect(2000 / submits).toBeGreaterThanOrEqual(16);
  });

  it('device memory does not grow after the second epoch', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    const bytes: number[] = [];
    await model.fit(data(64), { epochs: 5, batchSize: 16, onEpochEnd: () => void bytes.push(gpu.memory().bytes) });
    expect(new Set(bytes.slice(1)).size).toBe(1);
  });
});

describe('the history', () => {
  it('weights the last, smaller batch by its size', async () => {
    // A learning rate of zero leaves the weights alone, so an epoch's figure is the loss over all the data.
    const model = await smallModel();
    const history = await model.fit(data(50), { epochs: 2, batchSize: 16, optimizer: sgd(0) });
    const { loss } = await model.evaluate(data(50));
    expect(history.loss).toHaveLength(8);
    for (const epoch of history.epochs) expect(Math.abs(epoch.loss - loss) / loss).toBeLessThan(1e-6);
    expect(history).toMatchObject({ stopped: 'finished', steps: 8 });
    expect(history.seconds).toBeGreaterThan(0);
  });

  // `evaluate` adds up the examples of a batch with the kernel that `fit` does, `errors` does not. Of 49 examples the last batch is short, too.
  it.each([2, 3, 5, 8])('has the same mean in batches of %i as errors()', async (batchSize) => {
    const model = await smallModel();
    const errors = await model.errors(data(49));
    const history = await model.fit(data(49), { epochs: 1, batchSize, optimizer: sgd(0) });
    const mean = errors.reduce((sum, each) => sum + each, 0) / 49;
    expect(Math.abs(history.epochs[0].loss - mean) / mean).toBeLessThan(1e-6);
  });

  it('continues with the same optimizer', async () => {
    const model = await smallModel();
    const first = await model.fit(data(64), { epochs: 30, optimizer: adam(0.01) });
    const second = await model.fit(data(64), { epochs: 30 });
    expect(second.epochs[0].loss).toBeLessThan(first.epochs[0].loss);
    expect(second.epochs.at(-1)!.loss).toBeLessThan(first.epochs.at(-1)!.loss);
  });

  it('reports epochs and progress', async () => {
    const model = await smallModel();
    const epochs: unknown[] = [];
    const progress: Progress[] = [];
    const history = await model.fit(data(50), {
      epochs: 3,
      batchSize: 16,
      validation: data(20, 2),
      onEpochEnd: (epoch) => void epochs.push(epoch),
      onProgress: (now) => progress.push(now),
    });
    expect(epochs).toEqual(
      history.epochs.map((losses, i) => ({
        ...losses,
        epoch: i + 1,
        validation: history.validation![i],
        best: expect.any(Boolean) as boolean,
      })),
    );
    expect(progress.at(-1)).toMatchObject({ epoch: 3, epochs: 3, step: 12, steps: 12, loss: history.epochs[1].loss });
    expect(progress.every((now, i) => i === 0 || now.step > progress[i - 1].step)).toBe(true);
    expect(progress.every((now) => now.examplesPerSecond > 0)).toBe(true);
  });

  it('reads losses between epochs on request', async () => {
    const model = await smallModel();
    const losses: (number | undefined)[] = [];
    const history = await model.fit(data(256), {
      epochs: 1,
      batchSize: 1,
      frameBudgetMs: 1,
      progressEveryMs: 0,
      onProgress: ({ loss }) => losses.push(loss),
    });
    const read = losses.filter((loss) => loss !== undefined);
    expect(read.length).toBeGreaterThan(0);
    for (const loss of read) expect(history.loss).toContain(loss);
  });

  it('validates, keeps the best weights and stops when patience ends', async () => {
    const model = await smallModel();
    // A learning rate that overshoots: some epoch before the last is the best.
    const history = await model.fit(data(50), {
      epochs: 40,
      batchSize: 10,
      optimizer: sgd(300),
      validation: data(20, 2),
      patience: 3,
    });
    expect(history.stopped).toBe('patience');
    const losses = history.validation!.map(({ loss }) => loss);
    expect(losses).toHaveLength(history.epochs.length);
    expect(history.bestEpoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(history.epochs.length).toBe(history.bestEpoch! + 3);
    expect((await model.evaluate(data(20, 2))).loss).toBe(Math.min(...losses));
  });

  it('counts minDelta for patience alone: the best epoch is that of the lowest loss', async () => {
    const model = await smallModel();
    const told: boolean[] = [];
    const validation = data(20, 2);
    const history = await model.fit(data(50), {
      epochs: 10,
      optimizer: adam(1e-2),
      validation,
      patience: 3,
      minDelta: 1,
      onEpochEnd: ({ best }) => void told.push(best),
    });
    // The first epoch is the reference, and no other one is lower by 1.
    expect([history.stopped, history.epochs.length]).toEqual(['patience', 4]);
    const losses = history.validation!.map(({ loss }) => loss);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect([told, history.bestEpoch]).toEqual([[true, true, true, true], 4]);
    expect((await model.evaluate(validation)).loss).toBe(losses[3]);
  });

  it('holds out a fraction, the same one for the same seed', async () => {
    const histories = [];
    for (let i = 0; i < 2; i++) {
      const model = await smallModel();
      histories.push(await model.fit(data(50), { epochs: 2, batchSize: 8, validation: 0.2 }));
    }
    expect(histories[0].steps).toBe(10);
    expect(histories[0].validation).toEqual(histories[1].validation);
  });
});
