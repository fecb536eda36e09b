import { afterEach, beforeEach, expect } from 'vitest';
import { sharedGpu } from './gpu.ts';

const filters: GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal'];

// Every test runs inside WebGPU's error scopes: a shader that does not compile, or a binding that does not fit, fails
// the test that made it, with the compiler's message.
beforeEach(async () => {
  const { device } = await sharedGpu();
  for (const filter of filters) device.pushErrorScope(filter);
});

afterEach(async () => {
  const { device } = await sharedGpu();
  const errors = await Promise.all(filters.map(() => device.popErrorScope()));
  expect(errors.flatMap((error) => (error ? [error.message] : []))).toEqual([]);
});
