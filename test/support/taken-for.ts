import { Gpu } from '../../src/runtime/device.ts';
import { sharedGpu } from './gpu.ts';

const taken = new Map<boolean, Gpu>();

/** The shared device, taken for a processor's or not: some kernels have a way of their own there. It remembers its pipelines over all tests. */
export async function takenFor(isFallback: boolean): Promise<Gpu> {
  const { device, info } = await sharedGpu();
  const gpu = taken.get(isFallback) ?? new Gpu(device, { ...info, isFallback }, false, 'fixed');
  taken.set(isFallback, gpu);
  return gpu;
}
