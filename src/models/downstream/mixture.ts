import { clustersOf, type Points } from './clusters.ts';
import { addScatter, centred, squaredLengths, variances } from './moments.ts';
import { Pace } from '../../runtime/pace.ts';
import { cholesky, inverse } from './triangular.ts';

/** A mixture of Gaussians, p(z) = Σ wₖ N(z; μₖ, Lₖ Lₖᵀ). */
export interface Mixture {
  readonly components: number;
  /** The number of values in a code. */
  readonly size: number;
  /** The weights w, [components], with the sum 1. */
  readonly weights: Float64Array;
  /** The means μ, [components, size]. */
  readonly means: Float64Array;
  /** The factors L, [components, size, size], lower triangular with a diagonal of at least 0. */
  readonly factors: Float64Array;
}

/** A mixture, with the course of its fit. */
export interface FittedMixture {
  readonly mixture: Mixture;
  /** The mean of log p(z) over the codes, in nats. */
  readonly logLikelihood: number;
  readonly iterations: number;
  /**
   * The objective of each iteration, the start's first: the mean log-likelihood minus the ridge's share, see
   * `fitMixture`.
   */
  readonly bounds: readonly number[];
}

/** The fraction of a dimension's variance that is added to each component's. */
export const ridgeShare = 1e-6;

/** Iterations end when one gains less than this, in nats per example. */
const tolerance = 1e-4;

/**
 * The smallest total share of a component. Removing one below it does not change the mean log-likelihood noticeably.
 */
const leastCount = 1e-10;

/**
 * Fits a mixture of Gaussians with full covariances to codes, [count, size], by expectation-maximisation (Dempster,
 * Laird & Rubin 1977) in float64. It starts from clusters found by k-means++, all with the pooled covariance within the
 * clusters.
 *
 * As scikit-learn's `reg_covar`, a ridge keeps the covariances from collapsing where a component has few points or
 * points in a plane. Here it is `ridgeShare` of each dimension's variance over all codes, so that the units of a code
 * do not matter. With a ridge R, the objective is Σ log Σₖ wₖ N(z; μₖ, Σₖ) exp(−½ tr(R Σₖ⁻¹)), the bound for codes
 * blurred by N(0, R). It never falls from one iteration to the next, and the expectation step uses the same factor.
 *
 * Dimensions that never change are left out, and every sample has their value. A component that loses all its points is
 * removed, and there are never more components than different codes, so the mixture may have fewer than requested. The
 * sums are not computed on the device, since in float32 sums over thousands of codes have a relative error of about a
 * millionth, as large as the ridge. The same codes and seed give the same bits on one JavaScript engine.
 */
export async function fitMixture(
  codes: ArrayLike<number>,
  size: number,
  { components, seed, iterations }: { components: number; seed: number; iterations: number },
): Promise<FittedMixture> {
  const pace = new Pace();
  const { points, centre, changing } = centred(codes, size);
  const ridge = variances(points).map((variance) => ridgeShare * variance);
  const { of, clusters } = await clustersOf(points, components, seed, pace);
  let shares: Float64Array[] = Array.from({ length: clusters }, (_, k) =>
    Float64Array.from(of, (cluster) => Number(cluster === k)),
  );
  let parts = await maximize(points, shares, ridge, pace, true);
  const bounds: number[] = [];
  let logLikelihood: number;
  for (;;) {
    const expected = await expect(points, parts, pace);
    ({ shares, logLikelihood } = expected);
    bounds.push(expected.bound);
    if (bounds.length > iterations || bounds.at(-1)! - bounds.at(-2)! < tolerance) break;
    parts = await maximize(points, shares, ridge, pace);
  }
  return { mixture: whole(parts, centre, changing), logLikelihood, iterations: bounds.length - 1, bounds };
}

/** A Gaussian without its mean and weight. */
interface Shape {
  /** The factor L, [size, size]. */
  readonly factor: Float64Array;
  /** L⁻¹, which maps the Gaussian, less its mean, to N(0, I). */
  readonly whitener: Float64Array;
  /** The logarithm of the normalising constant, log |L| + ½ size log 2π. */
  readonly logVolume: number;
  /** The ridge's share in the objective, ½ tr(R Σ⁻¹). */
  readonly penalty: number;
}

/** A Gaussian of a mixture. */
interface Part extends Shape {
  readonly weight: number;
  readonly mean: Float64Array;
  /** The part of the log-density that is the same for all points, log w − logVolume. */
  readonly constant: number;
}

