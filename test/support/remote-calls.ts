/** What holds for calls from the page, whatever lies between it and the worker's side. */
import { beforeAll, describe, expect, it } from 'vitest';
import * as direct from '../../src/index.ts';
import * as remote from '../../src/worker.ts';
import type { Gpu } from '../../src/worker/data.ts';
import { errorOf, expectRefused } from './error-of.ts';
import { forThisTest } from './for-this-test.ts';
import { Draw } from './random.ts';
import { overPort, smallRemote } from './remote.ts';

const { conv2d, dense, flatten, reshape } = remote;
const data = (count = 50, features = 12) => new Draw(1).floats(count * features, 0, 1);

export function describeCalls(over: string, open: () => Promise<Gpu>): void {
  describe(`over ${over}`, () => {
    let gpu: Gpu;

    beforeAll(async () => {
      gpu = await open();
    });

    const small = async (changes: Partial<remote.WorkerAutoencoderSpec> = {}) =>
      forThisTest(await smallRemote(gpu, changes));

    describe('training from the page', () => {
      it('progress and ends of epochs are reported in order, and the same optimizer continues', async () => {
        const model = await small({
          corrupt: [remote.gaussianNoise(0.1)],
          penalty: remote.sparsity(1e-3),
          normalize: remote.minMax(),
        });
        const told: string[] = [];
        const optimizer = remote.adam(remote.warmUp(3, 1e-2));
        const onEpochEnd = async ({ epoch }: { epoch: number }) => {
          told.push(`end ${epoch}`);
          await new Promise((resolve) => setTimeout(resolve, 10));
          told.push(`after ${epoch}`);
        };
        const { loss, steps } = await model.fit(data(), {
          epochs: 2,
          batchSize: 25,
          optimizer,
          onEpochEnd,
          onProgress: ({ epoch }) => void told.push(`progress ${epoch}`),
        });
        expect([loss.length, steps]).toEqual([4, 4]);
        expect(told.filter((line) => !line.startsWith('progress'))).toEqual(['end 1', 'after 1', 'end 2', 'after 2']);
        expect(told.some((line) => line.startsWith('progress'))).toBe(true);
        const { tensors } = direct.readSafetensors(await model.save());
        expect(Object.keys(tensors)).toContain('optimizer.exp_avg.encoder.0.weight');
        await model.fit(data(), { steps: 1, batchSize: 25, optimizer });
        const { metadata } = direct.readSafetensors(await model.save());
        const { place } = JSON.parse(metadata.latentgpu) as { place: object };
        expect(place).toMatchObject({
          step: 5,
          origin: 0,
          optimizer: { kind: 'adam', learningRate: { kind: 'warm-up', steps: 3 } },
        });
      });

      it('pretrains layer by layer', async () => {
        const model = await small({
          encoder: [dense(8, 'relu'), dense(5)],
          decoder: [dense(8, 'relu'), dense(12, 'sigmoid')],
        });
        const stages = new Set<number | undefined>();
        const histories = await model.pretrain(data(), { steps: 2, onProgress: ({ stage }) => void stages.add(stage) });
        expect([histories.length, [...stages]]).toEqual([2, [1, 2]]);
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
      });

      it('an exception in a callback ends training', async () => {
        const model = await small();
        const reason = new RangeError('no more');
        const thrown = () => {
          throw reason;
        };
        const rejected = () => Promise.reject(reason);
        // Also where it is thrown in the very last report.
        for (const epochs of [50_000, 1]) {
          for (const options of [{ onEpochEnd: thrown }, { onEpochEnd: rejected }, { onProgress: thrown }])
            expect(await errorOf(model.fit(data(), { epochs, ...options }))).toBe(reason);
        }
      });
    });

    it('keeps data sets, views of them, models of all kinds and their networks', async () => {
      const model = await small();
      const labels = Array.from({ length: 60 }, (_, i) => i % 2);
      const set = await remote.dataset(gpu, async () => data(60), { shape: [12], labels });
      const [few, rest] = set.split(0.25);
      expect([few.length, rest.length]).toEqual([15, 45]);
      expect((await model.encode(few.filter((label) => label === 1).take(2))).shape).toEqual([2, 5]);
      const probe = forThisTest(
        await remote.classifier(gpu, {
          encoder: model.encoder,
          classes: 2,
          freeze: true,
          hidden: [dense(3, 'relu')],
        }),
      );
      await probe.fit(rest, rest.labels!, { epochs: 1 });
      expect((await probe.predict(set)).labels.length).toBe(60);
      expect(forThisTest(await remote.loadClassifier(gpu, await probe.save())).classes).toBe(2);
      const puzzle = forThisTest(
        await remote.jigsaw(gpu, {
          input: [8, 8, 1],
          tiles: 2,
          permutations: 4,
          encoder: [conv2d(2, 2, 'relu'), flatten(), dense(3)],
          head: [dense(4, 'relu')],
        }),
      );
      expect(puzzle.permutations.length).toBe(4);
      await puzzle.fit(data(20, 64), { epochs: 1 });
      expect((await puzzle.solve(data(5, 64))).answers.length).toBe(5);
      const again = forThisTest(await remote.loadJigsaw(gpu, await puzzle.save()));
      expect(again.permutations).toEqual(puzzle.permutations);
      const codes = await model.encoder.predict(set);
      const { indices } = await remote.nearestNeighbors(gpu, { codes, queries: codes, k: 1 });
      expect(indices.length).toBe(60);
      expect(Array.from(indices).filter((at, i) => at === i).length).toBeGreaterThan(0);
      expect((await remote.knnPredict(gpu, { codes, queries: codes, labels: set.labels!, k: 1 })).length).toBe(60);
      const image = forThisTest(
        await remote.autoencoder(gpu, {
          input: [4, 4, 1],
          encoder: [flatten(), dense(3)],
          decoder: [dense(16), reshape([4, 4, 1])],
          loss: 'mse',
        }),
      );
      expect((await image.encode(data(2, 16))).shape).toEqual([2, 3]);
      // What was disposed is refused; to dispose of it again does nothing.
      set.dispose();
      set.dispose();
      for (const each of [set, set.take(2), few.take(1)])
        await expectRefused(direct.DataError, 'the data set was disposed', model.encode(each));
      expect(() => set.filter(3 as never)).toThrow(new direct.OptionError('filter: keep must be a function'));
      model.dispose();
      model.dispose();
      await expectRefused(direct.LatentGpuError, 'the model was disposed', model.encode(data()));
    });

    describe('errors keep their class', () => {
      it.each<[string, () => Promise<unknown>, new (...args: never[]) => Error, RegExp]>([
        ['of options', () => small({ loss: 'bse' as never }), direct.OptionError, /the loss must be/],
        ['of parts', () => small({ encoder: [dense(0)] }), direct.OptionError, /dense: units/],
        ['of what are no parts', () => small({ encoder: [{} as never] }), direct.OptionError, /no layer/],
        ['of no list of parts', () => small({ encoder: undefined }), direct.OptionError, /the encoder must be a list/],
        ['of what is no penalty', () => small({ penalty: 3 as never }), direct.OptionError, /penalty takes what/],
        ['of shapes', () => small({ decoder: [dense(11, 'sigmoid')] }), direct.ShapeError, /ends in \[11\]/],
        ['of files', () => remote.loadAutoencoder(gpu, new Uint8Array(3)), direct.FormatError, /ends here/],
        [
          'of data',
          async () => (await small()).fit(Float32Array.of(...new Float32Array(11), NaN), { epochs: 1 }),
          direct.DataError,
          /NaN at row 0, column 11/,
        ],
        [
          'of other workers',
          async () => remote.autoencoder({} as never, {} as never),
          direct.OptionError,
          /takes a Gpu/,
        ],
        [
          'of other data sets',
          () => remote.dataset({} as never, new Float32Array(12), { shape: [12] }),
          direct.OptionError,
          /takes a Gpu/,
        ],
        [
          'of specs',
          () => remote.autoencoder(gpu, undefined as never),
          direct.OptionError,
          /options must be an object/,
        ],
        [
          'of lists as specs',
          () => remote.autoencoder(gpu, [] as never),
          direct.OptionError,
          /options must be an object/,
        ],
        [
          'of training without options',
          async () => (await small()).fit(data(), undefined as never),
          direct.OptionError,
          /give epochs or steps/,
        ],
        [
          'of signals',
          async () => (await small()).fit(data(), { steps: 1, signal: {} as never }),
          direct.OptionError,
          /fit: signal must be an AbortSignal/,
        ],
        [
          'of callbacks',
          async () => (await small()).fit(data(), { epochs: 1, onEpochEnd: 1 as never }),
          direct.OptionError,
          /onEpochEnd must be a function/,
        ],
        [
          'of what cannot be cloned',
          () => small({ seed: new WeakMap() as never }),
          direct.OptionError,
          /cannot be sent/,
        ],
        ['of functions', () => small({ seed: (() => 1) as never }), direct.OptionError, /function cannot be sent/],
      ])('%s', async (_, work, kind, message) => {
        const error = await errorOf(work());
        expect(error.message).toMatch(message);
        expect(error).toBeInstanceOf(kind);
        expect(error.name).toBe(kind.name);
      });

      it('of a data set that lives in another worker', async () => {
        const other = await overPort();
        const [model, set] = [await small(), await remote.dataset(other, data(), { shape: [12] })];
        await expectRefused(direct.LatentGpuError, 'lives in another worker', model.encode(set));
        other.close();
      });

      it('a DivergedError has its step and tensor', async () => {
        const model = await small({ loss: 'mse', decoder: [dense(12)] });
        const error = await errorOf(model.fit(data(), { steps: 50, optimizer: remote.sgd(1e6) }));
        expect(error).toBeInstanceOf(direct.DivergedError);
        expect(error.message).toMatch(/step/);
        const { step, tensor } = error as direct.DivergedError;
        expect(step).toBeGreaterThan(1);
        expect(typeof tensor).toBe('string');
      });
    });
  });
}
