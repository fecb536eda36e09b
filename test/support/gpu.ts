import { afterEach, beforeEach, expect } from 'vitest';
import { openGpu, type Gpu } from '../../src/runtime/device.ts';

let opened: Promise<Gpu> | undefined;

/** The one device that all test files share; opening one costs more than most tests. */
export const sharedGpu = (): Promise<Gpu> => (opened ??= openGpu());

/**
 * Call it at the top of a test file: every test then runs inside WebGPU's error scopes, so a shader that does not compile or a binding
 * that does not fit fails the test that made it, with the compiler's message.
 */
export function catchGpuErrors(): void {
  const filters: GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal'];
  beforeEach(async () => {
    const { device } = await sharedGpu();
    for (const filter of filters) device.pushErrorScope(filter);
  });
  afterEach(async () => {
    const { device } = await sharedGpu();
    const errors = await Promise.all(filters.map(() => device.popErrorScope()));
    expect(errors.flatMap((error) => (error ? [error.message] : []))).toEqual([]);
  });
}
