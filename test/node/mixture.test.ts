import { describe, expect, it } from 'vitest';
import { drawCodes } from '../../src/models/downstream/draw.ts';
import { fitMixture, maximize, ridgeShare, type Mixture } from '../../src/models/downstream/mixture.ts';
import { Pace } from '../../src/runtime/pace.ts';
import { cholesky, inverse } from '../../src/models/downstream/triangular.ts';
import { Draw } from '../support/random.ts';
import { expectBySigmas, expectFrequency } from '../support/statistics.ts';
import { covarianceOf, logDensity, momentsOf, mixtureFrom } from '../reference/mixture.ts';

const usual = { components: 3, seed: 0, iterations: 200 };

/** Three Gaussians in the plane that hardly overlap. */
const known = mixtureFrom(
  [0.5, 0.3, 0.2],
  [
    [0, 0],
    [8, 2],
    [-5, 6],
  ],
  [
    [1, 0, 0.5, 0.7],
    [2, 0, -1, 0.5],
    [0.3, 0, 0, 1.5],
  ],
);

const tensorsOf = ({ components, size, weights, means, factors }: Mixture) => ({
  weights: { data: Float32Array.from(weights), shape: [components] },
  means: { data: Float32Array.from(means), shape: [components, size] },
  factors: { data: Float32Array.from(factors), shape: [components, size, size] },
});

describe('triangular matrices', () => {
  it.each([1, 2, 3, 5, 17])('L Lᵀ is A and L⁻¹ L is I, of %i rows', (size) => {
    const a = covarianceOf(Float64Array.from(new Draw(size).floats(3 * size * size)), size);
    const l = cholesky(a, size);
    const w = inverse(l, size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const product = (p: Float64Array, q: (k: number) => number) =>
          Array.from({ length: size }, (_, k) => p[i * size + k] * q(k)).reduce((sum, each) => sum + each, 0);
        expect(product(l, (k) => l[j * size + k])).toBeCloseTo(a[i * size + j], 12);
        expect(product(w, (k) => l[k * size + j])).toBeCloseTo(Number(i === j), 10);
        if (j > i) expect([l[i * size + j], w[i * size + j]]).toEqual([0, 0]);
      }
    }
  });
});

describe('a known mixture', () => {
  const count = 6000;
  const codes = drawCodes(tensorsOf(known), count, 1, 0);

  it('is recovered: weights, means and covariances within five standard deviations of the sample', async () => {
    const { mixture, logLikelihood } = await fitMixture(codes, 2, usual);
    expect(mixture.components).toBe(3);
    expect(mixture.weights.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12);
    for (let k = 0; k < 3; k++) {
      const far = (i: number) => Math.hypot(...[0, 1].map((j) => mixture.means[2 * i + j] - known.means[2 * k + j]));
      const found = [0, 1, 2].reduce((best, i) => (far(i) < far(best) ? i : best));
      const own = count * known.weights[k];
      expectFrequency(Math.round(mixture.weights[found] * count), count, known.weights[k], `weight ${k}`);
      const [a, b] = [known, mixture].map((each, i) =>
        covarianceOf(each.factors.subarray(4 * [k, found][i], 4 * [k, found][i] + 4), 2),
      );
      for (const i of [0, 1]) {
        expectBySigmas(
          mixture.means[2 * found + i],
          known.means[2 * k + i],
          Math.sqrt(a[3 * i] / own),
          `mean ${k}, ${i}`,
        );
        for (const j of [0, 1])
          expectBySigmas(
            b[2 * i + j],
            a[2 * i + j],
            Math.sqrt((a[2 * i + j] ** 2 + a[3 * i] * a[3 * j]) / own),
            `covariance ${k}, ${i}, ${j}`,
          );
      }
    }
    // No mixture is likelier than the likeliest, not even the true one.
    expect(logLikelihood).toBeGreaterThan(logDensity(known, codes) - 1e-4);
  });

  it('has the log-likelihood of its density', async () => {
    const { mixture, logLikelihood } = await fitMixture(codes, 2, { ...usual, iterations: 3 });
    expect(logLikelihood).toBeCloseTo(logDensity(mixture, codes), 10);
  });

  it('has the same bits for the same seed', async () => {
    const [one, other, another] = [usual, usual, { ...usual, components: 7, seed: 5 }].map((options) =>
      fitMixture(codes, 2, options),
    );
    expect(await one).toEqual(await other);
    expect(await another).not.toEqual(await fitMixture(codes, 2, { ...usual, components: 7, seed: 6 }));
  });

  it('draws with its moments, and from its components by their weights', () => {
    const draws = drawCodes(tensorsOf(known), 20_000, 3, 1);
    const [wanted, found] = [momentsOf(known), { mean: [0, 0], covariance: [0, 0, 0, 0] }];
    for (let i = 0; i < draws.length; i++) found.mean[i % 2] += draws[i] / 20_000;
    const products = [0, 1].map((i) =>
      Float64Array.from({ length: 20_000 }, (_, row) => draws[2 * row + i] - wanted.mean[i]),
    );
    for (const i of [0, 1]) {
      expectBySigmas(found.mean[i], wanted.mean[i], Math.sqrt(wanted.covariance[3 * i] / 20_000), `mean ${i}`);
      for (const j of [0, 1]) {
        const values = products[i].map((value, row) => value * products[j][row]);
        const mean = values.reduce((sum, each) => sum + each / 20_000, 0);
        const deviation = Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2 / 20_000, 0) / 20_000);
        expectBySigmas(mean, wanted.covariance[2 * i + j], deviation, `covariance ${i}, ${j}`);
      }
    }
    const right = products[0].filter((value) => value + wanted.mean[0] > 4.5).length;
    expectBySigmas(right / 20_000, 0.3, 0.01, 'draws of the component on the right');
    expect(drawCodes(tensorsOf(known), 5, 3, 1)).toEqual(drawCodes(tensorsOf(known), 5, 3, 1));
    expect(drawCodes(tensorsOf(known), 5, 3, 1)).not.toEqual(drawCodes(tensorsOf(known), 5, 3, 2));
  });
});

