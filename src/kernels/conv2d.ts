import { convShader } from '../../shaders/conv2d.ts';
import { convTransposeShader } from '../../shaders/conv2d-transposed.ts';
import { convWeightsShader } from '../../shaders/conv2d-weights.ts';
import { filledRows, invocationsOf, type Tiling } from '../../shaders/tiles.ts';
import { ShapeError } from '../errors.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import {
  activated,
  activationWord,
  foldedInto,
  type Activation,
  type ActivationWord,
  type Gate,
} from './activation.ts';
import { gatherSingle, isSingle, scatterSingle, weightsSingle } from './conv2d-single.ts';
import { tilings, tuned } from './tilings.ts';
import { sumRowsLater } from './partial-sums.ts';
import { show } from './shapes.ts';
import { isDilated, nameOf, sizesOf, whole, type Window } from './window.ts';

/**
 * A convolution (cross-correlation, as everywhere in the field): y = f(x ∗ w + bias), with x [rows, height × width ×
 * channels], w [filters, kernel height, kernel width, channels], bias [filters]; y is [rows, places × filters]. The
 * patches are never stored. dw and dbias take one dispatch; dx includes the slope of x's own activation.
 * @throws ShapeError
 */
export function conv2d(
  tape: Tape,
  x: Tensor,
  w: Tensor,
  bias: Tensor | undefined,
  window: Window,
  activation: Activation = 'linear',
): Tensor {
  const [filters] = w.shape;
  check('conv2d', x, window.image, w, window, window.image[2], bias, filters);
  const rows = x.shape[0];
  const shape = [rows, window.outputSize[0] * window.outputSize[1] * filters];
  return activated(
    tape,
    shape,
    activationWord('conv2d', activation),
    (y, f) => gather(tape, { x, w, y, bias, activation: f }, window),
    (dz) => {
      weights(tape, { a: dz, x, y: tape.grad(w), sums: bias && tape.grad(bias) }, window);
      const { y, slope } = foldedInto(tape, x);
      scatter(tape, { x: dz, w, y, slope }, window);
    },
  );
}

/**
 * A transposed convolution: y = f(xᵀ∗ w + bias), the gradient of a convolution as an operation. x [rows, places ×
 * filters], w [filters, kernel height, kernel width, channels], bias [channels]; y is [rows, height × width × channels]
 * of the window's image.
 * @throws ShapeError
 */
export function convTranspose2d(
  tape: Tape,
  x: Tensor,
  w: Tensor,
  bias: Tensor | undefined,
  window: Window,
  activation: Activation = 'linear',
): Tensor {
  const [filters] = w.shape;
  const [height, width, channels] = window.image;
  check('convTranspose2d', x, [...window.outputSize, filters], w, window, channels, bias, channels);
  const shape = [x.shape[0], height * width * channels];
  return activated(
    tape,
    shape,
    activationWord('convTranspose2d', activation),
    (y, f) => scatter(tape, { x, w, y, bias, activation: f }, window),
    (dz) => {
      weights(tape, { a: x, x: dz, y: tape.grad(w) }, window);
      if (bias) sumRowsLater(tape, dz, tape.grad(bias));
      const { y, slope } = foldedInto(tape, x);
      gather(tape, { x: dz, w, y, slope }, window);
    },
  );
}

function check(
  kernel: string,
  x: Tensor,
  input: readonly number[],
  w: Tensor,
  { kernel: size }: Window,
  channels: number,
  bias: Tensor | undefined,
  outputs: number,
): void {
  if (x.size !== x.shape[0] * input.reduce((product, n) => product * n, 1))
    throw new ShapeError(`${kernel}: takes rows of ${show(input)}, not ${show(x.shape)}`);
  if (w.shape.length !== 4 || w.shape[1] !== size[0] || w.shape[2] !== size[1] || w.shape[3] !== channels) {
    throw new ShapeError(
      `${kernel}: weights of ${show(w.shape)} do not fit a kernel of ${show(size)} over ${channels} channels`,
    );
  }
  if (bias && bias.size !== outputs)
    throw new ShapeError(`${kernel}: ${outputs} output channels, but the bias is ${show(bias.shape)}`);
}

/** The tensors of a convolution, in either direction. */
export interface Convolution {
  x: Tensor;
  w: Tensor;
  y: Tensor;
  bias?: Tensor;
  activation?: ActivationWord;
  slope?: Gate;
}

const multiplies = (sizes: Record<string, number>): number =>
  ['batch', 'out_height', 'out_width', 'kernel_height', 'kernel_width', 'channels', 'filters'].reduce(
    (product, name) => product * sizes[name],
    1,
  );

/** The number of consecutive k for one invocation where a convolution is split. */
const stretch = 8;

