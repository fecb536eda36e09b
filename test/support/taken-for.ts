import { Gpu } from '../../src/runtime/device.ts';
import { sharedGpu } from './gpu.ts';

/** The shared device, taken for a processor's or not: some kernels have a way of their own there. */
export async function takenFor(isFallback: boolean): Promise<Gpu> {
  const { device, info } = await sharedGpu();
  return new Gpu(device, { ...info, isFallback }, false, 'fixed');
}
