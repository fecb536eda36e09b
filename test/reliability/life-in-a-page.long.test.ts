/** What happens to a training in a page: things disposed of under it, callbacks that misbehave, a browser that keeps nothing. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  adam,
  autoencoder,
  DataError,
  dense,
  DivergedError,
  LatentGpuError,
  openGpu,
  sgd,
  type AutoencoderSpec,
  type FitOptions,
  type Gpu,
} from '../../src/index.ts';
import * as remote from '../../src/worker.ts';
import { images } from '../support/members.ts';
import { bits, errorOf } from '../support/model.ts';
import { sharedGpu } from '../support/gpu.ts';
import { tried } from '../support/thorough.ts';

afterEach(() => void vi.unstubAllGlobals());

const spec = {
  input: 64,
  encoder: [dense(6, 'relu')],
  decoder: [dense(64, 'sigmoid')],
  loss: 'bce',
} satisfies AutoencoderSpec;
const options: FitOptions = { epochs: 3, batchSize: 16, validation: 0.25, restoreBest: true };

/** A training in which something happens the first time a callback comes. */
async function disturbed(
  gpu: Gpu,
  callback: 'onProgress' | 'onEpochEnd',
  what: (things: {
    model: Awaited<ReturnType<typeof autoencoder>>;
    set: Awaited<ReturnType<typeof images>>;
  }) => unknown,
) {
  const [set, model] = [await images(gpu), await autoencoder(gpu, spec)];
  let happened = false;
  const happen = () => {
    if (happened) return;
    happened = true;
    return what({ model, set });
  };
  const outcome = await model.fit(set, { ...options, [callback]: happen }).catch((error: unknown) => error);
  return { outcome, model, set };
}

describe.each(['onProgress', 'onEpochEnd'] as const)('inside %s', (callback) => {
  it('disposing a model ends its training with a clear error, and frees its memory', async ({ task }) => {
    const gpu = await openGpu({ tuning: 'fixed' });
    const { outcome, set } = await disturbed(gpu, callback, ({ model }) => model.dispose());
    expect(outcome).toBeInstanceOf(LatentGpuError);
    expect((outcome as Error).message).toBe('fit: the model was disposed while it was being trained');
    set.dispose();
    expect(gpu.memory().bytes).toBe(0);
    gpu.close();
    tried(
      task,
      `the model disposed inside ${callback}`,
      1,
      'the fit ends with a clear error, and no memory is left on the device',
    );
  });

  it('disposing a data set ends training on it with a clear error', async ({ task }) => {
    const gpu = await openGpu({ tuning: 'fixed' });
    const { outcome, model } = await disturbed(gpu, callback, ({ set }) => set.dispose());
    expect(outcome).toBeInstanceOf(DataError);
    expect((outcome as Error).message).toBe('fit: the data set was disposed while it was being trained on');
    const again = await images(gpu);
    expect((await model.fit(again, options)).stopped).toBe('finished');
    for (const each of [again, model]) each.dispose();
    expect(gpu.memory().bytes).toBe(0);
    gpu.close();
    tried(
      task,
      `the data set disposed inside ${callback}`,
      1,
      'the fit ends with a clear error, and the model trains on',
    );
  });

  it('a second fit is refused, and the first continues unchanged', async ({ task }) => {
    const gpu = await sharedGpu();
    let second: unknown;
    const { outcome, model } = await disturbed(
      gpu,
      callback,
      async ({ model, set }) => (second = await errorOf(model.fit(set, options))),
    );
    expect(second).toBeInstanceOf(LatentGpuError);
    expect((second as Error).message).toContain('being trained already');
    expect(outcome).toMatchObject({ stopped: 'finished' });
    const alone = await autoencoder(gpu, spec);
    await alone.fit(await images(gpu), options);
    expect(await bits(model)).toEqual(await bits(alone));
    tried(task, `a second fit inside ${callback}`, 1, 'it is refused, and the first ends with the same bits');
  });

  it('an exception ends training, and the next call works', async ({ task }) => {
    const gpu = await sharedGpu();
    const mine = new TypeError('mine');
    const { outcome, model, set } = await disturbed(gpu, callback, () => {
      throw mine;
    });
    expect(outcome).toBe(mine);
    expect((await model.fit(set, options)).stopped).toBe('finished');
    tried(task, `an exception thrown in ${callback}`, 1, 'the fit ends with it, and the next one works');
  });
});

