import { describe, expect, it } from 'vitest';
import { add, multiply } from '../../src/kernels/elementwise.ts';
import { max, sum } from '../../src/kernels/reduce.ts';
import { codeMean, reparameterize } from '../../src/kernels/reparameterize.ts';
import { drawnForBatch, normals } from '../reference/random.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { checkGradient, differences, dot } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { perRow } from '../support/row-sums.ts';
import { run, runOne, recording } from '../support/run.ts';

const [position, which] = [20, 1];
const place = { seed: 5, step: 3, position };

const meanOf = (head: ArrayLike<number>, units: number, row: number, unit: number) => head[2 * row * units + unit];
const logvarOf = (head: ArrayLike<number>, units: number, row: number, unit: number) =>
  Math.min(20, Math.max(-30, head[(2 * row + 1) * units + unit]));

function reference(head: ArrayLike<number>, rows: number, units: number) {
  const each = <T>(f: (row: number, unit: number) => T) =>
    Array.from({ length: rows * units }, (_, i) => f(Math.floor(i / units), i % units));
  const noise = drawnForBatch(normals, rows, units, { ...place, which });
  const z = each(
    (row, unit) =>
      meanOf(head, units, row, unit) + Math.exp(logvarOf(head, units, row, unit) / 2) * noise[row * units + unit],
  );
  const terms = each((row, unit) => {
    const [m, l] = [meanOf(head, units, row, unit), logvarOf(head, units, row, unit)];
    return 0.5 * (m * m + Math.expm1(l) - l);
  });
  const kl = Array.from({ length: rows }, (_, row) =>
    terms.slice(row * units, (row + 1) * units).reduce((a, b) => a + b, 0),
  );
  return { z, kl };
}

/** The first `real` of the rows belong to the batch. */
async function onDevice(
  head: Float32Array,
  units: number,
  real: number,
  dz?: Float32Array,
  beta = 0,
  scheduled = true,
) {
  const rows = head.length / (2 * units);
  const { memory, tape, state } = await recording({ ...place, examples: position + real, batch: rows, slot: 1 });
  const input = memory.put(head, [rows, 2 * units]);
  const { z, kl } = reparameterize(tape, input, { state, which });
  const coefficient = scheduled ? memory.put([9, beta]) : beta;
  if (dz) tape.differentiate(z, memory.put(dz, [rows, units]), [{ sums: kl, coefficient }]);
  const [values, sums, gradient] = await run(tape, [z, kl, ...(dz ? [tape.grad(input)] : [])]);
  return { z: values, kl: [...perRow(sums, rows)], gradient };
}

describe.each([1, 2, 3, 4, 5, 20])('with %i units', (units) => {
  const [rows, real] = [5, 3];
  const draw = new Draw(units);
  const head = draw.floats(2 * rows * units, -2, 2);

  it('draws and measures as the formula states, and ignores padding rows', async () => {
    const { z, kl } = await onDevice(head, units, real);
    const wanted = reference(head, rows, units);
    expectClose(z, wanted.z, 3e-6);
    const divergences = wanted.kl.map((value, row) => (row < real ? value : 0));
    expectClose(kl, divergences, 1e-6 * Math.max(...wanted.kl));
  });

  it('has the gradient of the loss through z and of β times the mean divergence', async () => {
    const beta = 0.7;
    const dz = draw.floats(rows * units).map((v, i) => (i < real * units ? v : 0));
    const { gradient } = await onDevice(head, units, real, dz, beta);
    const total = (values: Float64Array) => {
      const { z, kl } = reference(values, rows, units);
      return dot(dz, z) + (beta / real) * kl.slice(0, real).reduce((a, b) => a + b, 0);
    };
    expectNear(gradient, differences(total, Float64Array.from(head)), 3e-6);
  });
});

describe('a log-variance past its bounds', () => {
  const draw = new Draw(9);
  const [rows, units] = [2, 3];
  const past = Float32Array.of(0.5, -1, 2, -31, 21, 1e30, 1, 0, -2, -1e30, 25, -200);
  const at = past.map((value, i) => (i % 6 < 3 ? value : Math.min(20, Math.max(-30, value))));
  const dz = draw.floats(rows * units);

  it('counts as the bound, also in its gradient', async () => {
    const [found, wanted] = [await onDevice(past, units, 2, dz, 0.7), await onDevice(at, units, 2, dz, 0.7)];
    expect(found).toEqual(wanted);
    expectClose(found.kl, reference(past, rows, units).kl, 1e3);
    // At the upper bound the slope is positive, at the lower one negative: a step against it leads back.
    expect([...found.gradient].map((value, i) => (i % 6 < 3 ? 0 : Math.sign(value)))).toEqual([0, 0, 0, -1, 1, 1, 0, 0, 0, -1, 1, -1]);
  });

  it('makes the divergence NaN if it is NaN', async () => {
    expect((await onDevice(Float32Array.of(1, NaN), 1, 1)).kl).toEqual([NaN]);
  });
}); // prettier-ignore