/**
 * The maximisation step: returns the most likely Gaussians, given each point's share in each of them. With `pooled` all
 * have one covariance. Gaussians with almost no points are left out.
 */
export async function maximize(
  points: Points,
  shares: readonly Float64Array[],
  ridge: Float64Array,
  pace: Pace,
  pooled = false,
): Promise<Part[]> {
  const { count, size } = points;
  const found: { total: number; mean: Float64Array; scatter: Float64Array }[] = [];
  let scatter = new Float64Array(size * size);
  for (const share of shares) {
    const total = share.reduce((sum, each) => sum + each, 0);
    if (total < leastCount) continue;
    const mean = new Float64Array(size);
    share.forEach((each, row) => {
      for (let j = 0; each && j < size; j++) mean[j] += (each / total) * points.values[row * size + j];
    });
    if (!pooled) scatter = new Float64Array(size * size);
    await addScatter(scatter, points, mean, share, pace);
    found.push({ total, mean, scatter });
  }
  const all = found.reduce((sum, { total }) => sum + total, 0);
  const parts: Part[] = [];
  for (const { total, mean, scatter } of found) {
    if (pace.due) await pace.rest();
    const shape = pooled && parts.length ? parts[0] : shapeOf(scatter, pooled ? count : total, ridge);
    const weight = total / all;
    parts.push({ ...shape, weight, mean, constant: Math.log(weight) - shape.logVolume });
  }
  return parts;
}

/** Returns the shape of a Gaussian from the scatter matrix of points with the total weight `total`, plus the ridge. */
function shapeOf(scatter: Float64Array, total: number, ridge: Float64Array): Shape {
  const size = ridge.length;
  const covariance = scatter.map((sum) => sum / total);
  ridge.forEach((each, j) => (covariance[j * size + j] += each));
  const factor = cholesky(covariance, size);
  const whitener = inverse(factor, size);
  let [logVolume, penalty] = [(size / 2) * Math.log(2 * Math.PI), 0];
  for (let j = 0; j < size; j++) logVolume += Math.log(factor[j * size + j]);
  whitener.forEach((value, i) => (penalty += (ridge[i % size] * value ** 2) / 2));
  return { factor, whitener, logVolume, penalty };
}

/**
 * The expectation step: returns each point's shares in the Gaussians, the mean of the objective, and the mean
 * log-likelihood.
 */
async function expect(
  points: Points,
  parts: readonly Part[],
  pace: Pace,
): Promise<{ shares: Float64Array[]; bound: number; logLikelihood: number }> {
  const { count } = points;
  const logs: Float64Array[] = [];
  for (const { mean, whitener, constant } of parts)
    logs.push((await squaredLengths(points, mean, whitener, pace)).map((length) => constant - length / 2));
  let [bound, logLikelihood] = [0, 0];
  const terms = new Float64Array(parts.length);
  for (let row = 0; row < count; row++) {
    parts.forEach((_, k) => (terms[k] = logs[k][row]));
    logLikelihood += logSumExp(terms) / count;
    parts.forEach(({ penalty }, k) => (terms[k] -= penalty));
    const sum = logSumExp(terms);
    bound += sum / count;
    parts.forEach((_, k) => (logs[k][row] = Math.exp(terms[k] - sum)));
  }
  return { shares: logs, bound, logLikelihood };
}

/** Returns log Σ exp. The largest term is factored out, so that nothing overflows. */
function logSumExp(terms: Float64Array): number {
  let most = -Infinity;
  for (const term of terms) if (term > most) most = term;
  let sum = 0;
  for (const term of terms) sum += Math.exp(term - most);
  return most + Math.log(sum);
}

/** Returns the mixture in the original dimensions, with the constant ones put back. */
function whole(parts: readonly Part[], centre: Float64Array, changing: readonly number[]): Mixture {
  const size = centre.length;
  const means = new Float64Array(parts.length * size);
  const factors = new Float64Array(parts.length * size * size);
  parts.forEach(({ mean, factor }, k) => {
    means.set(centre, k * size);
    changing.forEach((at, i) => {
      means[k * size + at] += mean[i];
      for (let j = 0; j <= i; j++) factors[(k * size + at) * size + changing[j]] = factor[i * changing.length + j];
    });
  });
  return { components: parts.length, size, weights: Float64Array.from(parts, ({ weight }) => weight), means, factors };
}
