import { beforeAll, expect, it } from 'vitest';
import * as direct from '../../src/index.ts';
import * as remote from '../../src/worker.ts';
import { makers } from '../../src/models/parts/makers.ts';
import * as parts from '../../src/worker/parts.ts';
import type { Gpu } from '../../src/worker/data.ts';
import { sharedGpu } from '../support/gpu.ts';
import { expectRefused } from '../support/error-of.ts';
import { Draw } from '../support/random.ts';
import { expectSameLoss } from '../support/remote-loss.ts';
import { sharedWorker, smallRemote } from '../support/remote.ts';

let gpu: Gpu;

beforeAll(async () => {
  gpu = await sharedWorker();
});

const { dense, dropout, gaussian } = remote;
const data = (count = 50, features = 12) => new Draw(1).floats(count * features, 0, 1);
const small = (changes: Partial<remote.WorkerAutoencoderSpec> = {}) => smallRemote(gpu, changes);

it('has every name of the library, and every maker of parts', () => {
  expect(Object.keys(remote).sort()).toEqual(Object.keys(direct).sort());
});

it('makes every part that can be loaded from a file', () => {
  const names = Object.values(makers).flatMap((each) => Object.keys(each));
  expect(Object.keys(parts).sort()).toEqual(names.sort());
});

it('trains with the same bits as without a worker, and answers the same', async () => {
  const spec = {
    input: 12,
    encoder: [dense(6, 'relu'), dropout(0.2), gaussian(3, { beta: 2 })],
    decoder: [dense(12, 'sigmoid')],
    loss: 'bce',
    corrupt: remote.gaussianNoise(0.2),
    normalize: remote.minMax(),
    seed: 5,
  } as const;
  const own = await direct.autoencoder(await sharedGpu(), {
    ...spec,
    encoder: [direct.dense(6, 'relu'), direct.dropout(0.2), direct.gaussian(3, { beta: 2 })],
    decoder: [direct.dense(12, 'sigmoid')],
    corrupt: direct.gaussianNoise(0.2),
    normalize: direct.minMax(),
  });
  const theirs = await remote.autoencoder(gpu, { ...spec, encoder: [...spec.encoder], decoder: [...spec.decoder] });
  const options = {
    epochs: 3,
    batchSize: 16,
    optimizer: remote.adam(remote.cosine(1e-2, { steps: 9 })),
    validation: 0.2,
  };
  const [a, b] = [await own.fit(data(), options), await theirs.fit(data(), options)];
  expect({ ...b, seconds: 0 }).toEqual({ ...a, seconds: 0 });
  expect(await theirs.weights()).toEqual(await own.weights());
  for (const ask of [
    (model: typeof own | typeof theirs) => model.encode(data()),
    (model: typeof own | typeof theirs) => model.posterior(data()),
    (model: typeof own | typeof theirs) => model.reconstruct(data()),
    (model: typeof own | typeof theirs) => model.corrupt(data(), { seed: 2 }),
    (model: typeof own | typeof theirs) => model.errors(data(), { perFeature: true }),
    (model: typeof own | typeof theirs) => model.evaluate(data()),
    (model: typeof own | typeof theirs) => model.sample(3),
    (model: typeof own | typeof theirs) => model.fitSampler(data(), { components: 2, iterations: 20 }),
    (model: typeof own | typeof theirs) => model.sample(4),
    (model: typeof own | typeof theirs) => model.decode(Float32Array.of(1, 2, 3)),
    (model: typeof own | typeof theirs) => model.traverse(data(1), 1, [0, 1]),
    (model: typeof own | typeof theirs) => model.interpolate(data(1), new Float32Array(12), 4),
    (model: typeof own | typeof theirs) => model.encoder.predict(data()),
    (model: typeof own | typeof theirs) => model.save(),
    (model: typeof own | typeof theirs) => model.toOnnx('encoder'),
  ]) expect(await ask(theirs)).toEqual(await ask(own)); // prettier-ignore
  expect([theirs.summary(), theirs.codeSize, theirs.encoder.inputShape, theirs.decoder.parameterCount]).toEqual([
    own.summary(),
    own.codeSize,
    own.encoder.inputShape,
    own.decoder.parameterCount,
  ]);
  own.dispose();
  theirs.dispose();
});

