import type { Gpu, Matrix } from '../../../src/index.ts';
import { estimate, likeliestSigma, logDensities, nearest } from '../../analysis/parzen.ts';
import { mean } from '../../analysis/statistics.ts';
import { squaredDistances } from './distances.ts';

/** A generator by its samples. */
export type Judged = {
  /** The width of the window, chosen on the held images. */
  sigma: number;
  /** The mean log-density of the held images, in nats per image. */
  held: number;
  /** The mean log-density of the test images, with its standard error in `error`. */
  density: number;
  error: number;
  /** The mean distance of a test image to the nearest sample; large if kinds of images are missing. */
  toSample: number;
  /** The mean distance of a sample to the nearest of as many training images; large if samples are unlike images. */
  toImage: number;
};

/** Images that samples are judged by. */
export interface Images {
  test: Matrix;
  /** Images that no model was trained on. */
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
