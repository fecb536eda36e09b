import { afterEach, describe, expect, it, vi } from 'vitest';
import { add } from '../../src/kernels/elementwise.ts';
import { groupOf } from '../../src/kernels/tilings.ts';
import { shader } from '../../shaders/wgsl.ts';
import { DeviceLostError, GpuUnavailableError, LatentGpuError, OptionError } from '../../src/errors.ts';
import type { Gpu } from '../../src/runtime/device.ts';
import { openGpu } from '../../src/runtime/open.ts';
import { compile } from '../../src/runtime/plan.ts';
import { read } from '../../src/runtime/read.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { emptyTensor, readTensors, tensor } from '../../src/runtime/tensor.ts';
import { expectRefused } from '../support/error-of.ts';

afterEach(() => void vi.unstubAllGlobals());

describe('openGpu', () => {
  it('opens the default adapter, and reports it', async () => {
    const gpu = await openGpu();
    expect(Object.keys(gpu.info)).toEqual(['vendor', 'architecture', 'description', 'isFallback']);
    expect(gpu.counters()).toEqual({ dispatches: 0, submits: 0, readbacks: 0 });
    expect(gpu.memory()).toEqual({ bytes: 0, peakBytes: 0, buffers: 0 });
    const adapter = await navigator.gpu.requestAdapter();
    expect(gpu.device.limits.maxBufferSize).toBe(adapter!.limits.maxBufferSize);
    expect(gpu.device.limits.maxStorageBufferBindingSize).toBe(adapter!.limits.maxStorageBufferBindingSize);
    gpu.close();
  });

  it('accepts an adapter, or a function that returns one', async () => {
    const adapters = [(await navigator.gpu.requestAdapter())!, (await navigator.gpu.requestAdapter())!];
    const given = adapters.map((adapter) => vi.spyOn(adapter, 'requestDevice'));
    const byItself = vi.spyOn(navigator.gpu, 'requestAdapter');
    const [taken, got] = adapters;
    for (const [i, adapter] of [taken, () => Promise.resolve(got)].entries()) {
      const gpu = await openGpu({ adapter });
      expect(given[i]).toHaveBeenCalledTimes(1);
      expect(gpu.device).toBe(await given[i].mock.results[0].value);
      expect(gpu.info.vendor).toBe(adapters[i].info.vendor);
      gpu.close();
    }
    expect(byItself).not.toHaveBeenCalled();
    byItself.mockRestore();
  });

  it.each([
    ['in Chrome on Linux', {}, undefined, 'high-performance'],
    ['in Chrome on Windows, which ignores it with a warning', { platform: 'Windows' }, undefined, undefined],
    ['where the page chooses', { platform: 'Windows' }, 'low-power', 'low-power'],
  ] as const)('asks for the faster of two GPUs: %s', async (_, userAgentData, powerPreference, asked) => {
    const requestAdapter = vi.fn(async () => null);
    vi.stubGlobal('navigator', { gpu: { requestAdapter }, userAgentData });
    await expect(openGpu({ powerPreference })).rejects.toThrow(GpuUnavailableError);
    expect(requestAdapter).toHaveBeenCalledWith({ powerPreference: asked });
  });

  it('refuses an unknown option, and suggests a similar one', async () => {
    await expect(openGpu({ adaptor: null } as never)).rejects.toThrow(OptionError);
    await expect(openGpu({ adaptor: null } as never)).rejects.toThrow(
      "openGpu: unknown option 'adaptor' (did you mean adapter?)",
    );
    await expect(openGpu({ colour: 'red' } as never)).rejects.toThrow(
      "unknown option 'colour'; it takes adapter, device, powerPreference, tuning",
    );
  });

  it('reports a missing adapter', async () => {
    await expect(openGpu({ adapter: async () => null })).rejects.toThrow(GpuUnavailableError);
    await expect(openGpu({ adapter: async () => null })).rejects.toThrow('no GPU adapter');
  });

  it('reports missing WebGPU', async () => {
    vi.stubGlobal('navigator', {});
    await expect(openGpu()).rejects.toThrow(GpuUnavailableError);
    await expect(openGpu()).rejects.toThrow('WebGPU is not available');
    vi.stubGlobal('isSecureContext', false);
    await expect(openGpu()).rejects.toThrow('secure context');
  });

  it('refuses an adapter that is used a second time', async () => {
    const adapter = (await navigator.gpu.requestAdapter())!;
    const gpu = await openGpu({ adapter });
    await expect(openGpu({ adapter })).rejects.toThrow(GpuUnavailableError);
    gpu.close();
  });
});

