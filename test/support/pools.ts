import { avgPool2d, maxPool2d } from '../../src/kernels/pool.ts';
import { windowOver, type WindowOptions } from '../../src/kernels/window.ts';
import * as references from '../reference/resample.ts';
import { sharedGpu } from './gpu.ts';
import { checkGradient } from './gradient.ts';
import { Draw } from './random.ts';

export interface Case extends WindowOptions {
  image: readonly [number, number, number];
}

export const pools = [
  { name: 'maxPool2d', pool: maxPool2d, reference: references.maxPool2d },
  { name: 'avgPool2d', pool: avgPool2d, reference: references.avgPool2d },
];

/** Values in a random order, all of them some way apart, so that differences never change which is the largest. */
export const apart = (draw: Draw, size: number) => {
  const values = Float32Array.from({ length: size }, (_, i) => i / 64 - size / 128);
  for (let i = size - 1; i > 0; i--) {
    const other = draw.whole(0, i);
    [values[i], values[other]] = [values[other], values[i]];
  }
  return values;
};

/** Checks the values and the gradient over this image. */
export async function expectPooled({ pool, reference }: (typeof pools)[number], { image, ...options }: Case) {
  const window = windowOver('test', image, options);
  const size = 3 * image[0] * image[1] * image[2];
  await checkGradient(await sharedGpu(), {
    inputs: [{ values: apart(new Draw(size), size), shape: [3, size / 3] }],
    build: (tape, x) => pool(tape, x, window),
    reference: (x) => reference(x, window),
  });
}
