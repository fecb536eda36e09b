import { expect, it } from 'vitest';
import * as direct from '../../src/index.ts';
import * as remote from '../../src/worker.ts';
import { errorOf, expectRefused } from '../support/error-of.ts';
import { Draw } from '../support/random.ts';
import { describeCalls } from '../support/remote-calls.ts';
import { sharedWorker, smallRemote } from '../support/remote.ts';

const data = () => new Draw(1).floats(50 * 12, 0, 1);

describeCalls('a worker', sharedWorker);

it.each(['/nowhere.js', 'data:text/javascript,import "/nowhere.js"'])(
  'a script that does not load is reported with advice: %s',
  (address) =>
    expectRefused(
      direct.GpuUnavailableError,
      /could not be loaded: with Vite 7 or older, .*option `worker`.*worker-src/,
      remote.openGpu({ worker: new Worker(address, { type: 'module' }) }),
    ),
);

it('closing ends running calls and the worker', async () => {
  const gpu = await remote.openGpu({ tuning: 'fixed' });
  const model = await smallRemote(gpu, { loss: 'mse', decoder: [remote.dense(12)] });
  expect((await gpu.memory()).buffers).toBeGreaterThan(0);
  expect((await gpu.counters()).submits).toBe(0);
  const training = model.fit(data(), { steps: 1_000_000 });
  gpu.close();
  gpu.close();
  expect(await errorOf(training)).toBeInstanceOf(direct.DeviceLostError);
  expect(await errorOf(model.encode(data()))).toBeInstanceOf(direct.DeviceLostError);
  expect((await gpu.lost).reason).toBe('destroyed');
});
