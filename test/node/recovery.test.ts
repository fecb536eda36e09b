/** How a Gpu comes by another device, with devices that only keep buffers. What becomes of a training is in test/models/recover.test.ts. */
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { DeviceLostError, GpuUnavailableError, OptionError } from '../../src/errors.ts';
import type { Command } from '../../src/runtime/commands.ts';
import type { Open, Opened } from '../../src/runtime/connection.ts';
import { recover } from '../../src/runtime/recover.ts';
import { tensor } from '../../src/runtime/tensor.ts';
import { errorOf } from '../support/error-of.ts';
import { standIn, standInDevice, stubWebGpu } from '../support/stand-in.ts';

beforeAll(stubWebGpu);
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A Gpu whose device is lost, without a message. */
async function lostGpu(reopen?: Open) {
  let lose!: (info: GPUDeviceLostInfo) => void;
  const gpu = standIn(reopen, standInDevice(new Promise((resolve) => (lose = resolve))));
  const values = tensor(gpu, [1, 2, 3]);
  lose({ reason: 'unknown', message: '' } as GPUDeviceLostInfo);
  await gpu.lost;
  return { gpu, values };
}

const unavailable = () => Promise.reject(new GpuUnavailableError('not yet'));

it('does nothing if no device is lost', async () => {
  const reopen = vi.fn(unavailable);
  const gpu = standIn(reopen);
  await recover(gpu);
  expect([gpu.isLost, reopen.mock.calls.length]).toEqual([false, 0]);
});

it('asks until it gets a device, which all callers receive, and drops the tensors of the old one', async () => {
  const answers = [unavailable, unavailable, async () => ({ device: standInDevice(), quads: false })];
  const reopen = vi.fn(() => answers.shift()!());
  const { gpu, values } = await lostGpu(reopen);
  expect(() => gpu.check()).toThrow(new DeviceLostError('the GPU device was lost (unknown): no reason given'));
  const waiting = Promise.all([recover(gpu), recover(gpu, new AbortController().signal)]);
  await vi.runAllTimersAsync();
  await waiting;
  expect([gpu.isLost, reopen.mock.calls.length, values.gone, gpu.memory().buffers]).toEqual([false, 3, true, 0]);
});

it('gives up after seven attempts, or without an answer', async () => {
  for (const [reopen, cause] of [
    [unavailable, 'not yet'],
    [() => new Promise<never>(() => {}), 'no answer within 2000 ms'],
  ] as const) {
    const { gpu } = await lostGpu(reopen);
    const waiting = errorOf(recover(gpu));
    await vi.runAllTimersAsync();
    const error = await waiting;
    expect(error).toBeInstanceOf(GpuUnavailableError);
    expect([error.message, (error.cause as Error).message]).toEqual([expect.stringContaining('in 7 attempts'), cause]);
    expect(gpu.isLost).toBe(true);
  }
});

it('passes other errors on, and ends with the reason of a signal', async () => {
  const wrong = new OptionError('no such adapter');
  const { gpu } = await lostGpu(() => Promise.reject(wrong));
  const waiting = errorOf(recover(gpu));
  await vi.runAllTimersAsync();
  expect(await waiting).toBe(wrong);
  const stop = new AbortController();
  const aborted = errorOf(recover((await lostGpu(unavailable)).gpu, stop.signal));
  const reason = new Error('enough');
  stop.abort(reason);
  expect(await aborted).toBe(reason);
  expect(await errorOf(recover((await lostGpu(unavailable)).gpu, stop.signal))).toBe(reason);
});

it('ends if it is closed, and destroys a device that arrives too late', async () => {
  const early = (await lostGpu(unavailable)).gpu;
  const waiting = errorOf(recover(early));
  early.close();
  await vi.runAllTimersAsync();
  expect(await waiting).toBeInstanceOf(DeviceLostError);
  const device = standInDevice();
  const destroyed = vi.spyOn(device, 'destroy');
  const { gpu } = await lostGpu(async () => {
    gpu.close();
    return { device, quads: false };
  });
  const late = errorOf(recover(gpu));
  await vi.runAllTimersAsync();
  expect(await late).toBeInstanceOf(DeviceLostError);
  expect(destroyed).toHaveBeenCalledOnce();
});

it('destroys each device that arrives after its attempt timed out', async () => {
  const device = standInDevice();
  const destroyed = vi.spyOn(device, 'destroy');
  const answers: ((opened: Opened) => void)[] = [];
  const attempt = () => new Promise<Opened>((resolve) => answers.push(resolve));
  const reopen = vi.fn<Open>(async () => ({ device: standInDevice(), quads: false })).mockImplementationOnce(attempt);
  const { gpu } = await lostGpu(reopen);
  const waiting = recover(gpu);
  await vi.runAllTimersAsync();
  await waiting;
  answers[0]({ device, quads: false });
  await vi.runAllTimersAsync();
  expect(destroyed).toHaveBeenCalledOnce();
  expect(gpu.device).not.toBe(device);
  expect(gpu.isLost).toBe(false);
});

it('continues during a profile, which reports the lost device', async () => {
  /** A device with a clock, which counts the passes that are timed. */
  const withClock = (lost?: Promise<GPUDeviceLostInfo>) => {
    const createQuerySet = vi.fn(() => ({ destroy: () => {} }));
    const pass = { setPipeline: () => {}, setBindGroup: () => {}, dispatchWorkgroups: () => {}, end: () => {} };
    const createCommandEncoder = () => ({
      beginComputePass: () => pass,
      resolveQuerySet: () => {},
      finish: () => ({}),
    });
    const features = new Set(['timestamp-query']);
    return { ...standInDevice(lost), features, createQuerySet, createCommandEncoder } as unknown as GPUDevice;
  };
  let lose!: (info: GPUDeviceLostInfo) => void;
  const [first, second] = [withClock(new Promise((resolve) => (lose = resolve))), withClock()];
  const gpu = standIn(async () => ({ device: second, quads: false }), first);
  const command = { label: 'any' } as Command;
  const run = () => gpu.compute((pass) => (pass.encode(command), 1));
  let begin!: () => void;
  // The profiler is imported on demand.
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const profiled = errorOf(
    gpu.profile(async () => {
      begin();
      await run();
      lose({ reason: 'unknown', message: '' } as GPUDeviceLostInfo);
      await gpu.lost;
      await recover(gpu);
      await run();
    }),
  );
  await begun;
  await vi.runAllTimersAsync();
  const error = await profiled;
  expect(error).toBeInstanceOf(DeviceLostError);
  expect(error.message).toBe('profile: the device was lost meanwhile');
  // Nothing of the old device may get into what runs on the new one.
  expect([first, second].map((device) => vi.mocked(device.createQuerySet).mock.calls.length)).toEqual([1, 0]);
});

it('is impossible for a given device', async () => {
  const { gpu } = await lostGpu();
  expect(gpu.reopen).toBeUndefined();
  expect(await errorOf(recover(gpu))).toBeInstanceOf(DeviceLostError);
});
