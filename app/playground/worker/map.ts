import type { Matrix } from '../../../src/index.ts';
import type { Point } from '../protocol.ts';
import type { Collection } from './examples.ts';
import { dot, firstGuess, momentsOf, turned, varianceAlong } from './principal.ts';

/**
 * Returns the number of rows from which the directions are computed; fewer for wide codes, whose products would take
 * seconds.
 */
const sampleOf = (size: number): number => Math.min(2000, Math.max(200, Math.floor(1e8 / size ** 2)));

/**
 * The projection of codes to a map: two numbers are shown as they are, more numbers along the two directions of largest
 * variance.
 */
export class CodeMap {
  #mean: Float64Array;
  #directions: Float64Array[];
  #settled = false;

  constructor(readonly size: number) {
    this.#mean = new Float64Array(size);
    this.#directions = firstGuess(size, Math.min(2, size));
  }

  /** Returns the places of all codes. For codes of more than two numbers, the directions follow the codes slowly. */
  draw({ data }: Matrix): { points: Float32Array; share: number } {
    const count = data.length / this.size;
    if (this.size === 2) return { points: data, share: 1 };
    const points = new Float32Array(2 * count);
    if (this.size === 1) {
      for (let row = 0; row < count; row++) points.set([data[row], height(row)], 2 * row);
      return { points, share: 1 };
    }
    const { mean, covariance } = momentsOf(data, this.size, Math.max(1, Math.floor(count / sampleOf(this.size))));
    this.#mean = mean;
    // Continues from the last directions, so that the map does not jump.
    for (let round = this.#settled ? 3 : 40; round > 0; round--) this.#turn(covariance);
    this.#settled = true;
    for (let row = 0; row < count; row++) {
      const { x, y } = this.place(data.subarray(row * this.size, (row + 1) * this.size));
      points[2 * row] = x;
      points[2 * row + 1] = y;
    }
    return { points, share: this.#share(covariance) };
  }

  place(code: Float32Array): Point {
    if (this.size === 2) return { x: code[0], y: code[1] };
    if (this.size === 1) return { x: code[0], y: 0 };
    const [x, y] = this.#directions.map((direction) => dot(direction, code) - dot(direction, this.#mean));
    return { x, y };
  }

  /** Returns the code of a place; for more than two numbers, the one nearest to the mean of all codes. */
  codeAt({ x, y }: Point): Float32Array {
    if (this.size <= 2) return Float32Array.of(x, y).subarray(0, this.size);
    const [first, second] = this.#directions;
    return Float32Array.from(this.#mean, (mean, i) => mean + x * first[i] + y * second[i]);
  }

  /** Converts the variances of a code to an ellipse on the map. */
  ellipse(variances: Float32Array): { xx: number; xy: number; yy: number } {
    if (this.size === 2) return { xx: variances[0], xy: 0, yy: variances[1] };
    if (this.size === 1) return { xx: variances[0], xy: 0, yy: 0 };
    const [a, b] = this.#directions;
    const sum = (p: Float64Array, q: Float64Array) =>
      variances.reduce((total, variance, i) => total + variance * p[i] * q[i], 0);
    return { xx: sum(a, a), xy: sum(a, b), yy: sum(b, b) };
  }

  #turn(covariance: Float64Array): void {
    const next = turned(covariance, this.#directions);
    this.#directions = next.map((direction, i) =>
      dot(direction, this.#directions[i]) < 0 ? direction.map((x) => -x) : direction,
    );
  }

  #share(covariance: Float64Array): number {
    let total = 0;
    for (let i = 0; i < this.size; i++) total += covariance[i * this.size + i];
    const along = varianceAlong(covariance, this.#directions);
    return total > 0 ? Math.min(1, along / total) : 1;
  }
}

/** Returns the medians of both coordinates for each class, which outliers do not move. */
export function middlesOf(points: Float32Array, { labels, classes = [] }: Collection): Float32Array {
  const middles = new Float32Array(2 * classes.length).fill(NaN);
  if (!labels) return middles;
  const stride = Math.max(1, Math.floor(labels.length / 4000));
  const members = classes.map((): number[] => []);
  for (let row = 0; row < labels.length; row += stride) members[labels[row]]?.push(row);
  members.forEach((rows, label) => {
    for (const axis of [0, 1])
      middles[2 * label + axis] = rows.map((row) => points[2 * row + axis]).sort((a, b) => a - b)[rows.length >> 1];
  });
  return middles;
}

/** Returns the height of a row on the map of a code with one number. */
const height = (row: number): number => ((row * 0.6180339887) % 1) * 2 - 1;
