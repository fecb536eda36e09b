import { describe, expect, it } from 'vitest';
import { matmul } from '../../src/kernels/matmul.ts';
import { tilings } from '../../src/kernels/tilings.ts';
import { openGpu } from '../../src/runtime/open.ts';
import { matmul as reference } from '../reference/matmul.ts';
import { expectClose } from '../support/close.ts';
import { sharedGpu } from '../support/gpu.ts';
import { scattered, withRewritten } from '../support/pretended.ts';
import { Draw } from '../support/random.ts';
import { recording, runOne } from '../support/run.ts';

const { device } = await sharedGpu();

describe.runIf(device.features.has('subgroups'))('quads (with subgroups)', () => {
  it('are used if four neighbours in a workgroup form a quad', async () => {
    const gpu = await withRewritten((code) => code);
    expect(gpu.quads).toBe(true);
    expect(tilings(gpu, 64, 64).some(({ quads }) => quads)).toBe(true);
  });

  it('are not used otherwise, and products are right', async () => {
    const gpu = await withRewritten(scattered);
    const { memory, tape } = await recording(undefined, gpu);
    const [m, n, k] = [48, 40, 20];
    const draw = new Draw(1);
    const [a, b] = [draw.floats(m * k), draw.floats(k * n)];
    const y = await runOne(tape, matmul(tape, memory.put(a, [m, k]), memory.put(b, [k, n])));
    expectClose(y, reference(a, b, { m, n, k }).y, 1e-5);
    expect(gpu.quads).toBe(false);
  });

  it('are not used if their shader does not compile', async () => {
    const gpu = await withRewritten((code) => code.replaceAll('quadSwapX', 'noSuchFunction'));
    expect(gpu.quads).toBe(false);
  });
});

it('are not used without subgroups', async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const bare = await adapter!.requestDevice();
  const gpu = await openGpu({ device: bare });
  expect(gpu.quads).toBe(false);
  gpu.close();
  bare.destroy();
});
