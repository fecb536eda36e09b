/** What training in two phases must have in common with training in one, for an adversarial autoencoder and a GAN. */
import { describe, expect, it } from 'vitest';
import {
  adam,
  adversarial,
  autoencoder,
  dataset,
  dense,
  gan,
  loadAutoencoder,
  loadGan,
  type Gpu,
} from '../../src/index.ts';
import { errorOf } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { stepOf } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const numbers = new Draw(1).floats(64 * 12, 0, 1);

const made = {
  'an adversarial autoencoder': (gpu: Gpu) =>
    autoencoder(gpu, {
      input: 12,
      encoder: [dense(8, 'relu'), dense(2)],
      decoder: [dense(8, 'relu'), dense(12, 'sigmoid')],
      loss: 'bce',
      penalty: adversarial([dense(8, 'relu')], { optimizer: adam(1e-3, { beta1: 0.5 }) }),
      seed: 3,
    }),
  'a GAN': (gpu: Gpu) =>
    gan(gpu, {
      code: 3,
      generator: [dense(8, 'relu'), dense(12, 'sigmoid')],
      discriminator: [dense(8, 'leakyRelu')],
      seed: 3,
    }),
};
const load = { 'an adversarial autoencoder': loadAutoencoder, 'a GAN': loadGan };
/** Dispatches of a step, so that more of them do not go unnoticed. */
const dispatches = { 'an adversarial autoencoder': 38, 'a GAN': 31 };

describe.each(Object.entries(made))('%s', (name, make) => {
  it('uses many steps for a submit, one readback for an epoch, and no more memory after the second epoch', async () => {
    const gpu = await sharedGpu();
    const model = forThisTest(await make(gpu));
    const set = forThisTest(await dataset(gpu, numbers, { shape: [12] }));
    const before = gpu.counters();
    const held: number[] = [];
    await model.fit(set, {
      epochs: 4,
      batchSize: 4,
      frameBudgetMs: 1e6,
      onEpochEnd: () => void held.push(gpu.memory().bytes),
    });
    const after = gpu.counters();
    // 64 steps and four shuffles.
    expect(after.dispatches - before.dispatches).toBe(64 * dispatches[name as keyof typeof dispatches] + 4);
    expect(after.readbacks - before.readbacks).toBe(4);
    expect(after.submits - before.submits).toBeLessThan(64 / 2);
    // Less where what earlier tests have left is collected in the meantime.
    expect(Math.max(...held.slice(2))).toBeLessThanOrEqual(held[1]);
  });

  it('writes the same file for any size of submits, and if it is aborted, saved and loaded', async () => {
    const gpu = await sharedGpu();
    const file = async (frameBudgetMs: number) => {
      const model = forThisTest(await make(gpu));
      await model.fit(numbers, { steps: 12, batchSize: 10, frameBudgetMs });
      const bytes = await model.save();
      return bytes;
    };
    const expected = await file(1e6);
    expect(await file(0.001)).toEqual(expected);
    const [model, controller] = [forThisTest(await make(gpu)), new AbortController()];
    let done = 0;
    const aborted = model.fit(numbers, {
      steps: 12,
      batchSize: 10,
      frameBudgetMs: 0.001,
      signal: controller.signal,
      onProgress({ step }) {
        done = step;
        if (step >= 5) controller.abort(new Error('enough'));
      },
    });
    expect((await errorOf(aborted)).message).toBe('enough');
    expect(done).toBeLessThan(12);
    const bytes = await model.save();
    const loaded = forThisTest(await load[name as keyof typeof load](gpu, bytes));
    await loaded.fit(numbers, { steps: 12 - stepOf(bytes), batchSize: 10 });
    expect(await loaded.save()).toEqual(expected);
  });
});
