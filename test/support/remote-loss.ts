import { expect } from 'vitest';
import * as direct from '../../src/index.ts';
import * as remote from '../../src/worker.ts';
import type { Gpu } from '../../src/worker/data.ts';
import { sharedGpu } from './gpu.ts';
import { Draw } from './random.ts';
import { smallRemote } from './remote.ts';

/** Checks that a model with this loss trains to the same bits as without a worker, and comes back from its file. */
export async function expectSameLoss(
  gpu: Gpu,
  ours: direct.AutoencoderSpec['loss'],
  theirs: remote.WorkerAutoencoderSpec['loss'],
): Promise<void> {
  const data = new Draw(1).floats(50 * 12, 0, 1);
  const own = await direct.autoencoder(await sharedGpu(), {
    input: 12,
    encoder: [direct.dense(5, 'relu')],
    decoder: [direct.dense(12)],
    loss: ours,
  });
  const there = await smallRemote(gpu, { loss: theirs, decoder: [remote.dense(12)] });
  const options = { steps: 5, batchSize: 16 };
  expect((await there.fit(data, options)).loss).toEqual((await own.fit(data, options)).loss);
  expect(await there.errors(data)).toEqual(await own.errors(data));
  const file = await there.save();
  expect(file).toEqual(await own.save());
  const losses = typeof theirs === 'string' ? [] : [theirs];
  const again = await remote.loadAutoencoder(gpu, file, { losses });
  expect(await again.save()).toEqual(file);
  for (const model of [own, there, again]) model.dispose();
}
