import { ShapeError } from '../errors.ts';
import { show } from './shapes.ts';

/** How a window of `kernel` [height, width] goes over an image, and what that leaves. */
export interface Window {
  /** [height, width, channels] of the image. */
  readonly image: readonly [number, number, number];
  /** [height, width] of what the window's places make. */
  readonly places: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: number;
  /** Zeros, or nothing, above and left of the image. */
  readonly before: readonly [number, number];
}

/** `'valid'`: the window stays in the image. `'same'`: ⌈side / stride⌉ places, as in Keras. A number: so many zeros on each side, as in PyTorch. */
export type Padding = 'same' | 'valid' | number;

export interface WindowOptions {
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly padding: Padding;
}

/** The places of a window over an image. @throws ShapeError where it has none */
export function slide(
  layer: string,
  image: readonly [number, number, number],
  { kernel, stride, padding }: WindowOptions,
): Window {
  const sides = [0, 1].map((axis) => {
    const [side, k] = [image[axis], kernel[axis]];
    if (padding === 'same') {
      const places = Math.ceil(side / stride);
      return { places, before: Math.floor(Math.max((places - 1) * stride + k - side, 0) / 2) };
    }
    const before = padding === 'valid' ? 0 : padding;
    return { places: Math.floor((side + 2 * before - k) / stride) + 1, before };
  });
  if (sides.some(({ places }) => places < 1))
    throw new ShapeError(`${layer}: a kernel of ${show(kernel)} does not fit into an image of ${show(image)}`);
  return {
    image,
    places: [sides[0].places, sides[1].places],
    kernel,
    stride,
    before: [sides[0].before, sides[1].before],
  };
}

/** The window that would make `from`, [height, width, channels], of the image that a transposed convolution makes: `channels` of them. @throws ShapeError */
export function unslide(
  layer: string,
  from: readonly number[],
  channels: number,
  { kernel, stride, padding, extra = 0 }: WindowOptions & { extra?: number },
): Window {
  const sides = [0, 1].map((axis) => {
    const [side, k] = [from[axis], kernel[axis]];
    if (padding === 'same') return { side: side * stride, before: Math.floor(Math.max(k - stride, 0) / 2) };
    const before = padding === 'valid' ? 0 : padding;
    return { side: (side - 1) * stride + k - 2 * before + extra, before };
  });
  if (sides.some(({ side }) => side < 1))
    throw new ShapeError(
      `${layer}: a kernel of ${show(kernel)} with padding ${padding} leaves nothing of ${show(from)}`,
    );
  return {
    image: [sides[0].side, sides[1].side, channels],
    places: [from[0], from[1]],
    kernel,
    stride,
    before: [sides[0].before, sides[1].before],
  };
}

/** Whether so many values are whole vec4s. */
export const whole = (n: number): boolean => n % 4 === 0;

/** What the shaders call a window's sizes. */
export function sizesOf(batch: number, { image, places, kernel, stride, before }: Window) {
  const [height, width, channels] = image;
  return {
    batch,
    height,
    width,
    channels,
    out_height: places[0],
    out_width: places[1],
    kernel_height: kernel[0],
    kernel_width: kernel[1],
    stride,
    pad_top: before[0],
    pad_left: before[1],
  };
}
