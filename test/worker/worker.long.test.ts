import { beforeAll, expect, it } from 'vitest';
import * as direct from '../../src/index.ts';
import * as remote from '../../src/worker.ts';
import type { Gpu } from '../../src/worker/data.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { expectSameLoss } from '../support/remote-loss.ts';
import { sharedWorker } from '../support/remote.ts';

let gpu: Gpu;

beforeAll(async () => {
  gpu = await sharedWorker();
});

it('windows of a series, from an array or a table, are in the worker, and their scores map to steps', async () => {
  const values = new Draw(4).floats(60, 0, 1);
  const options = { length: 12, stride: 3, labels: Array.from({ length: 17 }, (_, i) => i % 3) };
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
  const model = await remote.autoencoder(gpu, {
    input: 12,
    encoder: [remote.dense(5, 'relu')],
    decoder: [remote.dense(12, 'sigmoid')],
    loss: 'bce',
  });
  const scores = await model.errors(theirs);
  expect(await model.errors(ofTable)).toEqual(scores);
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

it('further losses train with the same bits as without a worker', async () => {
  await expectSameLoss(gpu, 'mae', 'mae');
  await expectSameLoss(gpu, direct.categorical([3, 4, 5]), remote.categorical([3, 4, 5]));
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
