import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as direct from '../../src/index.ts';
import * as remote from '../../src/worker.ts';
import { makers } from '../../src/models/parts/makers.ts';
import * as parts from '../../src/worker/parts.ts';
import type { Gpu } from '../../src/worker/data.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf } from '../support/model.ts';
import { Draw } from '../support/random.ts';

let gpu: Gpu;

beforeAll(async () => {
  gpu = await remote.openGpu({ tuning: 'fixed' });
});

afterAll(() => gpu.close());

const { dense, conv2d, flatten, dropout, gaussian, reshape } = remote;
const data = (count = 50, features = 12) => new Draw(1).floats(count * features, 0, 1);
const small = (changes: Partial<remote.WorkerAutoencoderSpec> = {}) =>
  remote.autoencoder(gpu, {
    input: 12,
    encoder: [dense(5, 'relu')],
    decoder: [dense(12, 'sigmoid')],
    loss: 'bce',
    ...changes,
  });

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
  for (const [ours, theirs] of [
    ['mae', 'mae'],
    [direct.huber({ delta: 0.1 }), remote.huber({ delta: 0.1 })],
    [direct.categorical([3, 4, 5]), remote.categorical([3, 4, 5])],
    [direct.elementwise(formula), remote.elementwise(formula)],
  ] as const) {
    const own = await direct.autoencoder(await sharedGpu(), {
      input: 12,
      encoder: [direct.dense(5, 'relu')],
      decoder: [direct.dense(12)],
      loss: ours,
    });
    const there = await small({ loss: theirs, decoder: [dense(12)] });
    const options = { steps: 5, batchSize: 16 };
    expect((await there.fit(data(), options)).loss).toEqual((await own.fit(data(), options)).loss);
    expect(await there.errors(data())).toEqual(await own.errors(data()));
    const file = await there.save();
    expect(file).toEqual(await own.save());
    const losses = typeof theirs === 'string' ? [] : [theirs];
    const again = await remote.loadAutoencoder(gpu, file, { losses });
    expect(await again.save()).toEqual(file);
    for (const model of [own, there, again]) model.dispose();
  }
  const wrong = await errorOf(small({ loss: remote.elementwise({ ...formula, wgsl: 'nothing(y)' }) }));
  expect(wrong).toBeInstanceOf(direct.OptionError);
  expect(wrong.message).toMatch(/elementwise: the formula 'my own' is not valid WGSL of y and x: .*nothing/s);
  const model = await small({ loss: remote.elementwise(formula) });
  const missing = await errorOf(remote.loadAutoencoder(gpu, await model.save()));
  expect(missing).toBeInstanceOf(direct.OptionError);
  expect(missing.message).toContain("the model's loss, 'my own', is not in the file");
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
  expect((await errorOf(model.encode(set))).message).toMatch(/the data set was disposed/);
  model.dispose();
  reference.dispose();
});

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
    ['of options', () => small({ loss: 'bse' as never }), direct.OptionError, /the loss is/],
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

it('classifier, jigsaw, neighbours', async () => {
  const model = await small();
  const set = await remote.dataset(gpu, data(60), { shape: [12], labels: Array.from({ length: 60 }, (_, i) => i % 2) });
  const probe = await remote.classifier(gpu, {
    encoder: model.encoder,
    classes: 2,
    freeze: true,
    hidden: [dense(3, 'relu')],
  });
  await probe.fit(set, set.labels!, { epochs: 1 });
  expect((await probe.predict(set)).labels.length).toBe(60);
  expect((await remote.loadClassifier(gpu, await probe.save())).classes).toBe(2);
  const puzzle = await remote.jigsaw(gpu, {
    input: [8, 8, 1],
    tiles: 2,
    permutations: 4,
    encoder: [conv2d(2, 2, 'relu'), flatten(), dense(3)],
    head: [dense(4, 'relu')],
  });
  expect(puzzle.permutations.length).toBe(4);
  await puzzle.fit(data(20, 64), { epochs: 1 });
  expect((await puzzle.solve(data(5, 64))).answers.length).toBe(5);
  const codes = await model.encode(set);
  const { indices } = await remote.nearestNeighbors(gpu, { codes, queries: codes, k: 1 });
  expect(Array.from(indices).filter((at, i) => at === i).length).toBeGreaterThan(0);
  expect((await remote.knnPredict(gpu, { codes, queries: codes, labels: set.labels!, k: 1 })).length).toBe(60);
  const image = await remote.autoencoder(gpu, {
    input: [4, 4, 1],
    encoder: [flatten(), dense(3)],
    decoder: [dense(16), reshape([4, 4, 1])],
    loss: 'mse',
  });
  expect((await image.encode(data(2, 16))).shape).toEqual([2, 3]);
  for (const each of [model, probe, puzzle, image, set]) each.dispose();
});

it.each(['/nowhere.js', 'data:text/javascript,import "/nowhere.js"'])(
  'a script that does not load is reported with advice: %s',
  async (address) => {
    const error = await errorOf(remote.openGpu({ worker: new Worker(address, { type: 'module' }) }));
    expect(error).toBeInstanceOf(direct.GpuUnavailableError);
    expect(error.message).toMatch(/could not be loaded: with Vite 7 or older, .*option `worker`.*worker-src/);
  },
);