it('two models train on one device at once, to the same bits as alone', async ({ task }) => {
  const gpu = await sharedGpu();
  const train = async (seed: number) => {
    const model = await autoencoder(gpu, { ...spec, seed });
    await model.fit(await images(gpu), { ...options, frameBudgetMs: 1 });
    return bits(model);
  };
  const [a, b] = [await train(1), await train(2)];
  expect(await Promise.all([train(1), train(2)])).toEqual([a, b]);
  tried(task, 'two models trained at once on one device', 1, 'each has the same bits as alone');
});

it('a fit works after a diverged one and a refused one', async ({ task }) => {
  const gpu = await sharedGpu();
  const [set, model] = [await images(gpu), await autoencoder(gpu, { ...spec, decoder: [dense(64)], loss: 'mse' })];
  expect(await errorOf(model.fit(set, { ...options, epochs: 50, optimizer: sgd(1e6) }))).toBeInstanceOf(DivergedError);
  await errorOf(model.fit(set, { ...options, batchSize: 61 }));
  expect((await model.fit(set, { ...options, optimizer: adam(1e-3) })).stopped).toBe('finished');
  tried(task, 'a fit after errors', 1, 'works');
});

describe('IndexedDB', () => {
  const request = (fields: object) => ({ onsuccess: null, onerror: null, ...fields }) as unknown as IDBOpenDBRequest;
  /** A request that fails a moment later. */
  const failing = (name: string) => {
    const made = request({ error: new DOMException(name, name), readyState: 'done' });
    setTimeout(() => void made.onerror?.(new Event('error')));
    return made;
  };
  const succeeding = (result: unknown) => {
    const made = request({ result, readyState: 'done' });
    setTimeout(() => void made.onsuccess?.(new Event('success')));
    return made;
  };
  const holding = (value: unknown, put: () => IDBRequest = () => succeeding(undefined)) => ({
    open: () =>
      succeeding({ transaction: () => ({ objectStore: () => ({ get: () => succeeding(value), put }) }), close() {} }),
  });
  const cases: [string, object][] = [
    ['is refused by an exception', { open: () => { throw new DOMException('no', 'SecurityError'); } }], // prettier-ignore
    ['is refused by an event', { open: () => failing('UnknownError') }],
    ['never answers', { open: () => request({ readyState: 'pending' }) }],
    ['has a newer version', { open: () => failing('VersionError') }],
    ['lacks the store', { open: () => succeeding({ transaction: () => { throw new DOMException('no', 'NotFoundError'); }, close() {} }) }], // prettier-ignore
    ['is full', holding({}, () => failing('QuotaExceededError'))],
    ['holds a text', holding('corrupt')],
    ['holds numbers', holding({ 'NN 60x6x64': 7 })],
    ['holds ways that no longer exist', holding({ 'NN 60x6x64': 'cubes of 7x7', 'NT 16x6x64': 'by moonlight' })],
    ['holds null', holding(null)],
  ];
  it.each(cases)('that %s does not affect training', async (_, indexedDB) => {
    const reference = await autoencoder(await sharedGpu(), spec);
    await reference.fit(await images(await sharedGpu()), options);
    vi.stubGlobal('indexedDB', indexedDB);
    const gpu = await openGpu();
    const model = await autoencoder(gpu, spec);
    expect((await model.fit(await images(gpu), { ...options, epochs: 3 })).stopped).toBe('finished');
    expect(await bits(model)).toEqual(await bits(reference));
    gpu.close();
  });
});

it('a worker terminated during a fit ends its calls', async ({ task }) => {
  const worker = new Worker(new URL('../../src/worker/thread.ts', import.meta.url), { type: 'module' });
  const gpu = await remote.openGpu({ worker });
  const model = await remote.autoencoder(gpu, spec);
  const training = model.fit(new Float32Array(6400), { steps: 1_000_000, onProgress: () => worker.terminate() });
  const error = await errorOf(training);
  expect(error).toBeInstanceOf(remote.DeviceLostError);
  expect(error.message).toBe('the worker was terminated');
  expect((await gpu.lost).message).toBe('the worker was terminated');
  expect(await errorOf(model.encode(new Float32Array(64)))).toBeInstanceOf(remote.DeviceLostError);
  tried(task, 'a worker terminated during a fit', 1, 'DeviceLostError; `lost` resolves, and later calls are refused');
});
