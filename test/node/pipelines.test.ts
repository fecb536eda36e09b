/** What is said of a shader that does not compile, where the compiler's own messages do not come. Real compilers: test/runtime/pipelines.test.ts. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { shader } from '../../shaders/wgsl.ts';
import { LatentGpuError } from '../../src/errors.ts';
import { Pipelines } from '../../src/runtime/pipelines.ts';
import { errorOf } from '../support/error-of.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('GPUShaderStage', { COMPUTE: 4 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const wrong = shader<'x'>('wrong', '@group(0) @binding(0) var<storage, read> x: array<f32>; no WGSL');

it.each<[string, () => Promise<unknown>]>([
  ['never come', () => new Promise(() => {})],
  ['are refused', () => Promise.reject(new DOMException('lost', 'OperationError'))],
])('a failure is told though the messages %s', async (_, getCompilationInfo) => {
  const reason = new Error('the pipeline is invalid');
  const device = {
    pushErrorScope: () => {},
    popErrorScope: async () => null,
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createShaderModule: () => ({ getCompilationInfo }),
    createComputePipelineAsync: () => Promise.reject(reason),
  };
  const failing = errorOf(new Pipelines(device as unknown as GPUDevice).get(wrong, {}));
  await vi.runAllTimersAsync();
  const error = await failing;
  expect(error).toBeInstanceOf(LatentGpuError);
  expect(error.message).toBe('shader wrong did not compile: the pipeline is invalid');
  expect(error.cause).toBe(reason);
});
