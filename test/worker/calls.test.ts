import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as direct from '../../src/index.ts';
import * as remote from '../../src/worker.ts';
import type { Gpu } from '../../src/worker/data.ts';
import { errorOf } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { smallRemote } from '../support/remote.ts';

let gpu: Gpu;

beforeAll(async () => {
  gpu = await remote.openGpu({ tuning: 'fixed' });
});

afterAll(() => gpu.close());

const { dense } = remote;
const data = () => new Draw(1).floats(50 * 12, 0, 1);

const small = (changes: Partial<remote.WorkerAutoencoderSpec> = {}) => smallRemote(gpu, changes);

describe('training from the page', () => {
  it('progress and ends of epochs are reported in order, and the same optimizer continues', async () => {
    const model = await small();
    const told: string[] = [];
    const optimizer = remote.adam(1e-2);
    const onEpochEnd = async ({ epoch }: { epoch: number }) => {
      told.push(`end ${epoch}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
      told.push(`after ${epoch}`);
    };
    await model.fit(data(), {
      epochs: 2,
      optimizer,
      onEpochEnd,
      onProgress: ({ epoch }) => void told.push(`progress ${epoch}`),
    });
    expect(told.filter((line) => !line.startsWith('progress'))).toEqual(['end 1', 'after 1', 'end 2', 'after 2']);
    expect(told.some((line) => line.startsWith('progress'))).toBe(true);
    const { tensors } = direct.readSafetensors(await model.save());
    await model.fit(data(), { steps: 1, optimizer });
    expect(Object.keys(tensors)).toContain('optimizer.exp_avg.encoder.0.weight');
    model.dispose();
  });

  it('pauses, resumes, stops', async () => {
    const model = await small();
    const training = model.fit(data(), { steps: 100_000 });
    training.pause();
    await model.weights();
    const still = await model.weights();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await model.weights()).toEqual(still);
    training.resume();
    training.stop();
    const { stopped, steps } = await training;
    expect(stopped).toBe('user');
    expect(steps).toBeLessThan(100_000);
    model.dispose();
  });

  it('an abort returns its reason', async () => {
    const model = await small();
    const reason = new Error('enough');
    const controller = new AbortController();
    const training = model.fit(data(), {
      steps: 100_000,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    expect(await errorOf(training)).toBe(reason);
    expect(await errorOf(model.fit(data(), { steps: 1, signal: controller.signal }))).toBe(reason);
    await model.fit(data(), { steps: 1 });
    model.dispose();
  });

  it('an exception in a callback ends training', async () => {
    const model = await small();
    const reason = new RangeError('no more');
    const thrown = () => {
      throw reason;
    };
    // Also where it is thrown in the very last report.
    for (const epochs of [50_000, 1]) {
      for (const options of [{ onEpochEnd: thrown }, { onProgress: thrown }])
        expect(await errorOf(model.fit(data(), { epochs, ...options }))).toBe(reason);
    }
    expect((await errorOf(model.fit(data(), { epochs: 1, onEpochEnd: 1 as never }))).message).toMatch(
      /onEpochEnd must be a function/,
    );
    model.dispose();
  });
});

describe('errors keep their class', () => {
  it.each<[string, () => Promise<unknown>, new (...args: never[]) => Error, RegExp]>([
    ['of options', () => small({ loss: 'bse' as never }), direct.OptionError, /the loss must be/],
    ['of parts', () => small({ encoder: [dense(0)] }), direct.OptionError, /dense: units/],
    ['of what are no parts', () => small({ encoder: [{} as never] }), direct.OptionError, /no layer/],
    ['of shapes', () => small({ decoder: [dense(11, 'sigmoid')] }), direct.ShapeError, /ends in \[11\]/],
    ['of files', () => remote.loadAutoencoder(gpu, new Uint8Array(3)), direct.FormatError, /ends here/],
    [
      'of data',
      async () => (await small()).fit(Float32Array.of(...new Float32Array(11), NaN), { epochs: 1 }),
      direct.DataError,
      /NaN at row 0, column 11/,
    ],
    ['of other workers', async () => remote.autoencoder({} as never, {} as never), direct.OptionError, /takes a Gpu/],
    [
      'of other data sets',
      () => remote.dataset({} as never, new Float32Array(12), { shape: [12] }),
      direct.OptionError,
      /takes a Gpu/,
    ],
    ['of specs', () => remote.autoencoder(gpu, undefined as never), direct.OptionError, /options must be an object/],
    ['of what cannot be cloned', () => small({ seed: new WeakMap() as never }), direct.OptionError, /cannot be sent/],
    ['of functions', () => small({ seed: (() => 1) as never }), direct.OptionError, /function cannot be sent/],
  ])('%s', async (_, work, kind, message) => {
    const error = await errorOf(work());
    expect(error).toBeInstanceOf(kind);
    expect(error.name).toBe(kind.name);
    expect(error.message).toMatch(message);
  });

  it('a DivergedError has its step and tensor', async () => {
    const model = await small({ loss: 'mse', decoder: [dense(12)] });
    const error = (await errorOf(model.fit(data(), { steps: 50, optimizer: remote.sgd(1e6) }))) as direct.DivergedError;
    expect(error).toBeInstanceOf(direct.DivergedError);
    expect(error.step).toBeGreaterThan(1);
    expect(typeof error.tensor).toBe('string');
    model.dispose();
  });
});

it.each(['/nowhere.js', 'data:text/javascript,import "/nowhere.js"'])(
  'a script that does not load is reported with advice: %s',
  async (address) => {
    const error = await errorOf(remote.openGpu({ worker: new Worker(address, { type: 'module' }) }));
    expect(error).toBeInstanceOf(direct.GpuUnavailableError);
    expect(error.message).toMatch(/could not be loaded: with Vite 7 or older, .*option `worker`.*worker-src/);
  },
);

it('closing ends running calls and the worker', async () => {
  const other = await remote.openGpu({ tuning: 'fixed' });
  const model = await remote.autoencoder(other, { input: 12, encoder: [dense(5)], decoder: [dense(12)], loss: 'mse' });
  expect((await other.memory()).buffers).toBeGreaterThan(0);
  expect((await other.counters()).submits).toBe(0);
  const training = model.fit(data(), { steps: 1_000_000 });
  other.close();
  other.close();
  expect(await errorOf(training)).toBeInstanceOf(direct.DeviceLostError);
  expect(await errorOf(model.encode(data()))).toBeInstanceOf(direct.DeviceLostError);
  expect((await other.lost).reason).toBe('destroyed');
});