/** From the image to the places: each place sums its patch. */
function gather(tape: Tape, convolution: Convolution, window: Window): void {
  const { x, w, y, bias, activation = 'linear', slope } = convolution;
  const [filters, , kernelWidth, channels] = w.shape;
  if (isSingle(filters, window)) return gatherSingle(tape, convolution, window);
  const sizes = { filters, parts: 1, ...sizesOf(x.shape[0], window) };
  const m = sizes.batch * sizes.out_height * sizes.out_width;
  const variant = {
    wideChannels: whole(channels),
    wideFilters: whole(filters),
    dilated: isDilated(window),
    wideRun: whole(kernelWidth * channels),
    wideY: whole(filters),
    bias: bias !== undefined,
    activation,
    slope: slope?.activation,
  };
  const way = (tiling: Tiling) => ({
    shader: convShader({ ...variant, tiling }),
    invocations: invocationsOf(tiling, m, filters),
  });
  tuned(
    tape,
    'conv2d',
    nameOf(sizes),
    { x, w, y, bias, saved: slope?.saved },
    sizes,
    tilings(tape.gpu, m, filters, w.size / filters / stretch),
    way,
    multiplies(sizes),
  );
}

/** From the places to the image: each pixel sums the places whose patches contain it. */
function scatter(tape: Tape, convolution: Convolution, window: Window): void {
  const { x, w, y, bias, activation = 'linear', slope } = convolution;
  const [filters, , , channels] = w.shape;
  if (isSingle(filters, window)) return scatterSingle(tape, convolution, window);
  const sizes = { filters, parts: 1, ...sizesOf(x.shape[0], window) };
  const [down, along] = window.stride;
  const classes = down * along;
  const inClass = sizes.batch * Math.ceil(sizes.height / down) * Math.ceil(sizes.width / along);
  const variant = {
    wideChannels: whole(channels),
    wideFilters: whole(filters),
    dilated: isDilated(window),
    wideY: whole(channels),
    bias: bias !== undefined,
    activation,
    slope: slope?.activation,
  };
  const way = (tiling: Tiling) => ({
    shader: convTransposeShader({ ...variant, tiling }),
    invocations: invocationsOf(tiling, classes * filledRows(tiling, inClass), channels),
  });
  tuned(
    tape,
    'conv2d transposed',
    nameOf(sizes),
    { x, w, y, bias, saved: slope?.saved },
    sizes,
    tilings(tape.gpu, classes * inClass, channels, w.size / channels / classes / stretch),
    way,
    multiplies(sizes),
  );
}

/** Tiles of 8 × 8 sums that keep a GPU busy, and parts of the batch that one more dispatch adds up. */
const wantedTiles = 1024;
const mostParts = 64;

/**
 * The number of parts of the batch, each with its own sums. It follows from the shapes alone, since it changes the
 * order of additions.
 */
function partsOf(batch: number, filters: number, n: number): number {
  const wanted = Math.ceil(wantedTiles / (Math.ceil(filters / 8) * Math.ceil(n / 8)));
  const share = Math.ceil(batch / Math.min(batch, wanted, mostParts));
  return Math.ceil(batch / share);
}

/**
 * The gradient of the weights from the values at the places and the image, with the sums of the values for each filter.
 */
function weights(tape: Tape, tensors: { a: Tensor; x: Tensor; y: Tensor; sums?: Tensor }, window: Window): void {
  const { a, x, y, sums } = tensors;
  const [filters, kernelHeight, kernelWidth, channels] = y.shape;
  if (isSingle(filters, window)) return weightsSingle(tape, tensors, window);
  const n = kernelHeight * kernelWidth * channels;
  const parts = partsOf(a.shape[0], filters, n);
  const sizes = { filters, parts, ...sizesOf(a.shape[0], window) };
  const partial = (whole: Tensor) => (parts === 1 ? whole : tape.tensor([parts, whole.size], 'f32', 'partial sums'));
  const [ownY, ownSums] = [partial(y), sums && partial(sums)];
  const variant = {
    wideChannels: whole(channels),
    wideFilters: whole(filters),
    dilated: isDilated(window),
    wideY: whole(n),
    ragged: !whole(sizes.out_width),
    sums: sums !== undefined,
  };
  const way = (tiling: Tiling) => ({
    shader: convWeightsShader({ ...variant, tiling }),
    invocations:
      invocationsOf(tiling, parts * filledRows(tiling, filters), n) + (sums ? parts * Math.ceil(filters / 4) : 0),
  });
  tuned(
    tape,
    'conv2d weights',
    nameOf(sizes),
    { a, x, y: ownY, sums: ownSums },
    sizes,
    tilings(tape.gpu, filters, n, Math.ceil(sizes.batch / parts) * sizes.out_height, parts),
    way,
    multiplies(sizes),
  );
  if (ownY !== y) sumRowsLater(tape, ownY, y, true);
  if (sums && ownSums !== sums) sumRowsLater(tape, ownSums!, sums, true);
}
