/** How a Gpu is opened where there is no GPU: adapters and browsers that only pretend to be some. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GpuUnavailableError } from '../../src/errors.ts';
import { openGpu } from '../../src/runtime/open.ts';
import { errorOf } from '../support/error-of.ts';
import { standInAdapter, standInDevice } from '../support/stand-in.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const never = () => new Promise<never>(() => {});
const requestAdapter = (answer: () => Promise<unknown>) =>
  vi.stubGlobal('navigator', { gpu: { requestAdapter: answer } });

/** What an opening ends with once all timers have run. */
async function failed(opening: Promise<unknown>): Promise<Error> {
  const error = errorOf(opening);
  await vi.runAllTimersAsync();
  return error;
}

describe('openGpu has a time limit', () => {
  it.each<[string, () => ReturnType<typeof openGpu>]>([
    ['a browser that does not answer', () => (requestAdapter(never), openGpu())],
    ['a function that does not answer', () => openGpu({ adapter: never })],
    ['an adapter that gives no device', () => openGpu({ adapter: standInAdapter(never) })],
  ])('for %s', async (_, open) => {
    const message = 'WebGPU did not answer within 30 s: restart the browser or program';
    expect(await failed(open())).toEqual(new GpuUnavailableError(message));
  });

  it('and destroys a device that arrives too late', async () => {
    const device = standInDevice();
    const destroyed = vi.spyOn(device, 'destroy');
    let answer!: (device: GPUDevice) => void;
    const adapter = standInAdapter(() => new Promise((resolve) => (answer = resolve)));
    await failed(openGpu({ adapter }));
    expect(destroyed).not.toHaveBeenCalled();
    answer(device);
    await vi.runAllTimersAsync();
    expect(destroyed).toHaveBeenCalledOnce();
  });

  it('and waits for a slow device', async () => {
    const slow = () => new Promise<GPUDevice>((resolve) => setTimeout(resolve, 20_000, standInDevice()));
    const opening = openGpu({ adapter: standInAdapter(slow), tuning: 'fixed' });
    await vi.runAllTimersAsync();
    (await opening).close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('a browser that refuses to request an adapter is a GpuUnavailableError with its reason', async () => {
  const reason = new DOMException('A valid external Instance reference no longer exists.', 'OperationError');
  requestAdapter(() => Promise.reject(reason));
  const error = await failed(openGpu());
  expect(error).toBeInstanceOf(GpuUnavailableError);
  expect(error.cause).toBe(reason);
});

it('a device that lacks a limit is destroyed', async () => {
  const device = standInDevice();
  Object.assign(device.limits, { maxStorageBuffersPerShaderStage: 4 });
  const destroyed = vi.spyOn(device, 'destroy');
  const error = await failed(openGpu({ adapter: standInAdapter(async () => device) }));
  expect(error.message).toBe("the device's maxStorageBuffersPerShaderStage is 4, but must be at least 8");
  expect(destroyed).toHaveBeenCalledOnce();
});

describe('advice is given for', () => {
  const chrome =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36';
  const gpu = { requestAdapter: async () => null };
  it.each<[string, object | undefined, RegExp]>([
    ['a browser without WebGPU', { userAgent: chrome }, /^WebGPU is not available: it needs Chrome .*Firefox/],
    ['Node 20 without WebGPU', undefined, /^WebGPU is not available: in Node, the package `webgpu`/],
    ['Node 22 without WebGPU', { userAgent: 'Node.js/22' }, /^WebGPU is not available: in Node, the package `webgpu`/],
    [
      'Deno without WebGPU',
      { userAgent: 'Deno/1.30' },
      /^WebGPU is not available: .*Deno has WebGPU in newer versions$/,
    ],
    [
      'a browser without a GPU',
      { userAgent: chrome, gpu },
      /^WebGPU found no GPU adapter: .*chrome:\/\/gpu or about:support/,
    ],
    [
      'Node without a GPU',
      { gpu },
      /^WebGPU found no GPU adapter: it needs a driver for Vulkan, Metal or Direct3D 12$/,
    ],
    ['Deno without a GPU', { userAgent: 'Deno/2.9', gpu }, /needs a driver for Vulkan/],
  ])('%s', async (_, navigator, message) => {
    vi.stubGlobal('navigator', navigator);
    const error = await failed(openGpu());
    expect(error).toBeInstanceOf(GpuUnavailableError);
    expect(error.message).toMatch(message);
  });

  it('an insecure page', async () => {
    vi.stubGlobal('navigator', { userAgent: chrome });
    vi.stubGlobal('isSecureContext', false);
    expect((await failed(openGpu())).message).toMatch(/^this page cannot use WebGPU: it needs a secure context/);
  });
});
