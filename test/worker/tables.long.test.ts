import { expect, it } from 'vitest';
import * as direct from '../../src/index.ts';
import * as remote from '../../src/worker.ts';
import { sharedGpu } from '../support/gpu.ts';
import { sharedWorker } from '../support/remote.ts';
import { tableOf } from '../support/tables.ts';

it('a model of tables that a worker has loaded fills, samples and reconstructs the same as without a worker', async () => {
  const data = await tableOf(40);
  const own = await direct.autoencoder(await sharedGpu(), {
    input: data.columns,
    encoder: [direct.dense(8, 'gelu'), direct.gaussian(2)],
    decoder: [direct.dense(8, 'gelu')],
  });
  await own.fit(data, { epochs: 2, batchSize: 16, optimizer: direct.adam(3e-3) });
  const theirs = await remote.loadAutoencoder<remote.TableAutoencoder>(await sharedWorker(), await own.save());
  expect((await theirs.impute(data)).toCsv()).toBe((await own.impute(data)).toCsv());
  expect((await theirs.sample(3, { seed: 1 })).toCsv()).toBe((await own.sample(3, { seed: 1 })).toCsv());
  expect((await theirs.reconstruct(data.take(4))).toCsv()).toBe((await own.reconstruct(data.take(4))).toCsv());
  for (const each of [own, theirs]) each.dispose();
});
