import type { Gpu } from '../../src/runtime/device.ts';
import { anotherGpu, sharedGpu } from './gpu.ts';

/** The shared device, taken for a processor's or not: some kernels have a way of their own there. */
export async function takenFor(isFallback: boolean): Promise<Gpu> {
  const { info } = await sharedGpu();
  return anotherGpu({ info: { ...info, isFallback } });
}
