import { convSingleShader, convSingleTransposedShader, convSingleWeightsShader } from '../../shaders/conv2d-single.ts';
import type { Tiling } from '../../shaders/tiles.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { Convolution } from './conv2d.ts';
import { sumRowsLater } from './partial-sums.ts';
import { busy, groupOf, splitFor, tuned } from './tilings.ts';
import { nameOf, sizesOf, whole, type Window } from './window.ts';

/** Taps that are unrolled at most: more would take long to compile. */
const mostTaps = 25;

/** Whether a convolution is one of a single filter that has kernels of its own. */
export const isSingle = (filters: number, { image, kernel, stride }: Window): boolean =>
  filters === 1 && stride[0] === 1 && stride[1] === 1 && whole(image[2]) && kernel[0] * kernel[1] <= mostTaps;

/** From the image to the places. */
export function gatherSingle(tape: Tape, convolution: Convolution, window: Window): void {
  record(tape, 'conv2d of one filter', convSingleShader, convolution, window, window.places);
}

/** From the places to the image. */
export function scatterSingle(tape: Tape, convolution: Convolution, window: Window): void {
  const vectors = window.image[2] / 4;
  record(
    tape,
    'conv2d of one filter, transposed',
    convSingleTransposedShader,
    convolution,
    window,
    window.image,
    vectors,
  );
}

/** Records a kernel whose invocations have blocks of pixels of an image; of `vectors` vec4s each, if they are no numbers. */
function record(
  tape: Tape,
  kernel: string,
  make: typeof convSingleShader,
  { x, w, y, bias, activation = 'linear', slope }: Convolution,
  window: Window,
  [height, width]: readonly number[],
  vectors?: number,
): void {
  const sizes = singleSizes(x.shape[0], window);
  const ending = { bias: bias !== undefined, activation, slope: slope?.activation };
  const invocations = ({ rows, columns }: Tiling) =>
    sizes.batch * Math.ceil(height / rows) * Math.ceil(width / columns) * (vectors ?? 1);
  const way = (tiling: Tiling) => ({
    shader: make({ ...kernelOf(window), ...ending, tiling }),
    invocations: invocations(tiling),
  });
  const plain: Tiling = { rows: 4, columns: 4, quads: false, group: groupOf(tape.gpu) };
  const flat: Tiling = { ...plain, rows: 2 };
  const ways = [plain, ...(invocations(plain) < busy ? [flat] : [])];
  // Where each product is of a vec4 with a vec4: one of a number with a vec4 is one instruction for each value as it is.
  if (vectors === undefined) ways.push(...ways.map((each) => ({ ...each, oneByOne: true })));
  tuned(
    tape,
    kernel,
    nameOf(sizes),
    { x, w, y, bias, saved: slope?.saved },
    sizes,
    tape.gpu.info.isFallback ? [plain] : ways,
    way,
    1,
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
  const sizes = singleSizes(batch, window, parts);
  const own = parts === 1 ? y : tape.tensor([parts, y.size], 'f32', 'partial sums');
  const kernel = kernelOf(window);
  const taps = kernel.height * kernel.width;
  const invocations = (parts * sizes.channels) / 4;
  const plain: Tiling = { rows: taps, columns: 4, quads: false, group: groupOf(tape.gpu) };
  const split = splitFor(invocations, sizes.height);
  // What a workgroup adds up has to fit into the 16 KiB that every device has.
  const ways = [plain, ...(split > 1 ? [{ ...plain, split, group: taps > 16 ? 32 : 64 }] : [])];
  const way = (tiling: Tiling) => ({
    shader: convSingleWeightsShader({ ...kernel, tiling }),
    invocations: invocations * (tiling.split ?? 1),
  });
  tuned(
    tape,
    'conv2d of one filter, weights',
    nameOf(sizes),
    { a, x, y: own },
    sizes,
    tape.gpu.info.isFallback ? [plain] : ways,
    way,
    1,
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

const kernelOf = ({ kernel }: Window) => ({ height: kernel[0], width: kernel[1] });