it('a model with labels takes them from a data set, beside the data, and as an option', async () => {
  const labels = Array.from({ length: 50 }, (_, i) => i % 3);
  const spec = { input: 12, loss: 'bce', condition: { classes: 3 }, seed: 5 } as const;
  const own = await direct.autoencoder(await sharedGpu(), {
    ...spec,
    encoder: [direct.dense(6, 'relu'), direct.gaussian(3)],
    decoder: [direct.dense(12, 'sigmoid')],
  });
  const theirs = await remote.autoencoder(gpu, {
    ...spec,
    encoder: [dense(6, 'relu'), gaussian(3)],
    decoder: [dense(12, 'sigmoid')],
  });
  const set = await direct.dataset(await sharedGpu(), data(), { shape: [12], labels });
  const remoteSet = await remote.dataset(gpu, data(), { shape: [12], labels });
  const options = { epochs: 2, batchSize: 16 };
  const history = await own.fit(set, { ...options, validation: { data: data(), labels } });
  const told = await theirs.fit(remoteSet, { ...options, validation: { data: data(), labels } });
  expect({ ...told, seconds: 0 }).toEqual({ ...history, seconds: 0 });
  for (const ask of [
    (model: typeof own | typeof theirs) => model.encode({ data: data(), labels }),
    (model: typeof own | typeof theirs) => model.reconstruct(data(), { labels }),
    (model: typeof own | typeof theirs) => model.decode(Float32Array.of(1, 2, 3), { labels: [2] }),
    (model: typeof own | typeof theirs) => model.sample(3, { label: 1 }),
    (model: typeof own | typeof theirs) => model.sample(2, { labels: [1, 0] }),
    (model: typeof own | typeof theirs) => model.toOnnx('decoder'),
    (model: typeof own | typeof theirs) => model.save(),
  ]) expect(await ask(theirs)).toEqual(await ask(own)); // prettier-ignore
  expect(await theirs.encode(remoteSet)).toEqual(await own.encode(set));
  expect(theirs.summary()).toBe(own.summary());
  for (const each of [own, theirs, set, remoteSet]) each.dispose();
});

it('losses are plain data on the page, also custom ones', async () => {
  const formula = { name: 'my own', wgsl: 'abs(y - x) * (y - x) * (y - x)', derivative: '3 * (y - x) * abs(y - x)' };
  await expectSameLoss(gpu, direct.huber({ delta: 0.1 }), remote.huber({ delta: 0.1 }));
  await expectSameLoss(gpu, direct.elementwise(formula), remote.elementwise(formula));
  await expectRefused(
    direct.OptionError,
    /elementwise: the formula 'my own' is not valid WGSL of y and x: .*nothing/s,
    small({ loss: remote.elementwise({ ...formula, wgsl: 'nothing(y)' }) }),
  );
  const model = await small({ loss: remote.elementwise(formula) });
  await expectRefused(
    direct.OptionError,
    "the model's loss, 'my own', is not in the file",
    remote.loadAutoencoder(gpu, await model.save()),
  );
  model.dispose();
});

it('data sets are in the worker: their memory is transferred, and they have views', async () => {
  const bytes = Uint8Array.from({ length: 60 * 12 }, (_, i) => (i * 7) % 256);
  const copy = bytes.slice();
  const labels = Array.from({ length: 60 }, (_, i) => i % 3);
  const set = await remote.dataset(gpu, bytes, { shape: [12], labels });
  expect(bytes.length).toBe(0);
  const own = await direct.dataset(await sharedGpu(), copy, { shape: [12], labels });
  const model = await small();
  const reference = await direct.autoencoder(await sharedGpu(), {
    input: 12,
    encoder: [direct.dense(5, 'relu')],
    decoder: [direct.dense(12, 'sigmoid')],
    loss: 'bce',
  });
  for (const view of [
    (of: typeof set | typeof own) => of,
    (of: typeof set | typeof own) => of.take(7),
    (of: typeof set | typeof own) => of.filter((label) => label === 1),
    (of: typeof set | typeof own) => of.split(0.3, { seed: 4 })[1].filter((_, i) => i > 1),
  ]) {
    const [theirs, ours] = [view(set), view(own)];
    expect([theirs.length, theirs.labels, theirs.features]).toEqual([ours.length, ours.labels, ours.features]);
    expect(theirs.indices).toEqual(ours.indices);
    expect(await model.encode(theirs as typeof set)).toEqual(await reference.encode(ours as typeof own));
  }
  const shared = new Float32Array(48);
  const [first, second] = [
    await remote.dataset(gpu, shared.subarray(0, 24), { shape: [12] }),
    await remote.dataset(gpu, shared.subarray(24), { shape: [12] }),
  ];
  expect([first.length, second.length, shared.length]).toEqual([2, 2, 48]);
  expect(() => set.take(0)).toThrow(direct.OptionError);
  expect(() => set.filter(() => false)).toThrow(direct.DataError);
  set.dispose();
  own.dispose();
  await expectRefused(direct.LatentGpuError, 'the data set was disposed', model.encode(set));
  model.dispose();
  reference.dispose();
});
