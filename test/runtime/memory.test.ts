import { expect, it } from 'vitest';
import { add } from '../../src/kernels/elementwise.ts';
import { OutOfMemoryError } from '../../src/errors.ts';
import { compile } from '../../src/runtime/plan.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { emptyTensor, tensor } from '../../src/runtime/tensor.ts';
import { sharedGpu } from '../support/gpu.ts';

const held = ({ bytes, buffers }: { bytes: number; buffers: number }) => ({ bytes, buffers });

it('counts the memory in use, in blocks of 256 bytes, and returns to the start when all is freed', async () => {
  const gpu = await sharedGpu();
  const before = gpu.memory();
  const made = [
    emptyTensor(gpu, [1]),
    emptyTensor(gpu, [64]),
    emptyTensor(gpu, [65]),
    tensor(gpu, new Float32Array(1000)),
  ];
  expect(held(gpu.memory())).toEqual({ bytes: before.bytes + 256 + 256 + 512 + 4096, buffers: before.buffers + 4 });
  for (const each of made) each.dispose();
  expect(held(gpu.memory())).toEqual(held(before));
});

it('counts a buffer that is freed twice once', async () => {
  const gpu = await sharedGpu();
  const before = gpu.memory();
  const made = emptyTensor(gpu, [10]);
  made.dispose();
  made.dispose();
  expect(held(gpu.memory())).toEqual(held(before));
});

it('records the peak', async () => {
  const gpu = await sharedGpu();
  const large = emptyTensor(gpu, [gpu.memory().peakBytes / 4]);
  const { bytes, peakBytes } = gpu.memory();
  expect(peakBytes).toBe(bytes);
  large.dispose();
  expect(gpu.memory().peakBytes).toBe(peakBytes);
});

it('frees a plan’s buffers with the plan', async () => {
  const gpu = await sharedGpu();
  const x = tensor(gpu, [1, 2, 3, 4]);
  const before = gpu.memory();
  const tape = makeTape(gpu);
  tape.keep(add(tape, x, x));
  const plan = await compile(tape);
  // One of the sum, and one of the numbers that its dispatches take.
  expect(gpu.memory().buffers).toBe(before.buffers + 2);
  plan.dispose();
  expect(held(gpu.memory())).toEqual(held(before));
  x.dispose();
});

it('refuses a buffer past the adapter’s limit, with both numbers', async () => {
  const gpu = await sharedGpu();
  const before = gpu.memory();
  const limit = Math.min(gpu.device.limits.maxBufferSize, gpu.device.limits.maxStorageBufferBindingSize);
  expect(() => emptyTensor(gpu, [limit / 4 + 64])).toThrow(OutOfMemoryError);
  expect(() => emptyTensor(gpu, [limit / 4 + 64])).toThrow(`${limit + 256} bytes are more than the ${limit}`);
  expect(gpu.memory()).toEqual(before);
});
