import { expect } from 'vitest';
import { coarsen, upsample2d } from '../../src/kernels/resample.ts';
import { coarsen as coarsenReference, upsample2d as reference } from '../reference/resample.ts';
import { expectClose } from './close.ts';
import { sharedGpu } from './gpu.ts';
import { checkGradient } from './gradient.ts';
import { Draw } from './random.ts';
import { runOne, recording } from './run.ts';

type Image = readonly [height: number, width: number, channels: number];
/** For both axes, or for each. */
type Factor = number | readonly [number, number];

export async function expectEnlarged(image: Image, factors: readonly Factor[], kind: 'nearest' | 'bilinear') {
  const gpu = await sharedGpu();
  const draw = new Draw(1);
  for (const factor of factors) {
    const size = 2 * image[0] * image[1] * image[2];
    await checkGradient(gpu, {
      inputs: [{ values: draw.floats(size), shape: [2, size / 2] }],
      build: (tape, x) => upsample2d(tape, x, image, factor, kind),
      reference: (x) => reference(x, image, factor, kind),
      name: `× ${factor.toString()}`,
    });
  }
}

export async function expectCoarse(image: Image, factors: readonly Factor[]): Promise<void> {
  for (const factor of factors) {
    const { memory, tape } = await recording();
    const size = 3 * image[0] * image[1] * image[2];
    const x = new Draw(size).floats(size);
    const y = await runOne(tape, coarsen(tape, memory.put(x, [3, size / 3]), image, factor));
    expectClose(y, coarsenReference(x, image, factor), 1e-6);
    expect(y.length).toBe(size);
  }
}
