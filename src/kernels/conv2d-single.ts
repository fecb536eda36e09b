import {
  block,
  convSingleShader,
  convSingleTransposedShader,
  convSingleWeightsShader,
} from '../../shaders/conv2d-single.ts';
import type { Gpu } from '../runtime/device.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { Convolution } from './conv2d.ts';
import { sumRowsLater } from './partial-sums.ts';
import { groupOf } from './tilings.ts';
import { sizesOf, whole, type Window } from './window.ts';

/** Taps that are unrolled at most: more would take long to compile. */
const mostTaps = 25;

/** Whether a convolution is one of a single filter that has kernels of its own. */
export const isSingle = (filters: number, { image, kernel, stride }: Window): boolean =>
  filters === 1 && stride[0] === 1 && stride[1] === 1 && whole(image[2]) && kernel[0] * kernel[1] <= mostTaps;

/** From the image to the places. */
export function gatherSingle(tape: Tape, convolution: Convolution, window: Window): void {
  record(tape, convSingleShader, convolution, window, blocks(convolution.x.shape[0], window.places));
}

/** From the places to the image. */
export function scatterSingle(tape: Tape, convolution: Convolution, window: Window): void {
  record(
    tape,
    convSingleTransposedShader,
    convolution,
    window,
    (blocks(convolution.x.shape[0], window.image) * window.image[2]) / 4,
  );
}

function record(
  tape: Tape,
  make: typeof convSingleShader,
  { x, w, y, bias, activation = 'linear', slope }: Convolution,
  window: Window,
  invocations: number,
): void {
  const variant = { ...variantOf(tape.gpu, window), bias: bias !== undefined, activation, slope: slope?.activation };
  tape.run(
    make(variant),
    { x, w, y, bias, saved: slope?.saved },
    { constants: singleSizes(x.shape[0], window), workgroups: Math.ceil(invocations / variant.group) },
  );
}

/** Parts of the batch, each with sums of its own: it follows from the shapes alone, as it changes the order in which values are added up. */
const mostParts = 128;

/** The gradient of the weights, from the values at the places and the image; with the sum of the values. */
export function weightsSingle(
  tape: Tape,
  { a, x, y, sums }: { a: Tensor; x: Tensor; y: Tensor; sums?: Tensor },
  window: Window,
): void {
  const [batch] = a.shape;
  const parts = Math.ceil(batch / Math.ceil(batch / Math.min(batch, mostParts)));
  const constants = singleSizes(batch, window, parts);
  const variant = variantOf(tape.gpu, window);
  const own = parts === 1 ? y : tape.tensor([parts, y.size], 'f32', 'partial sums');
  tape.run(
    convSingleWeightsShader(variant),
    { a, x, y: own },
    { constants, workgroups: Math.ceil((parts * window.image[2]) / 4 / variant.group) },
  );
  if (own !== y) sumRowsLater(tape, own, y, { partial: true });
  if (sums) sumRowsLater(tape, a, sums);
}

const singleSizes = (batch: number, window: Window, parts = 1) => ({
  filters: 1,
  parts,
  add_sums: 0,
  ...sizesOf(batch, window),
});

const variantOf = (gpu: Gpu, { kernel }: Window) => ({ height: kernel[0], width: kernel[1], group: groupOf(gpu) });

const blocks = (batch: number, [height, width]: readonly number[]): number =>
  batch * Math.ceil(height / block) * Math.ceil(width / block);
