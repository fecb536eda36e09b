import type { Points } from './clusters.ts';
import type { Pace } from '../../runtime/pace.ts';

/** The number of points processed together, so that a row of a matrix is read once for all of them. */
const block = 64;

/** The smallest share that counts: a smaller one does not change a float64 sum of shares near 1. */
const leastShare = 2 ** -53;

/** Returns the codes minus their mean, without the dimensions that never change, in float64. */
export function centred(
  codes: ArrayLike<number>,
  size: number,
): { points: Points; centre: Float64Array; changing: number[] } {
  const count = codes.length / size;
  const centre = Float64Array.from({ length: size }, (_, j) => codes[j]);
  const changes = new Uint8Array(size);
  const sums = new Float64Array(size);
  for (let i = 0; i < codes.length; i++) {
    const away = codes[i] - centre[i % size];
    if (away) changes[i % size] = 1;
    sums[i % size] += away;
  }
  for (let j = 0; j < size; j++) centre[j] += sums[j] / count;
  const changing = Array.from(changes.keys()).filter((j) => changes[j]);
  const values = new Float64Array(count * changing.length);
  for (let i = 0; i < values.length; i++) {
    const [row, j] = [Math.floor(i / changing.length), changing[i % changing.length]];
    values[i] = codes[row * size + j] - centre[j];
  }
  return { points: { values, count, size: changing.length }, centre, changing };
}

/** Returns the variance of each dimension of points whose mean is 0. */
export function variances({ values, count, size }: Points): Float64Array {
  const sums = new Float64Array(size);
  values.forEach((value, i) => (sums[i % size] += value ** 2));
  return sums.map((sum) => sum / count);
}

/** Adds Σ share (z − mean)(z − mean)ᵀ over the points to the lower triangle of `scatter`, [size, size]. */
export async function addScatter(
  scatter: Float64Array,
  points: Points,
  mean: Float64Array,
  share: Float64Array,
  pace: Pace,
): Promise<void> {
  const { values, count, size } = points;
  // Stored dimension by dimension, so that the sums below read consecutive values.
  const differences = new Float64Array((size + 3) * block);
  const shares = new Float64Array(block);
  const weighted = new Float64Array(block);
  let filled = 0;
  const addBlock = () => {
    for (let i = 0; i < size; i++) {
      for (let b = 0; b < filled; b++) weighted[b] = shares[b] * differences[i * block + b];
      // Four independent sums at a time keep the processor busy. Those right of the diagonal are dropped at the end.
      for (let j = 0; j <= i; j += 4) {
        let p = 0;
        let q = 0;
        let r = 0;
        let s = 0;
        for (let b = 0; b < filled; b++) {
          const w = weighted[b];
          p += w * differences[j * block + b];
          q += w * differences[(j + 1) * block + b];
          r += w * differences[(j + 2) * block + b];
          s += w * differences[(j + 3) * block + b];
        }
        scatter[i * size + j] += p;
        if (j < i) scatter[i * size + j + 1] += q;
        if (j + 1 < i) scatter[i * size + j + 2] += r;
        if (j + 2 < i) scatter[i * size + j + 3] += s;
      }
    }
    filled = 0;
  };
  for (let row = 0; row < count; row++) {
    if (share[row] < leastShare) continue;
    shares[filled] = share[row];
    for (let j = 0; j < size; j++) differences[j * block + filled] = values[row * size + j] - mean[j];
    filled++;
    if (filled < block) continue;
    if (pace.due) await pace.rest();
    addBlock();
  }
  addBlock();
}

/** Returns |W (z − mean)|² of each point, with W [size, size] lower triangular. */
export async function squaredLengths(
  { values, count, size }: Points,
  mean: Float64Array,
  w: Float64Array,
  pace: Pace,
): Promise<Float64Array> {
  const lengths = new Float64Array(count + 3);
  const differences = new Float64Array(block * size);
  for (let first = 0; first < count; first += block) {
    if (pace.due) await pace.rest();
    const rows = Math.min(block, count - first);
    for (let b = 0; b < rows; b++)
      for (let j = 0; j < size; j++) differences[b * size + j] = values[(first + b) * size + j] - mean[j];
    for (let i = 0; i < size; i++) {
      // Four points at a time, as above. The arrays have room for points past the last one, whose results are not used.
      for (let b = 0; b < rows; b += 4) {
        const one = b * size;
        const two = one + size;
        const three = two + size;
        const four = three + size;
        let p = 0;
        let q = 0;
        let r = 0;
        let s = 0;
        for (let j = 0; j <= i; j++) {
          const factor = w[i * size + j];
          p += factor * differences[one + j];
          q += factor * differences[two + j];
          r += factor * differences[three + j];
          s += factor * differences[four + j];
        }
        lengths[first + b] += p * p;
        lengths[first + b + 1] += q * q;
        lengths[first + b + 2] += r * r;
        lengths[first + b + 3] += s * s;
      }
    }
  }
  return lengths.subarray(0, count);
}
