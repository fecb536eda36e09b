/** Principal components by orthogonal iteration: a few of them, without the rest. */

export interface Moments {
  mean: Float64Array;
  /** row by row, symmetric */
  covariance: Float64Array;
}

/**
 * Of rows that `value` reads; between two blocks of rows the worker may do other things. Products are taken around `origin`, by default zero: of
 * values far from it, the difference of two large numbers would leave nothing but rounding.
 */
export async function moments(
  rows: number,
  features: number,
  value: (row: number, feature: number) => number,
  origin: ArrayLike<number> = new Float64Array(features),
): Promise<Moments> {
  const mean = new Float64Array(features);
  const covariance = new Float64Array(features * features);
  const lit = new Uint32Array(features);
  const values = new Float64Array(features);
  for (let row = 0; row < rows; row++) {
    if (row % 200 === 199) await breath();
    // Most pixels of a handwritten digit are black and add nothing.
    let found = 0;
    for (let i = 0; i < features; i++) {
      const x = value(row, i) - origin[i];
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
  return { mean: mean.map((x, i) => x + origin[i]), covariance };
}

/** Of codes, where there are few features and no time to wait. */
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

/** One round of orthogonal iteration: each direction times the matrix, then made orthogonal and of unit length again. */
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
    // Twice: the first time leaves a rounding behind, which would grow.
    for (let round = 0; round < 2; round++) for (const other of made) subtract(next, other, dot(next, other));
    const length = Math.sqrt(dot(next, next));
    made.push(length > 1e-12 ? next.map((x) => x / length) : direction);
  }
  return made;
}

/** The sum of the variances along orthogonal directions. */
export const varianceAlong = (covariance: Float64Array, directions: Float64Array[]): number =>
  directions.reduce((sum, direction) => {
    const size = direction.length;
    const image = direction.map((_, i) => dot(covariance.subarray(i * size, (i + 1) * size), direction));
    return sum + dot(image, direction);
  }, 0);

/** Any k directions to begin with, the same ones each time. */
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

/** Lets messages and the GPU's answers in. */
export const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
