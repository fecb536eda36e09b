/**
 * The page of `npm run bench -- --fits`, which times consecutive fits of a model. The command line calls `window.fits`,
 * in a fresh page for each tuning option.
 */
import { adam, dataset, openGpu } from '../src/index.ts';
import { featuresOf, models } from './models.ts';
import { modelOf } from './ours.ts';

const fits = {
  works: (): string[] => models.map(({ name }) => name),

  /**
   * Returns the milliseconds of `count` fits of `steps` steps each, of an untrained model on a device without compiled
   * kernels.
   */
  async measure(name: string, tuning: 'fixed' | 'measured', steps: number, count: number): Promise<number[]> {
    const work = models.find((each) => each.name === name)!;
    const gpu = await openGpu({ tuning });
    // Few examples, so that their upload is short. Epochs follow each other without a pause, since there is no
    // `onEpochEnd`.
    const examples = 20 * work.batch;
    const values = Float32Array.from({ length: examples * featuresOf(work) }, (_, i) => ((i * 40_503) % 256) / 255);
    const data = await dataset(gpu, values, { shape: work.input });
    const model = await modelOf(gpu, work);
    const times: number[] = [];
    for (let fit = 0; fit < count; fit++) {
      const begun = performance.now();
      await model.fit(data, { epochs: steps / 20, batchSize: work.batch, optimizer: adam() });
      times.push(performance.now() - begun);
    }
    gpu.close();
    return times;
  },
};

export type Fits = typeof fits;

declare global {
  var fits: Fits;
}

globalThis.fits = fits;
