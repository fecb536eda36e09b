import { ShapeError } from '../../src/errors.ts';
import { windowOver, type Padding, type Window } from '../../src/kernels/window.ts';
import type { Draw } from './random.ts';

/** The sizes of a convolution. */
export interface Case {
  batch: number;
  filters: number;
  window: Window;
}

/** Anything that a layer may be: odd sides, one channel, channels off 4, strides and paddings of each axis, kernels larger than the image. */
export function randomCase(draw: Draw, most = 9): Case {
  for (;;) {
    const image = [draw.whole(1, 9), draw.whole(1, 9), draw.whole(1, most)] as [number, number, number];
    const kernel = [draw.whole(1, 5), draw.whole(1, 5)] as [number, number];
    const stride = [draw.whole(1, 3), draw.whole(1, 3)] as const;
    const padding: Padding = draw.pick<Padding>([
      'same',
      'valid',
      draw.whole(0, 2),
      [draw.whole(0, 2), draw.whole(0, 2)],
    ]);
    try {
      const dilation = draw.pick([1, 1, [draw.whole(1, 3), draw.whole(1, 3)] as const]);
      const window = windowOver('test', image, { kernel, stride, padding, dilation });
      return { batch: draw.whole(1, 3), filters: draw.whole(1, most), window };
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error; // Else the kernel does not fit: once more.
    }
  }
}

const stepless = (image: [height: number, width: number, channels: number], kernel: [number, number]): Window =>
  windowOver('test', image, { kernel, stride: 1, padding: 'same' });

/** Matrices with a single row or column, or with few, and many on the other side. */
export function narrowCase(draw: Draw): Case {
  const [channels, filters] = [draw.pick([1, 1, 3, 20, 70, 70]), draw.pick([1, 1, 3, 20, 70, 70])];
  return { batch: draw.pick([1, 1, 2, 4]), filters, window: stepless([1, 1, channels], [1, draw.pick([1, 1, 2])]) };
}

/** Weights that are a large matrix. */
export const wideCase = (draw: Draw): Case => ({
  batch: 1,
  filters: draw.whole(256, 260),
  window: stepless([draw.whole(2, 4), draw.whole(2, 4), draw.whole(29, 33)], [3, 3]),
});

export const sizes = ({ batch, filters, window: { image, outputSize, kernel } }: Case) => ({
  x: batch * image[0] * image[1] * image[2],
  y: batch * outputSize[0] * outputSize[1] * filters,
  w: [filters, kernel[0], kernel[1], image[2]],
  weights: filters * kernel[0] * kernel[1] * image[2],
});

export const nameOf = ({ batch, filters, window }: Case) =>
  `${batch} × [${window.image}] → ${filters} × [${window.outputSize}], kernel [${window.kernel}], stride [${window.stride}], dilation [${window.dilation}], padding [${window.before}]`;