it('one component is the mean and the covariance, with the ridge on its diagonal', async () => {
  const [count, size] = [301, 5];
  const draw = new Draw(4);
  const codes = draw.floats(count * size).map((value, i) => value ** 3 * 10 ** (i % size) + 1000 * (i % size));
  const { mixture } = await fitMixture(codes, size, { ...usual, components: 1 });
  expect(mixture.weights).toEqual(Float64Array.of(1));
  const covariance = covarianceOf(mixture.factors, size);
  const mean = (column: number) =>
    Array.from({ length: count }, (_, row) => codes[row * size + column]).reduce((sum, each) => sum + each / count, 0);
  for (let i = 0; i < size; i++) {
    expect(mixture.means[i] / mean(i)).toBeCloseTo(1, 12);
    for (let j = 0; j < size; j++) {
      const products = Array.from(
        { length: count },
        (_, row) => (codes[row * size + i] - mean(i)) * (codes[row * size + j] - mean(j)),
      );
      const wanted = products.reduce((sum, each) => sum + each / count, 0) * (i === j ? 1 + ridgeShare : 1);
      const unit = 10 ** (i + j);
      expect(covariance[i * size + j] / unit).toBeCloseTo(wanted / unit, 10);
    }
  }
});

describe('between iterations', () => {
  const shapes: [what: string, size: number, components: number, make: (draw: Draw) => Float32Array][] = [
    ['two blobs', 3, 2, (draw) => draw.floats(300).map((value, i) => value + (i < 150 ? 2 : 0))],
    ['one number a code', 1, 5, (draw) => draw.floats(200).map((value) => value ** 3)],
    ['uniform, many components', 2, 20, (draw) => draw.floats(400)],
    ['fewer codes than numbers', 12, 4, (draw) => draw.floats(8 * 12)],
    ['as many components as codes', 2, 9, (draw) => draw.floats(18)],
    ['a plane in space', 3, 4, plane],
    ['whole numbers, each many times', 2, 6, (draw) => draw.floats(600, 0, 3).map(Math.floor)],
    ['one far outlier', 2, 3, (draw) => draw.floats(400).map((value, i) => (i < 2 ? 1e4 : value))],
    ['units far apart', 2, 3, (draw) => draw.floats(400).map((value, i) => value * (i % 2 ? 1e-6 : 1e6))],
  ];

  it.each(shapes)('the likelihood never falls: %s', async (_, size, components, make) => {
    for (const seed of [0, 1, 2]) {
      const codes = make(new Draw(seed + 10));
      const { bounds, mixture, logLikelihood } = await fitMixture(codes, size, { components, seed, iterations: 50 });
      bounds.forEach((bound, i) => i && expect(bound).toBeGreaterThan(bounds[i - 1] - 1e-9 * (1 + Math.abs(bound))));
      expect(Number.isFinite(logLikelihood)).toBe(true);
      for (const each of [mixture.weights, mixture.means, mixture.factors])
        expect(each.every(Number.isFinite)).toBe(true);
    }
  });
});

