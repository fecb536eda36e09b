import * as remote from '../../src/worker.ts';
import type { Gpu } from '../../src/worker/data.ts';

/** Makes a small autoencoder in a worker, with some parts of its spec replaced. */
export const smallRemote = (gpu: Gpu, changes: Partial<remote.WorkerAutoencoderSpec>) =>
  remote.autoencoder(gpu, {
    input: 12,
    encoder: [remote.dense(5, 'relu')],
    decoder: [remote.dense(12, 'sigmoid')],
    loss: 'bce',
    ...changes,
  });
