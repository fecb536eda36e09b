import { describe, expect, it } from 'vitest';
import { activate } from '../../src/kernels/activation.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { avgPool2d, maxPool2d } from '../../src/kernels/pool.ts';
import { windowOver } from '../../src/kernels/window.ts';
import { activations } from '../reference/activation.ts';
import { sharedGpu } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { apart, expectPooled, pools, type Case } from '../support/pools.ts';
import { Draw } from '../support/random.ts';
import { recording, run } from '../support/run.ts';

// Each is a pipeline of its own: pool.long.test.ts has more.
const cases: Case[] = [
  { image: [1, 1, 1], kernel: [1, 1], stride: 1, padding: 'valid' },
  { image: [7, 5, 3], kernel: [2, 2], stride: 2, padding: 'same' },
  { image: [6, 7, 8], kernel: [3, 3], stride: 2, padding: 'same' },
  { image: [5, 6, 2], kernel: [3, 2], stride: 1, padding: 'valid' },
  { image: [8, 7, 4], kernel: [3, 2], stride: [3, 2], padding: 'same' },
  { image: [5, 9, 2], kernel: [4, 3], stride: [2, 1], padding: 'same' },
  { image: [5, 8, 3], kernel: [2, 4], stride: [2, 4], padding: [1, 2] },
];

describe.each(pools)('$name', (each) => {
  const { pool, reference } = each;

  it.each(cases)('takes $kernel over $image, stride $stride, $padding, and passes its gradient back', (options) =>
    expectPooled(each, options),
  );

  it.each([1, 2, [2, 1]] as const)('adds its gradient to an existing one, stride %j', async (stride) => {
    for (const channels of [3, 4]) {
      const window = windowOver('test', [4, 6, channels], { kernel: [2, 2], stride, padding: 'valid' });
      const size = 2 * 24 * channels;
      await checkGradient(await sharedGpu(), {
        inputs: [{ values: apart(new Draw(size), size), shape: [2, size / 2] }],
        build: (tape, x) => add(tape, pool(tape, x, window), pool(tape, x, window)),
        reference: (x) => reference(x, window).map((value) => 2 * value),
      });
    }
  });

  // One slope from the value, one from what came in.
  it.each(['tanh', 'gelu'] as const)('after %s, it includes the slope in its gradient', async (name) => {
    for (const channels of [3, 4]) {
      const window = windowOver('test', [4, 6, channels], { kernel: [2, 2], stride: 2, padding: 'valid' });
      const size = 2 * 24 * channels;
      // Above zero, where all activations rise: near -1.28 silu turns, and near -0.75 gelu.
      const values = apart(new Draw(size), size).map((value) => value + size / 128 + 0.1);
      await checkGradient(await sharedGpu(), {
        inputs: [{ values, shape: [2, size / 2] }],
        build: (tape, x) => pool(tape, activate(tape, x, name), window),
        reference: (x) => reference(x.map(activations[name].f), window),
        relative: 4e-6,
      });
    }
  });
});

const atTheEdge = windowOver('test', [3, 3, 1], { kernel: [2, 2], stride: 2, padding: 'same' });

it('maxPool2d gives the gradient to the first of equals, even if all values are below any padding', async () => {
  const { memory, tape } = await recording();
  const x = memory.put(new Float32Array(9).fill(-1e30), [1, 9]);
  const y = maxPool2d(tape, x, atTheEdge);
  tape.differentiate(y, memory.put([1, 2, 3, 4], [1, 4]));
  const [values, dx] = await run(tape, [y, tape.grad(x)]);
  expect(values).toEqual(new Float32Array(4).fill(-1e30));
  expect(dx).toEqual(new Float32Array([1, 0, 2, 0, 0, 0, 3, 0, 4]));
});

it('avgPool2d divides by the number of pixels inside the image at an edge', async () => {
  const { memory, tape } = await recording();
  const x = memory.put([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 9]);
  const y = avgPool2d(tape, x, atTheEdge);
  tape.differentiate(y, memory.put([4, 2, 2, 1], [1, 4]));
  const [values, dx] = await run(tape, [y, tape.grad(x)]);
  expect(values).toEqual(new Float32Array([3, 4.5, 7.5, 9]));
  expect(dx).toEqual(new Float32Array([1, 1, 1, 1, 1, 1, 1, 1, 1]));
});
