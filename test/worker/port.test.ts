/** The worker's side in the page itself, at the other end of a port, where it can be looked into. What both share: calls.long.test.ts. */
import { expect, it, vi } from 'vitest';
import * as direct from '../../src/index.ts';
import { adam, dataset } from '../../src/worker.ts';
import { openOver } from '../../src/worker/open.ts';
import { fromWireError, toWireError } from '../../src/worker/protocol.ts';
import { errorOf } from '../support/error-of.ts';
import { Draw } from '../support/random.ts';
import { overPort, servedPort, smallRemote } from '../support/remote.ts';

const data = () => new Draw(1).floats(50 * 12, 0, 1);

it('what the page has dropped stays as long as another object or a running call needs it', async () => {
  const gpu = await overPort();
  const model = await smallRemote(gpu, {});
  const { encoder } = model;
  const set = await dataset(gpu, data(), { shape: [12] });
  const view = set.take(20);
  const optimizer = adam(0.01);
  const wanted = await encoder.predict(view);
  const weights = await model.weights();
  const training = model.fit(view.take(10), { steps: 20, optimizer });
  for (const { handle } of [set, model]) gpu.client.forget({ $handle: handle });
  gpu.client.forget({ $same: 1 }); // the optimizer
  expect((await training).steps).toBe(20);
  for (const each of [model, set])
    expect((await errorOf(model.encode(each as never))).message).toMatch(/object \d+ does not exist/);
  const trained = await encoder.predict(view);
  expect(trained.shape).toEqual([20, 5]);
  expect(trained).not.toEqual(wanted);
  // The network has the trained weights of the model, whose memory is not freed.
  const again = await smallRemote(gpu, {});
  expect(await again.weights()).toEqual(weights);
  await again.fit(view.take(10), { steps: 20, optimizer });
  expect(await again.encoder.predict(view)).toEqual(trained);
  gpu.close();
});

it('a lost device is reported to the page', async () => {
  const requested = vi.spyOn(GPUAdapter.prototype, 'requestDevice');
  const own = await overPort();
  const model = await smallRemote(own, {});
  const device = (await requested.mock.results[0].value) as GPUDevice;
  requested.mockRestore();
  device.destroy();
  expect((await own.lost).reason).toBe('destroyed');
  expect(await errorOf(model.encode(data()))).toBeInstanceOf(direct.DeviceLostError);
});

it('a broken end ends everything', async () => {
  let fail!: (error: Error) => void;
  const own = await openOver(
    servedPort(),
    {},
    () => {},
    (told) => (fail = told),
  );
  const model = await smallRemote(own, {});
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
