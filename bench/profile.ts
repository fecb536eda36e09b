import { adam, autoencoder, dataset, dense, gaussian, openGpu, type KernelTime, type Layer } from '../src/index.ts';
import { activationOf, batches, examples, type ModelWork } from './works.ts';

/** The time of each of our kernels in a step, the mean over some. */
export async function profileStep(work: ModelWork): Promise<KernelTime[]> {
  const gpu = await openGpu();
  const layers = work.sizes.slice(1).map((size, i): Layer => (work.variational && i + 1 === work.code ? gaussian(size) : dense(size, activationOf(work, i))));
  const model = await autoencoder(gpu, { input: work.sizes[0], encoder: layers.slice(0, work.code), decoder: layers.slice(work.code), loss: 'bce' });
  const data = await dataset(gpu, examples(work), { shape: [work.sizes[0]] });
  const fit = (steps: number) => model.fit(data, { steps, batchSize: work.batch, optimizer: adam() });
  await fit(batches);
  const steps = 2 * batches;
  const kernels = await gpu.profile(() => fit(steps));
  gpu.close();
  return kernels.map(({ kernel, dispatches, milliseconds }) => ({ kernel, dispatches: dispatches / steps, milliseconds: milliseconds / steps }));
}