it('windows of a series, from an array or a table, are in the worker, and their scores map to steps', async () => {
  const values = new Draw(4).floats(60, 0, 1);
  const options = {
    length: 12,
    stride: 3,
    labels: Array.from({ length: 17 }, (_, i) => i % 3),
    weights: Array(17).fill(2),
  };
  const own = await direct.series(await sharedGpu(), values.slice(), options);
  const theirs = await remote.series(gpu, values.slice(), options);
  expect([theirs.length, theirs.shape, theirs.labels, theirs.series]).toEqual([
    own.length,
    own.shape,
    own.labels,
    own.series,
  ]);
  const table = await remote.readTable(
    `time,x\n${[...values].map((x, i) => `2026-01-${(i % 28) + 1},${x}`).join('\n')}`,
  );
  const ofTable = await remote.series(gpu, table, { length: 12, stride: 3 });
  expect(ofTable.series).toEqual(own.series);
  const model = await small();
  const scores = await model.errors(theirs);
  expect(await model.errors(ofTable)).toEqual(scores);
  const [once, twice] = [await model.evaluate(ofTable), await model.evaluate(theirs)];
  expect(twice.loss / once.loss).toBeCloseTo(2, 5);
  expect(remote.timeline(scores, theirs)).toEqual(remote.timeline(scores, own));
  const late = theirs.filter((_, i) => i >= 10);
  const line = remote.timeline(await model.errors(late), late);
  expect([line.length, line.findIndex((value) => !Number.isNaN(value))]).toEqual([60, 30]);
  expect((await errorOf(remote.series(gpu, values, { length: 61 }))).message).toBe(
    'series: a window has 61 steps, the series only 60',
  );
  expect(await errorOf(remote.series(gpu, [1, 2] as never, { length: 1 }))).toBeInstanceOf(direct.OptionError);
  for (const each of [own, theirs, ofTable, model]) each.dispose();
});

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

it('trains a sparse dictionary with the same bits as without a worker', async () => {
  const data = new Draw(4).floats(40 * 6, -1, 1);
  const spec = { input: 6, loss: 'mse', seed: 2 } as const;
  const dead = { after: 20, k: 3 };
  const [own, remoted] = await Promise.all([
    direct.autoencoder(await sharedGpu(), {
      ...spec,
      encoder: [direct.dense(12), direct.topK(2)],
      decoder: [direct.dense(6)],
      penalty: [direct.unitNorm(), direct.deadLatents(dead)],
    }),
    remote.autoencoder(gpu, {
      ...spec,
      encoder: [remote.dense(12), remote.topK(2)],
      decoder: [remote.dense(6)],
      penalty: [remote.unitNorm(), remote.deadLatents(dead)],
    }),
  ]);
  const options = { epochs: 4, batchSize: 16 };
  const { epochs } = await own.fit(data, options);
  expect(epochs[3].dead).toBeGreaterThan(0);
  expect((await remoted.fit(data, options)).epochs).toEqual(epochs);
  expect(await remoted.save()).toEqual(await own.save());
  for (const each of [own, remoted]) each.dispose();
});

it('trains an adversarial autoencoder and a GAN with the same bits as without a worker', async () => {
  const data = new Draw(4).floats(40 * 6, -1, 1);
  const here = await sharedGpu();
  const there = gpu;
  const prior = { low: -2, high: 1 };
  const spec = { input: 6, loss: 'mse', seed: 2 } as const;
  const [own, remoted] = await Promise.all([
    direct.autoencoder(here, {
      ...spec,
      encoder: [direct.dense(3)],
      decoder: [direct.dense(6)],
      penalty: direct.adversarial([direct.dense(4, 'tanh')], {
        prior: direct.uniform(prior),
        optimizer: direct.sgd(0.1),
      }),
    }),
    remote.autoencoder(there, {
      ...spec,
      encoder: [remote.dense(3)],
      decoder: [remote.dense(6)],
      penalty: remote.adversarial([remote.dense(4, 'tanh')], {
        prior: remote.uniform(prior),
        optimizer: remote.sgd(0.1),
      }),
    }),
  ]);
  const options = { steps: 5, batchSize: 16 };
  expect((await remoted.fit(data, options)).loss).toEqual((await own.fit(data, options)).loss);
  expect(await remoted.save()).toEqual(await own.save());
  expect(await remoted.discriminator!.predict(await remoted.encode(data))).toEqual(
    await own.discriminator!.predict(await own.encode(data)),
  );
  const made = await direct.gan(here, {
    code: 2,
    generator: [direct.dense(6)],
    discriminator: [],
    prior: direct.normal(),
  });
  const distant = await remote.gan(there, {
    code: 2,
    generator: [remote.dense(6)],
    discriminator: [],
    prior: remote.normal(),
  });
  const rates = { generator: direct.adam(0.01), discriminator: direct.sgd(0.1) };
  expect((await distant.fit(data, { ...options, ...rates })).epochs).toEqual(
    (await made.fit(data, { ...options, ...rates })).epochs,
  );
  expect(await distant.score(data)).toEqual(await made.score(data));
  expect(await distant.sample(3, { seed: 1 })).toEqual(await made.sample(3, { seed: 1 }));
  const loaded = await remote.loadGan(there, await made.save());
  expect(await loaded.weights()).toEqual(await made.weights());
  for (const each of [own, remoted, made, distant, loaded]) each.dispose();
});
