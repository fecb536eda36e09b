import { denoiser } from '../architectures.ts';
import { asValues, firstOfEachClass } from '../figures/chosen.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { look, seed, trained, type Picture } from './picture.ts';

/** The levels of noise of `npm run reproduce`. */
const stddevs = [0.25, 0.5, 0.75];

/** A model for each level of noise: the same digits, noisy and denoised. */
export const denoising: Picture = async (work, amount) => {
  const digits = firstOfEachClass(work.test, 1);
  const rows = [{ label: 'clean', images: asValues(digits) }];
  for (const stddev of stddevs) {
    const model = await trained(
      work,
      `784-128-784, σ = ${stddev}`,
      await denoiser(work.gpu, 784, stddev, seed),
      amount,
      { batch: 256 },
    );
    const noisy = await model.corrupt(digits, { seed: 1 });
    rows.push(
      { label: `σ = ${stddev}`, images: noisy.data },
      { label: 'denoised', images: (await model.reconstruct(noisy)).data },
    );
    model.dispose();
  }
  return drawImageGrid({ shape: work.test.shape, rows, columns: 10 }, look);
};
