import { adam, dataset, openGpu, type KernelTime } from '../src/index.ts';
import { modelOf } from './ours.ts';
import { batches, examples, type ModelWork } from './models.ts';

/** Returns the mean time of each of our kernels in a step. */
export async function profileStep(work: ModelWork): Promise<KernelTime[]> {
  const gpu = await openGpu();
  const model = await modelOf(gpu, work);
  const data = await dataset(gpu, examples(work), { shape: [...work.input] });
  const fit = (steps: number) => model.fit(data, { steps, batchSize: work.batch, optimizer: adam() });
  await fit(batches);
  const steps = 2 * batches;
  const kernels = await gpu.profile(() => fit(steps));
  gpu.close();
  return kernels.map(({ kernel, dispatches, milliseconds }) => ({
    kernel,
    dispatches: dispatches / steps,
    milliseconds: milliseconds / steps,
  }));
}
