import { describe, expect, it } from 'vitest';
import {
  normalNoise,
  random,
  randomSigns,
  uniformNoise,
  type Distribution,
  type Draws,
  type RandomOptions,
} from '../../src/kernels/random.ts';
import { OptionError } from '../../src/errors.ts';
import type { Tape } from '../../src/runtime/tape.ts';
import { sizeOf, type Tensor } from '../../src/runtime/tensor.ts';
import { drawn, drawnForBatch, normals, uniforms, type Take } from '../reference/random.ts';
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { run, runOne, recording } from '../support/run.ts';
import { count, expectFrequency, expectNormal, expectUniform } from '../support/statistics.ts';
import { distributions, million, noise, onDevice } from '../support/distributions.ts';

describe.each(distributions)('$distribution', ({ distribution, take, tolerance, probability }) => {
  const options = (keys: RandomOptions) => ({ ...keys, ...(probability && { probability }) });

  it('agrees with float64, value by value', async () => {
    const { tape } = await recording();
    const sizes = [1, 2, 3, 4, 5, 7, 255, 256, 257, 1001];
    const all = sizes.map((size) => ({ size, keys: { seed: 4_000_000_000 + size, stream: size % 3, step: 7 * size } }));
    const tensors = all.map(({ size, keys }) => random(tape, [size], distribution, options(keys)));
    const actual = await run(tape, tensors);
    all.forEach(({ size, keys }, i) => expectClose(actual[i], drawn(take, size, keys), tolerance, `${size} values`));
  });

  it('accepts any shape, and defaults of zero', async () => {
    const { tape } = await recording();
    const y = random(tape, [2, 3, 5], distribution, options({}));
    expect(y.shape).toEqual([2, 3, 5]);
    expectClose(await runOne(tape, y), drawn(take, 30, {}), tolerance);
  });
});

it('a million uniforms fill [0, 1)', async () => {
  const y = await onDevice('uniform', [million], { seed: 5 });
  expectUniform(y);
  expect(y.every((v) => v >= 0 && v < 1)).toBe(true);
});

it('a million normals have the moments of a normal', async () => {
  const y = await onDevice('normal', [million], { seed: 6 });
  expectNormal(y);
  // Beyond three deviations, on either side.
  expectFrequency(y.filter((v) => v > 3).length, million, 0.0013498980316301);
  expectFrequency(y.filter((v) => v < -3).length, million, 0.0013498980316301);
});

it.each([0.5, 0.1, 0.999, 1e-4])('is 1 with probability %d, over a million draws', async (probability) => {
  const y = await onDevice('bernoulli', [million], { seed: 7, probability });
  expectFrequency(count(y, 1), million, probability);
  expect(count(y, 0) + count(y, 1)).toBe(million);
});

it('is never 1 for probability 0, always for 1, and half the time by default', async () => {
  expect(count(await onDevice('bernoulli', [10_000], { probability: 0 }), 0)).toBe(10_000);
  expect(count(await onDevice('bernoulli', [10_000], { probability: 1 }), 1)).toBe(10_000);
  expect(await onDevice('bernoulli', [1000])).toEqual(await onDevice('bernoulli', [1000], { probability: 0.5 }));
});

it('refuses invalid distributions', async () => {
  const { tape } = await recording();
  const draw = (distribution: string, options: object) => () =>
    random(tape, [4], distribution as Distribution, options);
  const words = "random: the distribution must be 'uniform' or 'normal' or 'bernoulli', not 'gaussian'";
  await expectRefused(OptionError, words, draw('gaussian', {}));
  expect(draw('uniform', { sede: 1 })).toThrow('did you mean seed?');
  for (const wrong of [
    { seed: -1 },
    { seed: 0.5 },
    { stream: 2 ** 32 },
    { step: NaN },
    { probability: 1.1 },
    { probability: -0.1 },
  ]) {
    expect(draw('bernoulli', wrong), JSON.stringify(wrong)).toThrow(OptionError);
  }
  expect(tape.dispatches).toEqual([]);
});

describe.each<{
  noise: string;
  record(tape: Tape, shape: readonly number[], draws: Draws): Tensor;
  take: Take;
  tolerance: number;
}>([
  {
    noise: 'signs',
    record: randomSigns,
    take: (four) => four.map((word) => (word >= 2 ** 31 ? 1 : -1)) as ReturnType<Take>,
    tolerance: 0,
  },
  {
    noise: 'N(0, 0.7²)',
    record: (tape, shape, draws) => normalNoise(tape, shape, 0.7, draws),
    take: (four) => normals(four).map((v) => 0.7 * v) as ReturnType<Take>,
    tolerance: 1e-6,
  },
  {
    noise: 'uniform from −2 to 1',
    record: (tape, shape, draws) => uniformNoise(tape, shape, -2, 1, draws),
    take: (four) => uniforms(four).map((v) => 3 * v - 2) as ReturnType<Take>,
    tolerance: 1e-6,
  },
])('noise of a batch: $noise', ({ record, take, tolerance }) => {
  it.each([[[1, 1]], [[3, 2]], [[5, 3]], [[70, 4]], [[7, 9]], [[2, 3, 7]]])(
    '%j agrees with the host',
    async (shape) => {
      const place = { seed: 0xfedcba98, step: 12, position: 1000, which: 3 };
      const columns = sizeOf(shape.slice(1));
      expectClose(await noise(record, shape, place), drawnForBatch(take, shape[0], columns, place), tolerance);
    },
  );

  it('does not depend on the batch size', async () => {
    const [large, small] = [
      await noise(record, [12, 7], { position: 40 }),
      await noise(record, [5, 7], { position: 43 }),
    ];
    expect(small).toEqual(large.subarray(3 * 7, 8 * 7));
  });
});
