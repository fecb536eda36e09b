import { afterEach, describe, expect, it, vi } from 'vitest';
import { shader, wgsl } from '../../shaders/wgsl.ts';
import { LatentGpuError } from '../../src/errors.ts';
import { compile } from '../../src/runtime/plan.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { sharedGpu } from '../support/gpu.ts';

afterEach(() => void vi.restoreAllMocks());

const writing = (value: string) =>
  shader<'y'>(
    'writing',
    wgsl`
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
override n: u32 = 1u;
override on = false;
@compute @workgroup_size(1)
fn main() {
  y[0] = ${value};
}
`,
  );

describe('a pipeline', () => {
  it('is made once for the same code and constants, in any order', async () => {
    const { pipelines } = await sharedGpu();
    const first = pipelines.get(writing('1.25'), { n: 2, on: true });
    expect(pipelines.get(writing('1.25'), { on: true, n: 2 })).toBe(first);
    expect(await pipelines.get(writing('1.25'), { n: 2, on: true })).toBe(await first);
  });

  it('differs for other code or other constants', async () => {
    const { pipelines } = await sharedGpu();
    const first = pipelines.get(writing('1.5'), { n: 2 });
    expect(pipelines.get(writing('1.5'), { n: 3 })).not.toBe(first);
    expect(pipelines.get(writing('1.5'), { n: 2, on: false })).not.toBe(first);
    expect(pipelines.get(writing('1.75'), { n: 2 })).not.toBe(first);
    await Promise.all([first, pipelines.get(writing('1.5'), { n: 3 })]);
  });

  it('shares its module with others of the same code', async () => {
    const { pipelines, device } = await sharedGpu();
    const made = vi.spyOn(device, 'createShaderModule');
    await Promise.all([1, 2, 3].map((n) => pipelines.get(writing('2.5'), { n })));
    expect(made).toHaveBeenCalledTimes(1);
  });
});

describe('a shader that does not compile', () => {
  const broken = writing('no_such_thing');

  /** What reaches the device's own listeners, past all scopes. */
  async function uncaptured(work: () => Promise<unknown>): Promise<string[]> {
    const { device } = await sharedGpu();
    const seen: string[] = [];
    const listen = (event: GPUUncapturedErrorEvent) => {
      event.preventDefault();
      seen.push(event.error.message);
    };
    device.addEventListener('uncapturederror', listen);
    // Out of the scopes that test/support/gpu-errors.ts has opened.
    for (let i = 0; i < 3; i++) await device.popErrorScope();
    await work();
    await device.queue.onSubmittedWorkDone();
    for (const filter of ['validation', 'out-of-memory', 'internal'] as const) device.pushErrorScope(filter);
    device.removeEventListener('uncapturederror', listen);
    return seen;
  }

  it('is a LatentGpuError with the compiler’s line and its words', async () => {
    const { pipelines } = await sharedGpu();
    const error = await pipelines.get(broken, {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LatentGpuError);
    expect((error as Error).message).toMatch(/^shader writing did not compile: 7:10 [^]*no_such_thing/);
    expect((error as Error).cause).toBeDefined();
  });

  it('is not also an uncaptured error', async () => {
    const { pipelines } = await sharedGpu();
    const another = writing('no_such_thing_either');
    expect(await uncaptured(() => expect(pipelines.get(another, {})).rejects.toThrow(LatentGpuError))).toEqual([]);
  });

  it('fails again for the next call, and does not affect others', async () => {
    const { pipelines } = await sharedGpu();
    const asked = vi.spyOn(GPUShaderModule.prototype, 'getCompilationInfo');
    for (let i = 0; i < 3; i++) await expect(pipelines.get(broken, {})).rejects.toThrow(LatentGpuError);
    const together = [1, 2, 3].map((n) => expect(pipelines.get(broken, { n })).rejects.toThrow('no_such_thing'));
    await Promise.all(together);
    // Chrome leaves a second question about the same module unanswered for as long as nothing else happens.
    expect(asked.mock.contexts.length).toBe(new Set(asked.mock.contexts).size);
    await expect(pipelines.get(writing('3.5'), {})).resolves.toBeDefined();
  });

  it('fails a plan before it allocates a buffer', async () => {
    const gpu = await sharedGpu();
    const tape = makeTape(gpu);
    const y = tape.tensor([1000]);
    tape.run(broken, { y }, {});
    tape.keep(y);
    const before = gpu.memory();
    await expect(compile(tape)).rejects.toThrow('shader writing did not compile');
    expect(gpu.memory()).toEqual(before);
  });

  it('also fails for an invalid constant', async () => {
    const { pipelines } = await sharedGpu();
    await expect(pipelines.get(writing('4.5'), { n: NaN })).rejects.toThrow(LatentGpuError);
    await expect(pipelines.get(writing('4.5'), { nonsense: 1 })).rejects.toThrow(LatentGpuError);
  });
});
