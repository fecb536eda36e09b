import {
  block,
  convSingleShader,
  convSingleTransposedShader,
  convSingleWeightsShader,
} from '../../shaders/conv2d-single.ts';
import type { Tiling } from '../../shaders/tiles.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { Convolution } from './conv2d.ts';
import { partsOf, sumRowsLater } from './partial-sums.ts';
import { wholeVec4s } from './shapes.ts';
import { groupOf, splitFor, tuned } from './tilings.ts';
import { isDilated, sizesOf, type Window } from './window.ts';

/** The most taps that are unrolled: more would take long to compile. */
const mostTaps = 25;

/** Whether a convolution has a single filter, for which there are special kernels. */
export const isSingle = (filters: number, window: Window): boolean => {
  const { image, kernel, stride } = window;
  const closely = stride[0] === 1 && stride[1] === 1 && !isDilated(window);
  return filters === 1 && closely && wholeVec4s(image[2]) && kernel[0] * kernel[1] <= mostTaps;
};

/** From the image to the places. */
export function singleToPlaces(tape: Tape, convolution: Convolution, window: Window): void {
  record(
    tape,
    'conv2d of one filter',
    convSingleShader,
    convolution,
    window,
    blocks(convolution.x.shape[0], window.outputSize),
  );
}

/** From the places to the image. */
export function singleToImage(tape: Tape, convolution: Convolution, window: Window): void {
  record(
    tape,
    'conv2d of one filter, transposed',
    convSingleTransposedShader,
    convolution,
    window,
    (blocks(convolution.x.shape[0], window.image) * window.image[2]) / 4,
  );
}

/**
 * Records the kernel. The block is the same in all ways: a GPU may have workgroups of half as many invocations, but
 * then twice as many.
 */
function record(
  tape: Tape,
  kernel: string,
  make: typeof convSingleShader,
  { x, w, y, bias, activation = 'linear', slope }: Convolution,
  window: Window,
  invocations: number,
): void {
  const variant = { ...kernelOf(window), bias: bias !== undefined, activation, slope: slope?.activation };
  const way = ({ group }: Tiling) => ({ shader: make({ ...variant, group }), invocations });
  tuned(tape, {
    kernel,
    tensors: { x, w, y, bias, saved: slope?.saved },
    constants: singleSizes(x.shape[0], window),
    candidates: [tile(tape), ...(tape.gpu.info.isFallback ? [] : [{ ...tile(tape), group: 32 }])],
    way,
    multiplies: 1,
  });
}

/** The most parts of the batch, each with its own sums. */
const mostParts = 128;

/** The gradient of the weights from the values at the places and the image, with the sum of the values. */
export function singleWeights(
  tape: Tape,
  { a, x, y, sums }: { a: Tensor; x: Tensor; y: Tensor; sums?: Tensor },
  window: Window,
): void {
  const [batch] = a.shape;
  const parts = partsOf(batch, mostParts);
  const sizes = singleSizes(batch, window, parts);
  const own = parts === 1 ? y : tape.tensor([parts, y.size], 'f32', 'partial sums');
  const kernel = kernelOf(window);
  const invocations = (parts * sizes.channels) / 4;
  const split = tape.gpu.info.isFallback ? 1 : splitFor(invocations, sizes.height);
  // The partial sums must fit into the 16 KiB of workgroup memory that every device has.
  const group = kernel.height * kernel.width > 16 ? 32 : 64;
  const candidates = [tile(tape), ...(split > 1 ? [{ ...tile(tape), split, group }] : [])];
  const way = ({ group, split = 1 }: Tiling) => ({
    shader: convSingleWeightsShader({ ...kernel, group, split }),
    invocations: invocations * split,
  });
  const tensors = { a, x, y: own };
  tuned(tape, { kernel: 'conv2d of one filter, weights', tensors, constants: sizes, candidates, way, multiplies: 1 });
  if (own !== y) sumRowsLater(tape, own, y, true);
  if (sums) sumRowsLater(tape, a, sums);
}

const tile = ({ gpu }: Tape): Tiling => ({ rows: block, columns: block, quads: false, group: groupOf(gpu) });

const singleSizes = (batch: number, window: Window, parts = 1) => ({
  filters: 1,
  parts,
  add_sums: 0,
  ...sizesOf(batch, window),
});

const kernelOf = ({ kernel }: Window) => ({ height: kernel[0], width: kernel[1] });

const blocks = (batch: number, [height, width]: readonly number[]): number =>
  batch * Math.ceil(height / block) * Math.ceil(width / block);