describe('the divergence from N(0, I)', () => {
  it('is exactly 0 if mean and log-variance are 0', async () => {
    expect((await onDevice(new Float32Array(8), 4, 1)).kl).toEqual([0]);
  });

  it.each([-20, -3, -1e-2, -1e-3, 1e-3, 1e-2, 3, 20])('keeps its digits at a log-variance of %f', async (l) => {
    const wanted = 0.5 * (Math.expm1(Math.fround(l)) - Math.fround(l));
    const { kl } = await onDevice(Float32Array.of(0, l), 1, 1);
    // e^l − 1 − l is all that is left of two numbers of the size of l.
    expectClose(kl, [wanted], 2e-7 * (wanted + Math.abs(l)));
  });

  it('is ½ μ² for a variance of 1', async () => {
    expectClose((await onDevice(Float32Array.of(3, 0), 1, 1)).kl, [4.5], 1e-6);
  });
});

it('the mean of a code is the first half of each row', async () => {
  for (const units of [1, 3, 4]) {
    const { memory, tape } = await recording();
    const head = new Draw(units).floats(5 * 2 * units);
    const mean = await runOne(tape, codeMean(tape, memory.put(head, [5, 2 * units])));
    expect([...mean]).toEqual([...head].filter((_, i) => i % (2 * units) < units));
  }
});

const means = (head: ArrayLike<number>, units: number) =>
  Array.from({ length: 5 * units }, (_, i) => meanOf(head, units, Math.floor(i / units), i % units));

it.each([1, 3, 4, 33])(
  'the mean of a code passes its gradient to the means, and zeros to the log-variances, %i units',
  async (units) => {
    const draw = new Draw(units);
    const [head, dy] = [draw.floats(10 * units), draw.floats(5 * units)];
    const { memory, tape } = await recording();
    const bound = memory.put(head, [5, 2 * units]);
    tape.differentiate(codeMean(tape, bound), memory.put(dy, [5, units]));
    const dhead = await runOne(tape, tape.grad(bound));
    expect([...dhead]).toEqual(
      [...head].map((_, i) =>
        i % (2 * units) < units ? dy[Math.floor(i / (2 * units)) * units + (i % (2 * units))] : 0,
      ),
    );
  },
);

it.each([3, 4])('the mean of a code passes its gradient twice, between other gradients, %i units', async (units) => {
  const { gpu } = await recording();
  await checkGradient(gpu, {
    inputs: [{ values: new Draw(units).floats(10 * units), shape: [5, 2 * units] }],
    build: (tape, x) => {
      const all = sum(tape, x);
      const mean = codeMean(tape, x);
      return add(tape, multiply(tape, multiply(tape, mean, codeMean(tape, x)), all), max(tape, x));
    },
    reference: (x) => {
      const all = x.reduce((a, b) => a + b, 0);
      return means(x, units).map((v) => v * v * all + Math.max(...x));
    },
    relative: 4e-6,
  });
});

it('a head may contribute its mean and samples to one loss, in either order', async () => {
  const [rows, units] = [3, 5];
  const head = new Draw(9).floats(2 * rows * units);
  const dy = new Draw(10).floats(rows * units);
  const wanted = differences((x) => {
    const { z } = reference(x, rows, units);
    return dy.reduce((sum, d, i) => sum + d * (z[i] + meanOf(x, units, Math.floor(i / units), i % units)), 0);
  }, Float64Array.from(head));
  for (const meanFirst of [true, false]) {
    const { memory, tape, state } = await recording({ ...place, examples: position + rows, batch: rows });
    const input = memory.put(head, [rows, 2 * units]);
    const sampled = () => reparameterize(tape, input, { state, which }).z;
    const y = meanFirst ? add(tape, codeMean(tape, input), sampled()) : add(tape, sampled(), codeMean(tape, input));
    tape.differentiate(y, memory.put(dy, [rows, units]));
    expectNear(await runOne(tape, tape.grad(input)), wanted, 2e-6, meanFirst ? 'mean first' : 'sample first');
  }
});

it('a head may be sampled twice: both gradients add up, also for the log-variances', async () => {
  const [rows, units] = [3, 5];
  const { memory, tape, state } = await recording({ ...place, examples: position + rows, batch: rows });
  const head = new Draw(11).floats(2 * rows * units);
  const dy = new Draw(12).floats(rows * units);
  const input = memory.put(head, [rows, 2 * units]);
  const sampled = () => reparameterize(tape, input, { state, which }).z;
  tape.differentiate(add(tape, sampled(), sampled()), memory.put(dy, [rows, units]));
  const wanted = differences((x) => 2 * dot(dy, reference(x, rows, units).z), Float64Array.from(head));
  expectNear(await runOne(tape, tape.grad(input)), wanted, 2e-6);
});
