import { describe, expect, it } from 'vitest';
import { activate } from '../../src/kernels/activation.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { coarsen, upsample2d } from '../../src/kernels/resample.ts';
import { activations } from '../reference/activation.ts';
import { coarsen as coarsenReference, upsample2d as reference } from '../reference/resample.ts';
import { expectClose } from '../support/close.ts';
import { sharedGpu } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { runOne, recording } from '../support/run.ts';

const images = [
  [1, 1, 1],
  [1, 4, 2],
  [3, 2, 4],
  [5, 4, 3],
  [2, 3, 8],
] as const;

describe.each(['nearest', 'bilinear'] as const)('upsample2d, %s', (kind) => {
  it.each(images)('enlarges %i × %i × %i, and sums gradients', async (...image) => {
    const gpu = await sharedGpu();
    const draw = new Draw(1);
    for (const factor of [1, 2, 3, 4, [2, 1], [1, 3], [3, 2]] as const) {
      const size = 2 * image[0] * image[1] * image[2];
      await checkGradient(gpu, {
        inputs: [{ values: draw.floats(size), shape: [2, size / 2] }],
        build: (tape, x) => upsample2d(tape, x, image, factor, kind),
        reference: (x) => reference(x, image, factor, kind),
        name: `× ${factor.toString()}`,
      });
    }
  });

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

it.each(images)('coarsen replaces boxes by their means, %i × %i × %i', async (...image) => {
  for (const factor of [2, 3, [2, 1], [1, 3], [3, 2]] as const) {
    const { memory, tape } = await recording();
    const size = 3 * image[0] * image[1] * image[2];
    const x = new Draw(size).floats(size);
    const y = await runOne(tape, coarsen(tape, memory.put(x, [3, size / 3]), image, factor));
    expectClose(y, coarsenReference(x, image, factor), 1e-6);
    expect(y.length).toBe(size);
  }
});
