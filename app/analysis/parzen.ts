/**
 * The Parzen-window estimate of how likely a generator makes given points (Breuleux et al. 2011): the density at a point is the mean of Gaussians
 * N(sample, σ² I) over samples of the generator, and σ is the one under which points that nothing was trained on are the likeliest.
 */
import { mean, standardError } from './statistics.ts';

/** Squared distances, a row of all samples for each point. */
export interface Distances {
  data: ArrayLike<number>;
  /** The numbers of points and of samples. */
  shape: readonly number[];
}

/** The log-density of each point in nats, where the points have so many `dimensions`. */
export function logDensities(
  { data, shape: [points, samples] }: Distances,
  sigma: number,
  dimensions: number,
): Float64Array {
  const scale = 1 / (2 * sigma ** 2);
  const constant = -Math.log(samples) - (dimensions / 2) * Math.log(2 * Math.PI * sigma ** 2);
  return Float64Array.from({ length: points }, (_, point) => {
    const [from, to] = [point * samples, (point + 1) * samples];
    let least = Infinity;
    for (let i = from; i < to; i++) if (data[i] < least) least = data[i];
    // The nearest sample's term is taken out: nothing underflows, and what is left is at least 1.
    let sum = 0;
    for (let i = from; i < to; i++) {
      const exponent = scale * (data[i] - least);
      // All others together do not change the last digit.
      if (exponent < 50) sum += Math.exp(-exponent);
    }
    return Math.log(sum) - scale * least + constant;
  });
}

/** The distance of each point to the nearest sample. */
export const nearest = ({ data, shape: [points, samples] }: Distances): Float64Array =>
  Float64Array.from({ length: points }, (_, point) => {
    let least = Infinity;
    for (let i = point * samples; i < (point + 1) * samples; i++) if (data[i] < least) least = data[i];
    return Math.sqrt(Math.max(0, least));
  });

/** Between which σ is looked for, for values from 0 to 1. */
const range = [0.02, 1];

/** The σ under which points, given in blocks, are the likeliest, to half a percent: the mean log-density rises up to it and falls from there. */
export function likeliestSigma(blocks: Distances[], dimensions: number): number {
  let [low, high] = range.map(Math.log);
  const at = (log: number) =>
    mean(blocks.flatMap((block) => Array.from(logDensities(block, Math.exp(log), dimensions))));
  while (high - low > 0.005) {
    const third = (high - low) / 3;
    if (at(low + third) < at(high - third)) low += third;
    else high -= third;
  }
  return Math.exp((low + high) / 2);
}

/** The mean of log-densities of independent points, and its standard error. */
export const estimate = (densities: ArrayLike<number>) => ({ mean: mean(densities), error: standardError(densities) });
