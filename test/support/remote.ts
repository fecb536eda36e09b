import * as remote from '../../src/worker.ts';
import type { Gpu } from '../../src/worker/data.ts';
import { openOver } from '../../src/worker/open.ts';
import { serve } from '../../src/worker/server.ts';

let opened: Promise<Gpu> | undefined;

/** The one worker that all test files share, for as long as the page is there: loading the library and compiling its kernels once more would take longer than most tests. */
export const sharedWorker = (): Promise<Gpu> => (opened ??= remote.openGpu({ tuning: 'fixed' }));

/** Makes a small autoencoder in a worker, with some parts of its spec replaced. */
export const smallRemote = (gpu: Gpu, changes: Partial<remote.WorkerAutoencoderSpec>) =>
  remote.autoencoder(gpu, {
    input: 12,
    encoder: [remote.dense(5, 'relu')],
    decoder: [remote.dense(12, 'sigmoid')],
    loss: 'bce',
    ...changes,
  });

/** Returns a port; the worker's side runs in the page itself, at the other end of it. */
export function servedPort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  serve(port2);
  for (const port of [port1, port2]) port.start();
  return port1;
}

/** Opens a Gpu over such a port. */
export async function overPort(): Promise<Gpu> {
  const port = servedPort();
  return openOver(port, { tuning: 'fixed' }, () => port.close());
}
