import { afterEach, describe, expect, it, vi } from 'vitest';
import { autoencoder, classifier, dense, DeviceLostError, flatten, jigsaw, type FitOptions } from '../../src/index.ts';
import { images } from '../support/members.ts';
import { bits, errorOf } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { spec, fit, train, onItsOwn, undisturbed, lose } from '../support/recovering.ts';

afterEach(() => void vi.restoreAllMocks());

describe('a fit with recover', () => {
  it('ends with the same bits whenever its device is lost', async () => {
    const expected = await undisturbed();
    await onItsOwn(async (gpu) => {
      const draw = new Draw(2);
      let losses = 0;
      const first = gpu.device;
      const { outcome } = await train(gpu, {
        ...fit,
        recover: true,
        onProgress: () => {
          if (losses >= 3 || draw.whole(0, 1)) return;
          losses++;
          lose(gpu);
        },
      });
      expect(losses).toBe(3);
      expect(gpu.device).not.toBe(first);
      expect(outcome).toEqual(expected);
    });
  });

  it('restores the best weights, and keeps its patience, across losses', async () => {
    const options = { ...fit, epochs: 40, patience: 1, minDelta: 1.5 };
    const expected = await onItsOwn(async (gpu) => (await train(gpu, options)).outcome);
    expect(expected.stopped).toBe('patience');
    await onItsOwn(async (gpu) => {
      const { outcome } = await train(gpu, { ...options, recover: true, onEpochEnd: () => lose(gpu) });
      expect(outcome).toEqual(expected);
    });
  });

  it('works on streamed data, and on data from a function, which is called again', async () => {
    const pixels = Uint8Array.from(new Draw(5).floats(64 * 60, 0, 255.99));
    const expected = await undisturbed();
    await onItsOwn(async (gpu) => {
      let asked = 0;
      const source = () => {
        asked++;
        return pixels;
      };
      const onEpochEnd = ({ epoch }: { epoch: number }) => void (epoch === 2 && lose(gpu));
      const { outcome, set } = await train(gpu, { ...fit, recover: true, onEpochEnd }, source);
      expect(outcome).toEqual(expected);
      expect(asked).toBe(2);
      set.dispose();
    });
  });

  it('allocates the same memory again, and no more', async () => {
    await onItsOwn(async (gpu) => {
      const { model, set } = await train(gpu, fit);
      const before = gpu.memory();
      await model.fit(set, { ...fit, recover: true, onEpochEnd: () => lose(gpu) });
      expect(gpu.memory()).toMatchObject({ bytes: before.bytes, buffers: before.buffers });
      model.dispose();
      set.dispose();
      expect(gpu.memory().bytes).toBe(0);
    });
  });

  it('restores frozen weights, puzzles and normalisations', async () => {
    const work = (recover: boolean) =>
      onItsOwn(async (gpu) => {
        const set = await images(gpu);
        const base = await autoencoder(gpu, spec);
        await base.fit(set, { epochs: 1, batchSize: 16 });
        const probe = await classifier(gpu, { encoder: base.encoder, classes: 3, freeze: true });
        const puzzles = await jigsaw(gpu, {
          input: [8, 8, 1],
          tiles: 2,
          permutations: 6,
          encoder: [flatten(), dense(4, 'relu')],
          head: [],
        });
        const onEpochEnd = ({ epoch }: { epoch: number }) => void (recover && epoch === 2 && lose(gpu));
        await probe.fit(set, set.labels!, { epochs: 4, recover, onEpochEnd });
        const first = { bits: await bits(probe), measured: await probe.evaluate(set, set.labels!) };
        // Nobody has kept the weights of a model that was not being trained.
        if (recover) expect(await errorOf(puzzles.encode(new Float32Array(9)))).toBeInstanceOf(DeviceLostError);
        if (recover) expect(await errorOf(base.encode(set))).toBeInstanceOf(DeviceLostError);
        const others = await jigsaw(gpu, {
          input: [8, 8, 1],
          tiles: 2,
          permutations: 6,
          encoder: [flatten(), dense(4, 'relu')],
          head: [],
        });
        await others.fit(set, { epochs: 4, recover, onEpochEnd });
        return { ...first, others: await bits(others), solution: await others.solve(set) };
      });
    expect(await work(true)).toEqual(await work(false));
  });

  it('restores two fits on one device', async () => {
    const pair = (options: FitOptions) =>
      onItsOwn(async (gpu) => {
        const set = await images(gpu);
        const models = [await autoencoder(gpu, spec), await autoencoder(gpu, { ...spec, seed: 9 })];
        let lost = false;
        const onEpochEnd = ({ epoch }: { epoch: number }) => {
          if (options.recover && epoch === 3 && !lost) lose(gpu);
          lost ||= epoch === 3;
        };
        await Promise.all(models.map((model) => model.fit(set, { ...options, onEpochEnd })));
        return Promise.all(models.map(bits));
      });
    expect(await pair({ ...fit, recover: true })).toEqual(await pair(fit));
  });

  it('continues a later fit with the optimizer’s moments', async () => {
    const twice = (recover: boolean) =>
      onItsOwn(async (gpu) => {
        const set = await images(gpu);
        const model = await autoencoder(gpu, spec);
        await model.fit(set, { steps: 5, batchSize: 16, recover });
        if (recover) {
          // Lost in its first epoch: the moments are those of the fit before.
          let lost = false;
          const onProgress = () => {
            if (!lost) lose(gpu);
            lost = true;
          };
          await model.fit(set, { steps: 9, batchSize: 16, recover, onProgress });
        } else await model.fit(set, { steps: 9, batchSize: 16 });
        return bits(model);
      });
    expect(await twice(true)).toEqual(await twice(false));
  });
});

describe('a fit that cannot recover', () => {
  it('gives up if each device is lost before an epoch ends', async () => {
    await onItsOwn(async (gpu) => {
      const set = await images(gpu);
      const model = await autoencoder(gpu, spec);
      let losses = 0;
      const error = await errorOf(
        model.fit(set, { epochs: 5, batchSize: 16, recover: true, onProgress: () => (losses++, lose(gpu)) }),
      );
      expect(error).toBeInstanceOf(DeviceLostError);
      expect(losses).toBe(4);
    });
  });

  it('refuses a source that returns other data the second time', async () => {
    await onItsOwn(async (gpu) => {
      let asked = 0;
      const error = await errorOf(
        train(
          gpu,
          { ...fit, recover: true, onEpochEnd: () => lose(gpu) },
          () => new Float32Array(64 * (asked++ ? 59 : 60)),
        ),
      );
      expect(error.message).toContain('its source returned 3840 values before, but now 3776');
    });
  });
});