it('a component without points is removed, and its weight goes to the others', async () => {
  const points = { values: Float64Array.of(1, 2, 3, 6), count: 4, size: 1 };
  const shares = [[1, 1, 0, 0], [0, 0, 0, 1e-11], [0, 0, 1, 1]].map((each) => Float64Array.from(each)); // prettier-ignore
  const parts = await maximize(points, shares, Float64Array.of(0.25), new Pace());
  expect(parts.map(({ weight, mean, factor }) => [weight, mean[0], factor[0] ** 2])).toEqual(
    [[0.5, 1.5, 0.5], [0.5, 4.5, 2.5]].map((part) => part.map((value) => expect.closeTo(value, 12) as number)), // prettier-ignore
  );
});

describe('degenerate codes', () => {
  it.each([1, 40])('a row, %i times, is the only sample', async (times) => {
    const row = [3, -2.5, 1e-3];
    const { mixture, logLikelihood } = await fitMixture(Array.from({ length: times }, () => row).flat(), 3, {
      ...usual,
      components: Math.min(times, 4),
    });
    expect([mixture.components, logLikelihood]).toEqual([1, 0]);
    expect(drawCodes(tensorsOf(mixture), 2, 1, 0)).toEqual(Float32Array.of(...row, ...row));
  });

  it('a constant number has its value in every sample, and does not affect the likelihood', async () => {
    const changing = new Draw(2).floats(200);
    const codes = Float32Array.from({ length: 300 }, (_, i) =>
      i % 3 === 1 ? 0.1 : changing[2 * Math.floor(i / 3) + (i % 3 ? 1 : 0)],
    );
    const [all, some] = [await fitMixture(codes, 3, usual), await fitMixture(changing, 2, usual)];
    expect(all.bounds).toEqual(some.bounds);
    const draws = drawCodes(tensorsOf(all.mixture), 50, 1, 0);
    expect(draws.filter((_, i) => i % 3 === 1)).toEqual(new Float32Array(50).fill(0.1));
    expect(new Set(draws).size).toBe(101);
  });

  it('two rows for four components: two components', async () => {
    const { mixture } = await fitMixture(
      Array.from({ length: 40 }, (_, i) => [1, 2, 7, 5][i % 4]),
      2,
      { ...usual, components: 4 },
    );
    expect(mixture.components).toBe(2);
    expect([...mixture.means].sort((a, b) => a - b)).toEqual(
      [1, 2, 5, 7].map((value) => expect.closeTo(value, 12) as number),
    );
    expect([...mixture.weights]).toEqual([0.5, 0.5].map((value) => expect.closeTo(value, 12) as number));
  });
});

it.each([2 ** -120, 2 ** 100])('codes times %d give the same mixture in other units', async (unit) => {
  const codes = new Draw(7).floats(300);
  const [one, other] = [
    await fitMixture(codes, 3, usual),
    await fitMixture(
      codes.map((value) => value * unit),
      3,
      usual,
    ),
  ];
  expect([...other.mixture.weights]).toEqual(
    [...one.mixture.weights].map((value) => expect.closeTo(value, 9) as number),
  );
  expect([...other.mixture.factors].map((value) => value / unit)).toEqual(
    [...one.mixture.factors].map((value) => expect.closeTo(value, 9) as number),
  );
  expect(other.logLikelihood).toBeCloseTo(one.logLikelihood - 3 * Math.log(unit), 9);
});

function plane(draw: Draw): Float32Array {
  const places = draw.floats(200);
  return Float32Array.from({ length: 300 }, (_, i) => {
    const [a, b] = places.subarray(2 * Math.floor(i / 3));
    return [a, b, a - 2 * b][i % 3];
  });
}