describe('a given device', () => {
  /** One that says other things of itself. */
  const deviceWith = async (changes: object) => {
    const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
    for (const [name, value] of Object.entries(changes)) Object.defineProperty(device, name, { value });
    return device;
  };

  it('needs eight storage buffers for each shader, and 64 invocations', async () => {
    const device = await deviceWith({
      limits: { maxStorageBuffersPerShaderStage: 4, maxComputeInvocationsPerWorkgroup: 256 },
    });
    const opening = openGpu({ device });
    await expect(opening).rejects.toThrow(GpuUnavailableError);
    await expect(opening).rejects.toThrow("the device's maxStorageBuffersPerShaderStage is 4, but must be at least 8");
    device.destroy();
  });

  it('may lack the adapter’s info, as in older browsers', async () => {
    const device = await deviceWith({ adapterInfo: undefined });
    const gpu = await openGpu({ device });
    expect(gpu.info).toEqual({ vendor: '', architecture: '', description: '', isFallback: false });
    gpu.close();
    device.destroy();
  });

  it.each([
    [true, 'google', 'swiftshader', ''],
    [true, '', '', 'SwiftShader Device (LLVM 10.0.0)'],
    [true, 'mesa', '', 'llvmpipe (LLVM 19.1.7, 256 bits)'],
    [true, 'microsoft', 'warp', ''],
    [true, '', '', 'Microsoft Basic Render Driver'],
    [false, 'nvidia', 'ada', 'NVIDIA GeForce RTX 4060'],
    [false, 'intel', 'gen-12lp', 'Intel(R) Iris(R) Xe Graphics'],
  ])('is taken for a processor, %s, by its name: %s %s %s', async (isFallback, vendor, architecture, description) => {
    const device = await deviceWith({ adapterInfo: { vendor, architecture, description, isFallbackAdapter: false } });
    const gpu = await openGpu({ device });
    expect(gpu.info).toEqual({ vendor, architecture, description, isFallback });
    expect(groupOf(gpu)).toBe(isFallback ? 16 : 64);
    gpu.close();
    device.destroy();
  });

  it('survives close(), which frees only the library’s resources', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter!.requestDevice();
    const gpu = await openGpu({ device });
    const x = tensor(gpu, [1, 2, 3, 4]);
    const tape = makeTape(gpu);
    expect([...(await read(add(tape, x, x))).data]).toEqual([2, 4, 6, 8]);
    gpu.close();
    expect(gpu.memory().buffers).toBe(0);
    expect(() => emptyTensor(gpu, [1])).toThrow(DeviceLostError);
    await gpu.lost;
    const again = await openGpu({ device });
    expect([...(await read(tensor(again, [5]))).data]).toEqual([5]);
    again.close();
    device.destroy();
  });
});

