import { describe, expect, it } from 'vitest';
import { math } from '../../shaders/math.ts';
import { activations, normalCdf, normalDensity } from '../reference/activation.ts';
import { onDevice, worst } from '../support/functions.ts';
import { Draw } from '../support/random.ts';

/** Values evenly and at random over a range, its ends included; and, with `tiny`, of every magnitude down to there. */
function points(low: number, high: number, tiny?: number): Float32Array {
  const count = 20000;
  const even = Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count);
  const random = new Draw(1).floats(count, low, high);
  const small = tiny ? Array.from({ length: count + 1 }, (_, i) => tiny * (high / tiny) ** (i / count)) : [];
  return Float32Array.from(
    [...even, ...random, ...small, ...(low < 0 ? small.map((v) => -v) : [])].filter((v) => v >= low && v <= high),
  );
}

describe('errors in units of the last place', () => {
  // What was measured on SwiftShader: exp 0.97, expm1 1.6, log1p 1.9, tanh 1.03, sigmoid 1.9, softplus 2.1.
  it.each([
    { name: 'accurate_exp', low: -87, high: 88, tiny: 1e-20, reference: Math.exp, most: 2 },
    { name: 'expm1', low: -49, high: 87, tiny: 1e-30, reference: Math.expm1, most: 3 },
    { name: 'log1p', low: 0, high: 1, tiny: 1e-30, reference: Math.log1p, most: 3 },
    { name: 'accurate_tanh', low: -20, high: 20, tiny: 1e-30, reference: Math.tanh, most: 2 },
    { name: 'sigmoid', low: -87, high: 87, tiny: 1e-20, reference: activations.sigmoid.f, most: 4 },
    // Further down, half of the result is subnormal, which some devices take for zero.
    { name: 'softplus', low: -86, high: 87, tiny: 1e-20, reference: activations.softplus.f, most: 4 },
    // In the tails the rounding of x² is magnified x² / 2 times: that is the functions' own condition, not the polynomial's doing.
    { name: 'normal_density', low: -2, high: 2, tiny: 1e-20, reference: normalDensity, most: 4 },
    { name: 'normal_density', low: -12, high: 12, tiny: 1e-20, reference: normalDensity, most: 120 },
    { name: 'normal_cdf', low: -2, high: 8, tiny: 1e-20, reference: normalCdf, most: 12 },
    { name: 'normal_cdf', low: -12, high: 12, tiny: 1e-20, reference: normalCdf, most: 300 },
  ])('$name between $low and $high: at most $most', async ({ name, low, high, tiny, reference, most }) => {
    const { ulp, x } = await worst(math, name, points(low, high, tiny), reference);
    expect(ulp, `at ${x}`).toBeLessThanOrEqual(most);
  });
});

it('behaves at the ends of the range', async () => {
  const x = Float32Array.of(-3e38, -1e30, -1e4, -200, 200, 1e4, 1e30, 3e38);
  const steps = (low: number, high: number) => [low, low, low, low, high, high, high, high];
  expect([...(await onDevice(math, 'accurate_exp', x.subarray(0, 4)))]).toEqual([0, 0, 0, 0]);
  expect([...(await onDevice(math, 'expm1', x.subarray(0, 4)))]).toEqual([-1, -1, -1, -1]);
  expect([...(await onDevice(math, 'accurate_tanh', x))]).toEqual(steps(-1, 1));
  expect([...(await onDevice(math, 'sigmoid', x))]).toEqual(steps(0, 1));
  expect([...(await onDevice(math, 'normal_cdf', x))].map((v) => Math.round(v * 1e30) / 1e30)).toEqual(steps(0, 1));
  expect([...(await onDevice(math, 'softplus', x))]).toEqual([0, 0, 0, 0, ...x.subarray(4)]);
  expect([...(await onDevice(math, 'normal_density', x))]).toEqual(steps(0, 0));
});
