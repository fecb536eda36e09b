import type { Gpu, Matrix } from '../../../src/index.ts';
import { estimate, likeliestSigma, logDensities, nearest } from '../../analysis/parzen.ts';
import { mean } from '../../analysis/statistics.ts';
import { squaredDistances } from './distances.ts';

/** A generator by its samples. */
export type Judged = {
  /** the width of the window, chosen by images held back */
  sigma: number;
  /** the mean log-density of these under it, nats an image */
  held: number;
  /** that of the test images, and its standard error */
  density: number;
  error: number;
  /** the mean distance of a test image to the nearest sample: large where kinds of images are not made */
  toSample: number;
  /** the mean distance of a sample to the nearest of as many training images: large where what is made is no image */
  toImage: number;
};

/** Images that samples are judged by. */
export interface Images {
  test: Matrix;
  /** nothing was trained on them */
  held: Matrix;
  training: Matrix;
}

/** Of so many samples the nearest training image is looked for. */
const some = 1000;

/** The Parzen-window estimate of how likely test images are, and how near samples and images are to each other. */
export async function judge(gpu: Gpu, samples: Matrix, { test, held, training }: Images): Promise<Judged> {
  const [count, size] = samples.shape;
  const blocks = [];
  for await (const block of squaredDistances(gpu, held, samples)) blocks.push(block);
  const sigma = likeliestSigma(blocks, size);
  const [densities, toSample, toImage]: number[][] = [[], [], []];
  for await (const block of squaredDistances(gpu, test, samples)) {
    densities.push(...logDensities(block, sigma, size));
    toSample.push(...nearest(block));
  }
  const few = Math.min(some, count);
  const first = { data: samples.data.subarray(0, few * size), shape: [few, size] };
  for await (const block of squaredDistances(gpu, first, training)) toImage.push(...nearest(block));
  const { mean: density, error } = estimate(densities);
  return {
    sigma,
    held: mean(blocks.flatMap((block) => [...logDensities(block, sigma, size)])),
    density,
    error,
    toSample: mean(toSample),
    toImage: mean(toImage),
  };
}
