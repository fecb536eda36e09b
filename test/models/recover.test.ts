import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  autoencoder,
  dense,
  DeviceLostError,
  GpuUnavailableError,
  openGpu,
  OptionError,
  ShapeError,
  type AutoencoderSpec,
} from '../../src/index.ts';
import { expectRefused } from '../support/error-of.ts';
import { images } from '../support/members.ts';
import { errorOf } from '../support/model.ts';
import { train, onItsOwn, lose } from '../support/recovering.ts';

afterEach(() => void vi.restoreAllMocks());

/** The smallest model: every device compiles anew. */
const spec = { input: 64, encoder: [dense(2)], decoder: [dense(64)], loss: 'mse' } satisfies AutoencoderSpec;

describe('a fit with recover', () => {
  it('ends with the same bits if its device is lost between epochs, and reports each epoch', async () => {
    await onItsOwn(async (gpu) => {
      const fit = { epochs: 6, batchSize: 16 };
      // On the same device, which has compiled everything by then.
      const { outcome: expected, model, set } = await train(gpu, fit);
      for (const each of [model, set]) each.dispose();
      const first = gpu.device;
      const told: number[] = [];
      const { outcome } = await train(gpu, {
        ...fit,
        recover: true,
        onEpochEnd: ({ epoch }) => {
          told.push(epoch);
          if (epoch === 3) lose(gpu);
        },
      });
      expect(gpu.device).not.toBe(first);
      expect(outcome).toEqual(expected);
      expect(told).toEqual([1, 2, 3, 4, 5, 6]);
    });
  });
});

describe('a fit that cannot recover', () => {
  it('is refused on a given device or adapter, before any dispatch', async () => {
    const adapter = (await navigator.gpu.requestAdapter())!;
    const gpu = await openGpu({ adapter });
    const set = await images(gpu);
    const model = await autoencoder(gpu, spec);
    const before = gpu.counters();
    await expectRefused(OptionError, 'recover', model.fit(set, { epochs: 1, recover: true }));
    expect(gpu.counters()).toEqual(before);
    gpu.close();
  });

  it('is refused for mismatched data before anything is read back', async () => {
    await onItsOwn(async (gpu) => {
      const model = await autoencoder(gpu, spec);
      const before = gpu.counters();
      expect(await errorOf(model.fit(new Float32Array(63), { epochs: 1, recover: true }))).toBeInstanceOf(ShapeError);
      expect(gpu.counters()).toEqual(before);
    });
  });

  it('ends as a DeviceLostError without the option, and when the Gpu was closed', async () => {
    for (const options of [{}, { recover: true }]) {
      const gpu = await openGpu();
      const set = await images(gpu);
      const model = await autoencoder(gpu, spec);
      const end = options.recover ? () => gpu.close() : () => lose(gpu);
      const error = await errorOf(
        model.fit(set, { epochs: 3, ...options, onEpochEnd: ({ epoch }) => void (epoch === 2 && end()) }),
      );
      expect(error).toBeInstanceOf(DeviceLostError);
      gpu.close();
    }
  });

  it('ends with the signal’s reason while it waits for an adapter', async () => {
    let asked = 0;
    const abort = new AbortController();
    const gpu = await openGpu({
      adapter: async () => {
        if (!asked++) return navigator.gpu.requestAdapter();
        setTimeout(() => abort.abort(new Error('enough')), 10);
        return null;
      },
    });
    const set = await images(gpu);
    const model = await autoencoder(gpu, spec);
    const fitting = model.fit(set, {
      epochs: 5,
      recover: true,
      signal: abort.signal,
      onEpochEnd: ({ epoch }) => void (epoch === 2 && lose(gpu)),
    });
    expect((await errorOf(fitting)).message).toBe('enough');
    gpu.close();
  });

  it('ends as a GpuUnavailableError if no adapter becomes available', async () => {
    // It waits longer and longer; here a hundredth of that.
    const { setTimeout: wait } = globalThis;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((work: () => void, ms = 0) => wait(work, ms / 100));
    let asked = 0;
    const gpu = await openGpu({ adapter: () => (asked++ ? Promise.resolve(null) : navigator.gpu.requestAdapter()) });
    const set = await images(gpu);
    const model = await autoencoder(gpu, spec);
    await expectRefused(
      GpuUnavailableError,
      'could not be opened again',
      model.fit(set, { epochs: 5, recover: true, onEpochEnd: ({ epoch }) => void (epoch === 2 && lose(gpu)) }),
    );
    expect(asked).toBe(8);
    expect(await errorOf(model.encode(set))).toBeInstanceOf(DeviceLostError);
    gpu.close();
  });
});
