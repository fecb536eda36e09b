import { expect, it } from 'vitest';
import { activate } from '../../src/kernels/activation.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { avgPool2d } from '../../src/kernels/pool.ts';
import { slide } from '../../src/kernels/window.ts';
import { activations } from '../reference/activation.ts';
import { avgPool2d as reference } from '../reference/resample.ts';
import { sharedGpu } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';

const drawn = (size: number) => new Draw(size).floats(size, 0.1, 2);

it.each([
  { image: [1, 1, 1], kernel: [1, 1], stride: 1, padding: 'valid' },
  { image: [4, 4, 4], kernel: [2, 2], stride: 2, padding: 'valid' },
  { image: [7, 5, 3], kernel: [2, 2], stride: 2, padding: 'same' },
  { image: [6, 7, 8], kernel: [3, 3], stride: 2, padding: 'same' },
  { image: [5, 6, 2], kernel: [3, 2], stride: 1, padding: 'valid' },
  { image: [9, 8, 5], kernel: [2, 3], stride: 3, padding: 'valid' },
  { image: [1, 10, 5], kernel: [1, 3], stride: [1, 3], padding: 'same' },
  { image: [9, 6, 8], kernel: [2, 2], stride: [3, 2], padding: 'same' },
  { image: [5, 9, 2], kernel: [4, 3], stride: [2, 1], padding: 'same' },
  { image: [9, 11, 4], kernel: [5, 5], stride: [4, 3], padding: 'same' },
] as const)(
  'averages $kernel over $image, stride $stride, $padding, and divides its gradient',
  async ({ image, ...options }) => {
    const window = slide('test', image, options);
    const size = 3 * image[0] * image[1] * image[2];
    await checkGradient(await sharedGpu(), {
      inputs: [{ values: drawn(size), shape: [3, size / 3] }],
      build: (tape, x) => avgPool2d(tape, x, window),
      reference: (x) => reference(x, window),
    });
  },
);

it('divides by the number of pixels inside the image at an edge', async () => {
  const { memory, tape } = await recording();
  const window = slide('test', [3, 3, 1], { kernel: [2, 2], stride: 2, padding: 'same' });
  const x = memory.put([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 9]);
  const y = avgPool2d(tape, x, window);
  tape.differentiate(y, memory.put([4, 2, 2, 1], [1, 4]));
  const [values, dx] = await run(tape, [y, tape.grad(x)]);
  expect(values).toEqual(new Float32Array([3, 4.5, 7.5, 9]));
  expect(dx).toEqual(new Float32Array([1, 1, 1, 1, 1, 1, 1, 1, 1]));
});

it('adds its gradient to another', async () => {
  const window = slide('test', [4, 6, 4], { kernel: [2, 2], stride: 1, padding: 'valid' });
  await checkGradient(await sharedGpu(), {
    inputs: [{ values: drawn(192), shape: [2, 96] }],
    build: (tape, x) => add(tape, avgPool2d(tape, x, window), avgPool2d(tape, x, window)),
    reference: (x) => reference(x, window).map((value) => 2 * value),
  });
});

// One slope from the value, one from what came in.
it.each(['tanh', 'gelu'] as const)('after %s, it includes the slope in its gradient', async (name) => {
  for (const channels of [3, 4]) {
    const window = slide('test', [4, 6, channels], { kernel: [2, 2], stride: 2, padding: 'valid' });
    const size = 2 * 24 * channels;
    await checkGradient(await sharedGpu(), {
      inputs: [{ values: drawn(size), shape: [2, size / 2] }],
      build: (tape, x) => avgPool2d(tape, activate(tape, x, name), window),
      reference: (x) => reference(x.map(activations[name].f), window),
      relative: 4e-6,
    });
  }
});
