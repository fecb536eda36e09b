/** How far apart two sets of points are as distributions. */
import type { Matrix } from '../../src/index.ts';

/**
 * The energy distance of two sets of rows (Székely & Rizzo 2013), 2 E‖x − y‖ − E‖x − x′‖ − E‖y − y′‖ with all pairs, each row with itself included: never less
 * than 0, and for two sets of n draws from one distribution E‖x − x′‖ (1/n + 1/n) on average.
 */
export function energyDistance(x: Matrix, y: Matrix): number {
  return 2 * meanDistance(x, y) - meanDistance(x, x) - meanDistance(y, y);
}

function meanDistance(x: Matrix, y: Matrix): number {
  const [count, size] = x.shape;
  const [others] = y.shape;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    let row = 0;
    // Among themselves all pairs come twice.
    for (let j = x === y ? i + 1 : 0; j < others; j++) {
      let square = 0;
      for (let k = 0; k < size; k++) square += (x.data[i * size + k] - y.data[j * size + k]) ** 2;
      row += Math.sqrt(square);
    }
    sum += row / others;
  }
  return ((x === y ? 2 : 1) * sum) / count;
}

/**
 * The Kolmogorov–Smirnov statistic of two sets of rows along each direction, a row of `directions` whose length does not matter: the largest difference
 * between the shares of both that lie below a value.
 */
export function kolmogorovSmirnov(x: Matrix, y: Matrix, directions: Matrix): Float64Array {
  return Float64Array.from({ length: directions.shape[0] }, (_, which) =>
    largestStep(along(x, directions, which), along(y, directions, which)),
  );
}

/** The rows' projections, sorted. */
function along({ data, shape: [count, size] }: Matrix, directions: Matrix, which: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += data[row * size + k] * directions.data[which * size + k];
    return sum;
  }).sort();
}

function largestStep(x: Float64Array, y: Float64Array): number {
  let [i, j, largest] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    // Past all values that are equal, on both sides: between them neither share is that of a value.
    const value = Math.min(x[i], y[j]);
    while (x[i] === value) i++;
    while (y[j] === value) j++;
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length));
  }
  return largest;
}
