import { streams, uniforms } from '../../runtime/random.ts';
import type { Pace } from '../../runtime/pace.ts';

/** Points in float64, one after the other. */
export interface Points {
  /** The values, [count, size]. */
  readonly values: Float64Array;
  readonly count: number;
  /** The number of values in a point. */
  readonly size: number;
}

/** The most rounds. The clusters only start another iterative method, so they need not have converged. */
const mostRounds = 20;

/** The number of points processed between two checks of the clock. */
const block = 256;

/**
 * Sorts points into at most `wanted` clusters by their nearest means (Lloyd 1982), from starts by greedy k-means++
 * (Arthur & Vassilvitskii 2007). Returns the points' clusters and their number, which is smaller if fewer points
 * differ.
 */
export async function clustersOf(
  points: Points,
  wanted: number,
  seed: number,
  pace: Pace,
): Promise<{ of: Int32Array; clusters: number }> {
  const { values, count, size } = points;
  const rows = await starts(points, wanted, seed, pace);
  let means: Float64Array[] = rows.map((row) => values.slice(row * size, (row + 1) * size));
  const of = new Int32Array(count).fill(-1);
  for (let round = 0; round < mostRounds; round++) {
    let moved = 0;
    for (let row = 0; row < count; row++) {
      if (row % block === 0 && pace.due) await pace.rest();
      const nearest = nearestOf(points, row, means);
      if (nearest !== of[row]) moved++;
      of[row] = nearest;
    }
    if (!moved) break;
    const kept = meansOf(points, of, means.length);
    // A cluster that has lost all its points is removed, and those behind it move up.
    const places = kept.map((_, i) => kept.slice(0, i).filter(Boolean).length);
    of.forEach((cluster, row) => (of[row] = places[cluster]));
    means = kept.filter((mean) => mean !== undefined);
  }
  return { of, clusters: means.length };
}

/**
 * Returns the numbers of points that are far apart, by greedy k-means++. Each is drawn with a probability proportional
 * to its squared distance from the nearest one so far, and of several candidates the one that leaves the smallest sum
 * of distances is kept.
 */
async function starts({ values, count, size }: Points, wanted: number, seed: number, pace: Pace): Promise<number[]> {
  const candidates = 2 + Math.floor(Math.log(wanted));
  const draws = uniforms(1 + wanted * candidates, seed, streams.mixture);
  const distancesTo = async (chosen: number, before: Float64Array) => {
    const after = new Float64Array(count);
    for (let row = 0; row < count; row++) {
      if (row % block === 0 && pace.due) await pace.rest();
      after[row] = Math.min(before[row], distance(values, row * size, values, chosen * size, size));
    }
    return { chosen, after, left: after.reduce((sum, each) => sum + each, 0) };
  };
  let best = await distancesTo(Math.floor(draws[0] * count), new Float64Array(count).fill(Infinity));
  const rows = [best.chosen];
  while (rows.length < wanted && best.left > 0) {
    const { after, left } = best;
    const first = 1 + rows.length * candidates;
    const tried = [];
    for (const draw of draws.subarray(first, first + candidates))
      tried.push(await distancesTo(drawn(after, draw * left), after));
    best = tried.reduce((one, other) => (other.left < one.left ? other : one));
    rows.push(best.chosen);
  }
  return rows;
}

/** Returns the number of the point at which the cumulative distances exceed `level`, never one with distance 0. */
function drawn(distances: Float64Array, level: number): number {
  let [sum, last] = [0, 0];
  for (let row = 0; row < distances.length; row++) {
    if (!distances[row]) continue;
    sum += distances[row];
    last = row;
    if (sum > level) break;
  }
  return last;
}

function nearestOf({ values, size }: Points, row: number, means: readonly Float64Array[]): number {
  let [nearest, least] = [0, Infinity];
  for (let i = 0; i < means.length; i++) {
    const far = distance(values, row * size, means[i], 0, size);
    if (far < least) [nearest, least] = [i, far];
  }
  return nearest;
}

/** Returns the mean of each cluster, undefined for an empty one. */
function meansOf({ values, size }: Points, of: Int32Array, clusters: number): (Float64Array | undefined)[] {
  const sums = Array.from({ length: clusters }, () => new Float64Array(size));
  const counts = new Float64Array(clusters);
  of.forEach((cluster, row) => {
    counts[cluster]++;
    for (let j = 0; j < size; j++) sums[cluster][j] += values[row * size + j];
  });
  return sums.map((sum, i) => (counts[i] ? sum.map((value) => value / counts[i]) : undefined));
}

/** Returns the squared distance of two points, which begin at `from` in `a` and at `other` in `b`. */
function distance(a: Float64Array, from: number, b: Float64Array, other: number, size: number): number {
  let sum = 0;
  for (let j = 0; j < size; j++) sum += (a[from + j] - b[other + j]) ** 2;
  return sum;
}
