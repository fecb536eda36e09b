/** The first principal components by orthogonal iteration. */

export interface Moments {
  mean: Float64Array;
  /** The covariance, row by row. */
  covariance: Float64Array;
}

/** Returns the moments of rows that `value` reads. Between blocks of rows the worker can do other work. */
export async function moments(
  rows: number,
  features: number,
  value: (row: number, feature: number) => number,
): Promise<Moments> {
  const mean = new Float64Array(features);
  const covariance = new Float64Array(features * features);
  const lit = new Uint32Array(features);
  const values = new Float64Array(features);
  for (let row = 0; row < rows; row++) {
    if (row % 200 === 199) await breath();
    // Most pixels of a digit are black, and are skipped.
    let found = 0;
    for (let i = 0; i < features; i++) {
      const x = value(row, i);
      if (!x) continue;
      values[found] = x;
      lit[found++] = i;
      mean[i] += x / rows;
    }
    for (let a = 0; a < found; a++)
      for (let b = 0; b <= a; b++) covariance[lit[a] * features + lit[b]] += (values[a] * values[b]) / rows;
  }
  for (let i = 0; i < features; i++) {
    for (let j = 0; j <= i; j++)
      covariance[i * features + j] = covariance[j * features + i] = covariance[i * features + j] - mean[i] * mean[j];
  }
  return { mean, covariance };
}

/** Returns the moments of codes, which have few features, without a pause. */
export function momentsOf(data: Float32Array, features: number, stride: number): Moments {
  const mean = new Float64Array(features);
  const covariance = new Float64Array(features * features);
  const rows = Math.floor(data.length / features / stride) || 1;
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < features; i++) mean[i] += data[row * stride * features + i] / rows;
  for (let row = 0; row < rows; row++) {
    const start = row * stride * features;
    for (let i = 0; i < features; i++) {
      const x = data[start + i] - mean[i];
      for (let j = 0; j <= i; j++) covariance[i * features + j] += (x * (data[start + j] - mean[j])) / rows;
    }
  }
  for (let i = 0; i < features; i++)
    for (let j = 0; j < i; j++) covariance[j * features + i] = covariance[i * features + j];
  return { mean, covariance };
}

/**
 * Does one round of orthogonal iteration: multiplies each direction by the matrix, then makes them orthogonal and of
 * unit length again.
 */
export function turned(matrix: Float64Array, directions: Float64Array[]): Float64Array[] {
  const made: Float64Array[] = [];
  for (const direction of directions) {
    const size = direction.length;
    const next = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += matrix[i * size + j] * direction[j];
      next[i] = sum;
    }
    // Done twice, since the rounding error of one pass would grow.
    for (let round = 0; round < 2; round++) for (const other of made) subtract(next, other, dot(next, other));
    const length = Math.sqrt(dot(next, next));
    made.push(length > 1e-12 ? next.map((x) => x / length) : direction);
  }
  return made;
}

/** Returns the sum of the variances along orthogonal directions. */
export const varianceAlong = (covariance: Float64Array, directions: Float64Array[]): number =>
  directions.reduce((sum, direction) => {
    const size = direction.length;
    const image = direction.map((_, i) => dot(covariance.subarray(i * size, (i + 1) * size), direction));
    return sum + dot(image, direction);
  }, 0);

/** Returns k directions to begin with, always the same ones. */
export const firstGuess = (features: number, k: number): Float64Array[] =>
  Array.from({ length: k }, (_, c) =>
    Float64Array.from({ length: features }, (_, i) => Math.sin(1 + 12.9898 * (i + 1) * (c + 1)) + 0.1),
  );

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

function subtract(from: Float64Array, what: Float64Array, times: number): void {
  for (let i = 0; i < from.length; i++) from[i] -= times * what[i];
}

/** Lets the worker handle messages and answers of the GPU. */
export const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
