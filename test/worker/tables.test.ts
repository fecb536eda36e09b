import { beforeAll, describe, expect, it } from 'vitest';
import * as direct from '../../src/index.ts';
import * as remote from '../../src/worker.ts';
import type { Gpu } from '../../src/worker/data.ts';
import { sharedGpu } from '../support/gpu.ts';
import { expectRefused } from '../support/error-of.ts';
import { sharedWorker } from '../support/remote.ts';
import { tableOf } from '../support/tables.ts';

let gpu: Gpu;

beforeAll(async () => {
  gpu = await sharedWorker();
});

describe('a model of tables in a worker', () => {
  it('trains with the same bits as without a worker, and answers the same', async () => {
    const data = await tableOf(40);
    const options = { epochs: 2, batchSize: 16, validation: data.take(10), optimizer: direct.adam(3e-3) };
    const own = await direct.autoencoder(await sharedGpu(), {
      input: data.columns,
      encoder: [direct.dense(4, 'tanh'), direct.gaussian(2)],
      decoder: [],
      corrupt: [direct.hideCells(0.2), direct.swapNoise(0.1)],
    });
    const theirs = await remote.autoencoder(gpu, {
      input: data.columns,
      encoder: [remote.dense(4, 'tanh'), remote.gaussian(2)],
      decoder: [],
      corrupt: [remote.hideCells(0.2), remote.swapNoise(0.1)],
    });
    await own.fit(data, options);
    await theirs.fit(data, options);
    expect(theirs.columns).toEqual(own.columns);
    expect(await theirs.weights()).toEqual(await own.weights());
    expect(await theirs.errors(data, { perColumn: true })).toEqual(await own.errors(data, { perColumn: true }));
    expect(await theirs.explain(data, { rows: [3, 1] })).toEqual(await own.explain(data, { rows: [3, 1] }));
    for (const each of [own, theirs]) each.dispose();
  });

  it('accepts tables on its device, and views of them', async () => {
    const data = await tableOf(40);
    const rows = await remote.table(gpu, data);
    const model = await remote.autoencoder(gpu, {
      input: data.columns,
      encoder: [remote.dense(4, 'tanh'), remote.gaussian(2)],
      decoder: [],
    });
    await model.fit(rows, { epochs: 1, batchSize: 16 });
    expect(await model.errors(rows.take(5))).toEqual((await model.errors(data)).slice(0, 5));
    expect(data.length).toBe(40);
    rows.dispose();
    model.dispose();
  });

  it('refuses columns of too many texts before they are sent', async () => {
    const lines = Array.from({ length: 10_050 }, (_, i) => `text ${i},${i % 7}`);
    const data = await direct.readTable(['id,x', ...lines].join('\n'));
    await expectRefused(direct.OptionError, "leave it out by table.without('id')", remote.table(gpu, data));
  });
});