describe('after close()', () => {
  async function closed() {
    const gpu = await openGpu();
    const x = tensor(gpu, [1, 2, 3, 4]);
    const tape = makeTape(gpu);
    const y = add(tape, x, x);
    tape.keep(y);
    const plan = await compile(tape);
    gpu.close();
    return { gpu, x, y, tape, plan };
  }

  it('every call is a DeviceLostError', async () => {
    const { gpu, x, y, tape, plan } = await closed();
    expect(() => emptyTensor(gpu, [1])).toThrow(DeviceLostError);
    expect(() => tensor(gpu, [1])).toThrow('the Gpu was closed');
    expect(() => gpu.check()).toThrow(DeviceLostError);
    await expect(plan.run()).rejects.toThrow(DeviceLostError);
    await expect(compile(tape)).rejects.toThrow(DeviceLostError);
    await expect(read(x)).rejects.toThrow(DeviceLostError);
    await expect(read(y)).rejects.toThrow(DeviceLostError);
    await expect(readTensors(gpu, [x])).rejects.toThrow(DeviceLostError);
    await expect(gpu.submit(() => 0)).rejects.toThrow(DeviceLostError);
    await expect(gpu.wait(new Promise(() => {}))).rejects.toThrow(DeviceLostError);
    await expect(gpu.wait(Promise.resolve(1))).rejects.toThrow(DeviceLostError);
    await expect(gpu.wait(Promise.reject(new Error('other')))).rejects.toThrow(DeviceLostError);
  });

  it('no memory is held, freeing is harmless, and closing again does nothing', async () => {
    const { gpu, x, plan } = await closed();
    expect(gpu.memory()).toMatchObject({ bytes: 0, buffers: 0 });
    x.dispose();
    plan.dispose();
    gpu.close();
    expect(gpu.memory()).toMatchObject({ bytes: 0, buffers: 0 });
    expect((await gpu.lost).reason).toBe('destroyed');
  });
});

/** Rejects at once, or the test runs into its own time limit. */
const rejects = (promise: Promise<unknown>) => expect(promise).rejects.toThrow(DeviceLostError);

describe('waiting calls when the device goes', () => {
  const never = new Promise<never>(() => {});

  it('end at once after close()', async () => {
    const gpu = await openGpu();
    const x = tensor(gpu, new Float32Array(1000));
    const waiting = [rejects(gpu.wait(never)), rejects(readTensors(gpu, [x])), rejects(gpu.submit(() => 0))];
    const tape = makeTape(gpu);
    waiting.push(rejects(read(add(tape, x, x))));
    gpu.close();
    await Promise.all(waiting);
  });

  it('end after close() on a given device too', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter!.requestDevice();
    const gpu = await openGpu({ device });
    const waiting = rejects(gpu.wait(never));
    gpu.close();
    await waiting;
    device.destroy();
  });

  it('end with the reason of an external loss', async () => {
    const gpu = await openGpu();
    const waiting = expect(gpu.wait(never)).rejects.toThrow('the GPU device was lost (destroyed)');
    gpu.device.destroy();
    await waiting;
    expect(() => gpu.check()).toThrow(DeviceLostError);
  });

  it('leave no rejection unhandled', async () => {
    const unhandled = vi.fn();
    window.addEventListener('unhandledrejection', unhandled);
    const gpu: Gpu = await openGpu();
    const tape = makeTape(gpu);
    const y = tape.tensor([4]);
    tape.run(
      shader<'y'>('broken', '@group(0) @binding(0) var<storage, read_write> y: array<f32>; @compute fn main() { no }'),
      { y },
      {},
    );
    tape.keep(y);
    const waiting = rejects(compile(tape));
    gpu.close();
    await waiting;
    await rejects(compile(tape));
    await new Promise((resolve) => setTimeout(resolve, 20));
    window.removeEventListener('unhandledrejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('guard', () => {
  it('turns errors that WebGPU reports only in scopes into exceptions', async () => {
    const gpu = await openGpu();
    await expectRefused(
      LatentGpuError,
      'WebGPU refused a command',
      gpu.guard(() => gpu.device.createBuffer({ size: 16, usage: 0xffff })),
    );
    expect(await gpu.guard(() => 7)).toBe(7);
    gpu.close();
  });

  it('passes an error on and closes its scopes', async () => {
    const gpu = await openGpu();
    const reason = new Error('mine');
    await expect(
      gpu.guard(() => {
        throw reason;
      }),
    ).rejects.toBe(reason);
    expect(await gpu.device.popErrorScope().catch(() => 'none open')).toBe('none open');
    gpu.close();
  });
});
