import { describe, it } from 'vitest';
import { activate } from '../../src/kernels/activation.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { upsample2d } from '../../src/kernels/resample.ts';
import { activations } from '../reference/activation.ts';
import { upsample2d as reference } from '../reference/resample.ts';
import { sharedGpu } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { expectCoarse, expectEnlarged } from '../support/resampling.ts';

// Each image and each factor is a pipeline of its own: resample.long.test.ts has more.
const images = [
  [1, 1, 1],
  [3, 2, 4],
  [5, 4, 3],
] as const;

describe.each(['nearest', 'bilinear'] as const)('upsample2d, %s', (kind) => {
  it.each(images)('enlarges %i × %i × %i, and sums gradients', (...image) =>
    expectEnlarged(image, [2, 3, [3, 2]], kind),
  );

  it.each([3, 4])('adds its gradient to an existing one, %i channels', async (channels) => {
    const image = [3, 4, channels] as const;
    await checkGradient(await sharedGpu(), {
      inputs: [{ values: new Draw(3).floats(2 * 12 * channels), shape: [2, 12 * channels] }],
      build: (tape, x) => add(tape, upsample2d(tape, x, image, 2, kind), upsample2d(tape, x, image, 2, kind)),
      reference: (x) => reference(x, image, 2, kind).map((value) => 2 * value),
    });
  });

  it.each([3, 4])('after an activation, it includes the slope in its gradient, %i channels', async (channels) => {
    const image = [3, 4, channels] as const;
    await checkGradient(await sharedGpu(), {
      inputs: [{ values: new Draw(2).floats(2 * 12 * channels), shape: [2, 12 * channels] }],
      build: (tape, x) => upsample2d(tape, activate(tape, x, 'tanh'), image, 2, kind),
      reference: (x) => reference(x.map(activations.tanh.f), image, 2, kind),
      relative: 4e-6,
    });
  });
});

it.each(images)('coarsen replaces boxes by their means, %i × %i × %i', (...image) =>
  expectCoarse(image, [2, 3, [3, 2]]),
);
