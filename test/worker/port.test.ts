/** The worker's side in the page itself, at the other end of a port: what it does with what it is asked. Worker threads: worker.test.ts. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import * as direct from '../../src/index.ts';
import * as remote from '../../src/worker.ts';
import type { Gpu } from '../../src/worker/data.ts';
import { openOver } from '../../src/worker/open.ts';
import { fromWireError, toWireError } from '../../src/worker/protocol.ts';
import { serve } from '../../src/worker/server.ts';
import { errorOf } from '../support/model.ts';
import { Draw } from '../support/random.ts';

async function overPort(options: object = { tuning: 'fixed' }): Promise<Gpu> {
  const { port1, port2 } = new MessageChannel();
  serve(port2);
  for (const port of [port1, port2]) port.start();
  return openOver(port1, options, () => port1.close());
}

let gpu: Gpu;

beforeAll(async () => {
  gpu = await overPort();
});

afterAll(() => gpu.close());

const { conv2d, dense, flatten } = remote;
const data = (count = 50, features = 12) => new Draw(1).floats(count * features, 0, 1);
const small = (changes: Partial<remote.WorkerAutoencoderSpec> = {}, on = gpu) =>
  remote.autoencoder(on, {
    input: 12,
    encoder: [dense(5, 'relu')],
    decoder: [dense(12, 'sigmoid')],
    loss: 'bce',
    ...changes,
  });

it('trains, reports progress, and continues with the same optimizer', async () => {
  const model = await small({
    corrupt: [remote.gaussianNoise(0.1)],
    penalty: remote.sparsity(1e-3),
    normalize: remote.minMax(),
  });
  const told: string[] = [];
  const optimizer = remote.adam(remote.warmUp(3, 1e-2));
  const tell = {
    onEpochEnd: ({ epoch }: { epoch: number }) => void told.push(`end ${epoch}`),
    onProgress: () => void told.push('progress'),
  };
  const { loss, steps } = await model.fit(data(), { epochs: 3, batchSize: 25, optimizer, ...tell });
  expect([loss.length, steps, told.filter((line) => line !== 'progress')]).toEqual([6, 6, ['end 1', 'end 2', 'end 3']]);
  expect(told).toContain('progress');
  await model.fit(data(), { steps: 1, batchSize: 25, optimizer });
  const { metadata } = direct.readSafetensors(await model.save());
  const { place } = JSON.parse(metadata.latentgpu) as { place: object };
  expect(place).toMatchObject({
    step: 7,
    origin: 0,
    optimizer: { kind: 'adam', learningRate: { kind: 'warm-up', steps: 3 } },
  });
  expect((await model.encode(data(3))).shape).toEqual([3, 5]);
  model.dispose();
  model.dispose();
  expect((await errorOf(model.encode(data()))).message).toMatch(/the model was disposed/);
});

it('pauses, resumes, stops, and is aborted', async () => {
  const model = await small();
  const training = model.fit(data(), { steps: 100_000 });
  training.pause();
  const still = await model.weights();
  expect(await model.weights()).toEqual(still);
  training.resume();
  training.stop();
  expect((await training).stopped).toBe('user');
  const stop = new AbortController();
  const reason = new Error('enough');
  expect(
    await errorOf(model.fit(data(), { steps: 100_000, signal: stop.signal, onProgress: () => stop.abort(reason) })),
  ).toBe(reason);
  for (const options of [{ onEpochEnd: () => Promise.reject(reason) }, { onProgress: () => { throw reason; } }]) expect(await errorOf(model.fit(data(), { epochs: 50_000, ...options }))).toBe(reason); // prettier-ignore
  const wrong = await errorOf(model.fit(data(), { steps: 1, signal: {} as never }));
  expect(wrong).toBeInstanceOf(direct.OptionError);
  expect(wrong.message).toMatch(/fit: signal must be an AbortSignal/);
  model.dispose();
});

it('pretrains layer by layer', async () => {
  const model = await small({
    encoder: [dense(8, 'relu'), dense(5)],
    decoder: [dense(8, 'relu'), dense(12, 'sigmoid')],
  });
  const stages = new Set<number | undefined>();
  const histories = await model.pretrain(data(), { steps: 2, onProgress: ({ stage }) => void stages.add(stage) });
  expect([histories.length, [...stages]]).toEqual([2, [1, 2]]);
  model.dispose();
});

it('keeps data sets, views of them, models of all kinds and their networks', async () => {
  const model = await small();
  const set = await remote.dataset(gpu, async () => data(60), {
    shape: [12],
    labels: Array.from({ length: 60 }, (_, i) => i % 2),
  });
  const [few, rest] = set.split(0.25);
  expect([few.length, rest.length, (await model.encode(few.filter((label) => label === 1).take(2))).shape]).toEqual([
    15,
    45,
    [2, 5],
  ]);
  const probe = await remote.classifier(gpu, {
    encoder: model.encoder,
    classes: 2,
    freeze: true,
    hidden: [dense(3, 'relu')],
  });
  await probe.fit(rest, rest.labels!, { epochs: 1 });
  expect((await remote.loadClassifier(gpu, await probe.save())).classes).toBe(2);
  const puzzle = await remote.jigsaw(gpu, {
    input: [8, 8, 1],
    tiles: 2,
    permutations: 4,
    encoder: [conv2d(2, 2, 'relu'), flatten(), dense(3)],
    head: [dense(4, 'relu')],
  });
  expect([puzzle.permutations.length, (await puzzle.solve(data(5, 64))).answers.length]).toEqual([4, 5]);
  const again = await remote.loadJigsaw(gpu, await puzzle.save());
  expect(again.permutations).toEqual(puzzle.permutations);
  const codes = await model.encoder.predict(set);
  expect((await remote.nearestNeighbors(gpu, { codes, queries: codes, k: 1 })).indices.length).toBe(60);
  expect((await remote.knnPredict(gpu, { codes, queries: codes, labels: set.labels!, k: 1 })).length).toBe(60);
  set.dispose();
  set.dispose();
  expect((await errorOf(model.encode(set))).message).toMatch(/the data set was disposed/);
  for (const each of [model, probe, puzzle, again]) each.dispose();
});

it('refuses wrong input with the errors of the library', async () => {
  const model = await small();
  const other = await overPort();
  const cases: [() => Promise<unknown>, new (...args: never[]) => Error, RegExp][] = [
    [() => small({ encoder: [dense(0)] }), direct.OptionError, /dense: units/],
    [() => small({ encoder: [{} as never] }), direct.OptionError, /no layer/],
    [() => small({ encoder: undefined }), direct.OptionError, /the encoder must be a list/],
    [() => small({ penalty: 3 as never }), direct.OptionError, /penalty takes what/],
    [() => remote.loadAutoencoder(gpu, new Uint8Array(3)), direct.FormatError, /ends here/],
    [() => remote.autoencoder(gpu, undefined as never), direct.OptionError, /options must be an object/],
    [() => remote.autoencoder(gpu, [] as never), direct.OptionError, /options must be an object/],
    [() => model.fit(data(), undefined as never), direct.OptionError, /give epochs or steps/],
    [
      async () => model.encode(await remote.dataset(other, data(), { shape: [12] })),
      direct.LatentGpuError,
      /lives in another worker/,
    ],
    [
      async () =>
        small({ loss: 'mse', decoder: [dense(12)] }).then((wild) =>
          wild.fit(data(), { steps: 50, optimizer: remote.sgd(1e6) }),
        ),
      direct.DivergedError,
      /step/,
    ],
  ];
  for (const [call, kind, message] of cases) {
    const error = await errorOf((async () => call())());
    expect(error.message).toMatch(message);
    expect(error).toBeInstanceOf(kind);
  }
  other.close();
  model.dispose();
});

it('a lost device is reported to the page', async () => {
  const requested = vi.spyOn(GPUAdapter.prototype, 'requestDevice');
  const own = await overPort();
  const model = await small({}, own);
  const device = (await requested.mock.results[0].value) as GPUDevice;
  requested.mockRestore();
  device.destroy();
  expect((await own.lost).reason).toBe('destroyed');
  expect(await errorOf(model.encode(data()))).toBeInstanceOf(direct.DeviceLostError);
});

it('a broken end ends everything', async () => {
  const { port1, port2 } = new MessageChannel();
  serve(port2);
  for (const port of [port1, port2]) port.start();
  let fail!: (error: Error) => void;
  const own = await openOver(
    port1,
    {},
    () => {},
    (told) => (fail = told),
  );
  const model = await small({}, own);
  const waiting = model.fit(data(), { steps: 100_000 });
  const reason = new direct.LatentGpuError('a message could not be read');
  fail(reason);
  expect(await errorOf(waiting)).toBe(reason);
  expect(await errorOf(model.encode(data()))).toBe(reason);
  expect((await own.lost).message).toBe('a message could not be read');
  own.close();
});

it('errors keep their class, their cause and their properties', () => {
  const across = (error: unknown) => fromWireError(structuredClone(toWireError(error)));
  const file = across(new direct.FormatError('no file', { cause: new RangeError('deep') }));
  expect(file).toBeInstanceOf(direct.FormatError);
  expect([file.name, file.message, (file.cause as Error).message]).toEqual(['FormatError', 'no file', 'deep']);
  const inPhase = across(new direct.DivergedError(7, 'loss', { phase: 'discriminator' })) as direct.DivergedError;
  expect(inPhase).toMatchObject({ step: 7, tensor: 'loss', phase: 'discriminator' });
  const diverged = across(new direct.DivergedError(7, 'encoder.0.weight.grad')) as direct.DivergedError;
  expect([diverged.step, diverged.tensor]).toEqual([7, 'encoder.0.weight.grad']);
  const thrown = across('only a text');
  expect(thrown).toBeInstanceOf(Error);
  expect([thrown.name, thrown.message, thrown.cause]).toEqual(['Error', 'only a text', undefined]);
});
