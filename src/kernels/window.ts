import { ShapeError } from '../errors.ts';
import { shown } from '../runtime/options.ts';

/** How a window of `kernel` [height, width] slides over an image, and the size of the result. */
export interface Window {
  /** The [height, width, channels] of the image. */
  readonly image: readonly [number, number, number];
  /** The [height, width] of the window's places. */
  readonly outputSize: readonly [number, number];
  readonly kernel: readonly [number, number];
  /** The step from one place to the next, [down, along]. */
  readonly stride: readonly [number, number];
  /** The step from one tap of the kernel to the next, [down, along]. */
  readonly dilation: readonly [number, number];
  /** The padding above and to the left of the image. */
  readonly before: readonly [number, number];
}

/** A number for both axes, or one for each. */
export type Sides = number | readonly [vertical: number, horizontal: number];

/**
 * The padding. `'valid'`: the window stays in the image. `'same'`: ⌈side / stride⌉ places, as in Keras. A number: that
 * many zeros on each side, as in PyTorch.
 */
export type Padding = 'same' | 'valid' | Sides;

export interface WindowOptions {
  readonly kernel: readonly [number, number];
  readonly stride: Sides;
  readonly padding: Padding;
  /** The step from one tap of the kernel to the next. Default 1. */
  readonly dilation?: Sides;
  /** Whether the image, of height 1, is a sequence in messages. */
  readonly sequence?: boolean;
}

/** The number for each axis. */
export const pair = (sides: Sides): readonly [number, number] => (typeof sides === 'number' ? [sides, sides] : sides);

/** The number of pixels that a kernel of `taps` covers. */
export const spanOf = (taps: number, dilation: number): number => (taps - 1) * dilation + 1;

/** Shows the value for each axis, or the one value of a sequence. */
const showing = (sequence: boolean) => (both: unknown) => shown(sequence && Array.isArray(both) ? both[1] : both);

/** Returns the places of a window over an image. @throws ShapeError if the window does not fit */
export function windowOver(
  layer: string,
  image: readonly [number, number, number],
  { kernel, stride, padding, dilation = 1, sequence = false }: WindowOptions,
): Window {
  const [steps, apart] = [pair(stride), pair(dilation)];
  const along = showing(sequence);
  const sides = [0, 1].map((axis) => {
    const [side, k, step] = [image[axis], spanOf(kernel[axis], apart[axis]), steps[axis]];
    if (padding === 'same') {
      const outputSize = Math.ceil(side / step);
      return { outputSize, before: Math.floor(Math.max((outputSize - 1) * step + k - side, 0) / 2) };
    }
    const before = padding === 'valid' ? 0 : pair(padding)[axis];
    return { outputSize: Math.floor((side + 2 * before - k) / step) + 1, before };
  });
  const spread = apart.some((each) => each > 1) ? `, dilated by ${along(apart)},` : '';
  if (sides.some(({ outputSize }) => outputSize < 1))
    throw new ShapeError(
      `${layer}: a kernel of ${along(kernel)}${spread} does not fit into ${sequence ? 'a sequence' : 'an image'} of ${shown(image.slice(+sequence))}`,
    );
  return {
    image,
    outputSize: [sides[0].outputSize, sides[1].outputSize],
    kernel,
    stride: steps,
    dilation: apart,
    before: [sides[0].before, sides[1].before],
  };
}

/**
 * Returns the window whose convolution turns the output of a transposed convolution, with `channels` channels, into its
 * input `from`.
 * @throws ShapeError
 */
export function transposedWindow(
  layer: string,
  from: readonly number[],
  channels: number,
  { kernel, stride, padding, dilation = 1, extra = 0, sequence = false }: WindowOptions & { extra?: Sides },
): Window {
  const [steps, apart] = [pair(stride), pair(dilation)];
  const along = showing(sequence);
  const sides = [0, 1].map((axis) => {
    const [side, k, step] = [from[axis], spanOf(kernel[axis], apart[axis]), steps[axis]];
    if (padding === 'same') return { side: side * step, before: Math.floor(Math.max(k - step, 0) / 2) };
    const before = padding === 'valid' ? 0 : pair(padding)[axis];
    return { side: (side - 1) * step + k - 2 * before + pair(extra)[axis], before };
  });
  if (sides.some(({ side }) => side < 1))
    throw new ShapeError(
      `${layer}: a kernel of ${along(kernel)} with padding ${along(padding)} leaves no output of ${shown(from.slice(+sequence))}`,
    );
  return {
    image: [sides[0].side, sides[1].side, channels],
    outputSize: [from[0], from[1]],
    kernel,
    stride: steps,
    dilation: apart,
    before: [sides[0].before, sides[1].before],
  };
}

/** Whether taps of the kernel are several pixels apart. */
export const isDilated = ({ dilation }: Window): boolean => dilation.some((each) => each > 1);

/** The names of a window's sizes in shaders. */
export function sizesOf(batch: number, window: Window) {
  const { image, outputSize, kernel, stride, dilation, before } = window;
  const [height, width, channels] = image;
  return {
    batch,
    height,
    width,
    channels,
    out_height: outputSize[0],
    out_width: outputSize[1],
    kernel_height: kernel[0],
    kernel_width: kernel[1],
    stride_y: stride[0],
    stride_x: stride[1],
    pad_top: before[0],
    pad_left: before[1],
    ...(isDilated(window) && {
      dilation_y: dilation[0],
      dilation_x: dilation[1],
      step_y: stride[0] / commonDivisor(stride[0], dilation[0]),
      step_x: stride[1] / commonDivisor(stride[1], dilation[1]),
    }),
  };
}

const commonDivisor = (a: number, b: number): number => (b ? commonDivisor(b, a % b) : a);
