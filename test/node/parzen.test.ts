import { describe, expect, it } from 'vitest';
import { estimate, likeliestSigma, logDensities, type Distances } from '../../app/analysis/parzen.ts';
import { normals } from '../../src/runtime/random.ts';
import { expectBySigmas } from '../support/statistics.ts';

const rows = (count: number, size: number, seed: number): number[][] => {
  const values = normals(count * size, seed, 99, 0);
  return Array.from({ length: count }, (_, i) => [...values.subarray(i * size, (i + 1) * size)]);
};

function distances(points: number[][], samples: number[][]): Distances {
  const all = points.flatMap((point) =>
    samples.map((sample) => sample.reduce((sum, value, k) => sum + (value - point[k]) ** 2, 0)),
  );
  return { data: Float64Array.from(all), shape: [points.length, samples.length] };
}

/** As it is written in a book: the mean over the samples of products of normal densities. */
const density = (point: number[], samples: number[][], sigma: number): number =>
  samples.reduce((sum, sample) => {
    const factors = sample.map(
      (value, k) => Math.exp(-(((point[k] - value) / sigma) ** 2) / 2) / (sigma * Math.sqrt(2 * Math.PI)),
    );
    return sum + factors.reduce((product, factor) => product * factor, 1) / samples.length;
  }, 0);

describe('the log-density under a Parzen window', () => {
  it.each([0.3, 1, 5])('agrees with the definition, σ = %s', (sigma) => {
    const [points, samples] = [rows(7, 3, 1), rows(20, 3, 2)];
    const found = logDensities(distances(points, samples), sigma, 3);
    points.forEach((point, i) => expect(found[i]).toBeCloseTo(Math.log(density(point, samples, sigma)), 10));
  });

  it('is finite even if each term of the sum underflows', () => {
    const [found] = logDensities({ data: [1e6, 1e6 + 2], shape: [1, 2] }, 1, 784);
    expect(found).toBeCloseTo(-5e5 + Math.log((1 + Math.exp(-1)) / 2) - 392 * Math.log(2 * Math.PI), 6);
  });

  it('converges to that of the distribution, blurred by the window, with many samples', () => {
    const [points, samples] = [rows(500, 2, 3), rows(5000, 2, 4)];
    const sigma = 0.3;
    const { mean, error } = estimate(logDensities(distances(points, samples), sigma, 2));
    const variance = 1 + sigma ** 2;
    const exact = points.map(([x, y]) => -Math.log(2 * Math.PI * variance) - (x ** 2 + y ** 2) / (2 * variance));
    expectBySigmas(mean, estimate(exact).mean, 0.01, 'mean log-density');
    expect(error).toBeCloseTo(estimate(exact).error, 2);
  });
});

it('the likeliest σ equals that of a fine grid, over all blocks', () => {
  const [points, samples] = [rows(60, 5, 5), rows(40, 5, 6)].map((all) =>
    all.map((row) => row.map((value) => 0.2 * value)),
  );
  const blocks = [distances(points.slice(0, 25), samples), distances(points.slice(25), samples)];
  const at = (sigma: number) => estimate(logDensities(distances(points, samples), sigma, 5)).mean;
  const grid = Array.from({ length: 400 }, (_, i) => 0.02 * 50 ** (i / 399));
  const best = grid.reduce((best, sigma) => (at(sigma) > at(best) ? sigma : best));
  expect(likeliestSigma(blocks, 5) / best).toBeCloseTo(1, 1.5);
});
