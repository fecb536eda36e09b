import { convShader } from '../../shaders/conv2d.ts';
import { convTransposeShader } from '../../shaders/conv2d-transposed.ts';
import { convWeightsShader } from '../../shaders/conv2d-weights.ts';
import { filledRows, invocationsOf, type Tiling } from '../../shaders/tiles.ts';
import { ShapeError } from '../errors.ts';
import { shown } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import { sizeOf, type Tensor } from '../runtime/tensor.ts';
import {
  activated,
  activationWord,
  foldedInto,
  type Activation,
  type ActivationWord,
  type SlopeAt,
} from './activation.ts';
import { isSingle, singleToImage, singleToPlaces, singleWeights } from './conv2d-single.ts';
import { partsOf, sumRowsLater } from './partial-sums.ts';
import { wholeVec4s } from './shapes.ts';
import { tilings, tuned } from './tilings.ts';
import { isDilated, sizesOf, type Window } from './window.ts';

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
    (y, f) => toPlaces(tape, { x, w, y, bias, activation: f }, window),
    (dz) => {
      weights(tape, { a: dz, x, y: tape.grad(w), sums: bias && tape.grad(bias) }, window);
      const { y, slope } = foldedInto(tape, x);
      toImage(tape, { x: dz, w, y, slope }, window);
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
    (y, f) => toImage(tape, { x, w, y, bias, activation: f }, window),
    (dz) => {
      weights(tape, { a: x, x: dz, y: tape.grad(w) }, window);
      if (bias) sumRowsLater(tape, dz, tape.grad(bias));
      const { y, slope } = foldedInto(tape, x);
      toPlaces(tape, { x: dz, w, y, slope }, window);
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
  if (x.size !== x.shape[0] * sizeOf(input))
    throw new ShapeError(`${kernel}: takes rows of ${shown(input)}, not ${shown(x.shape)}`);
  if (w.shape.length !== 4 || w.shape[1] !== size[0] || w.shape[2] !== size[1] || w.shape[3] !== channels) {
    throw new ShapeError(
      `${kernel}: weights of ${shown(w.shape)} do not fit a kernel of ${shown(size)} over ${channels} channels`,
    );
  }
  if (bias && bias.size !== outputs)
    throw new ShapeError(`${kernel}: ${outputs} output channels, but the bias is ${shown(bias.shape)}`);
}

/** The tensors of a convolution, in either direction. */
export interface Convolution {
  x: Tensor;
  w: Tensor;
  y: Tensor;
  bias?: Tensor;
  activation?: ActivationWord;
  slope?: SlopeAt;
}

const multipliesOf = (sizes: Record<string, number>): number =>
  ['batch', 'out_height', 'out_width', 'kernel_height', 'kernel_width', 'channels', 'filters'].reduce(
    (product, name) => product * sizes[name],
    1,
  );

/** The number of consecutive k for one invocation where a convolution is split. */
const stretch = 8;

/** Returns what both directions of a convolution have in common: the shader's variant, and the product to record. */
function productOf({ x, w, y, bias, activation = 'linear', slope }: Convolution, window: Window) {
  const [filters, , , channels] = w.shape;
  const constants = { filters, parts: 1, ...sizesOf(x.shape[0], window) };
  const variant = {
    wideChannels: wholeVec4s(channels),
    wideFilters: wholeVec4s(filters),
    dilated: isDilated(window),
    bias: bias !== undefined,
    activation,
    slope: slope?.activation,
  };
  const tensors = { x, w, y, bias, saved: slope?.saved };
  return { variant, product: { tensors, constants, multiplies: multipliesOf(constants) } };
}

/** From the image to the places: each place sums its patch. */
function toPlaces(tape: Tape, convolution: Convolution, window: Window): void {
  const { w } = convolution;
  const [filters, , kernelWidth, channels] = w.shape;
  if (isSingle(filters, window)) return singleToPlaces(tape, convolution, window);
  const { variant, product } = productOf(convolution, window);
  const { batch, out_height, out_width } = product.constants;
  const m = batch * out_height * out_width;
  const widths = { wideRun: wholeVec4s(kernelWidth * channels), wideY: wholeVec4s(filters) };
  const way = (tiling: Tiling) => ({
    shader: convShader({ ...variant, ...widths, tiling }),
    invocations: invocationsOf(tiling, m, filters),
  });
  const candidates = tilings(tape.gpu, m, filters, w.size / filters / stretch);
  tuned(tape, { kernel: 'conv2d', ...product, candidates, way });
}

/** From the places to the image: each pixel sums the places whose patches contain it. */
function toImage(tape: Tape, convolution: Convolution, window: Window): void {
  const { w } = convolution;
  const [filters, , , channels] = w.shape;
  if (isSingle(filters, window)) return singleToImage(tape, convolution, window);
  const { variant, product } = productOf(convolution, window);
  const { batch, height, width } = product.constants;
  const [down, along] = window.stride;
  const classes = down * along;
  const inClass = batch * Math.ceil(height / down) * Math.ceil(width / along);
  const way = (tiling: Tiling) => ({
    shader: convTransposeShader({ ...variant, wideY: wholeVec4s(channels), tiling }),
    invocations: invocationsOf(tiling, classes * filledRows(tiling, inClass), channels),
  });
  const candidates = tilings(tape.gpu, classes * inClass, channels, w.size / channels / classes / stretch);
  tuned(tape, { kernel: 'conv2d transposed', ...product, candidates, way });
}

/** Tiles of 8 × 8 sums that keep a GPU busy, and parts of the batch that one more dispatch adds up. */
const wantedTiles = 1024;
const mostParts = 64;

/**
 * The gradient of the weights from the values at the places and the image, with the sums of the values for each filter.
 */
function weights(tape: Tape, tensors: { a: Tensor; x: Tensor; y: Tensor; sums?: Tensor }, window: Window): void {
  const { a, x, y, sums } = tensors;
  const [filters, kernelHeight, kernelWidth, channels] = y.shape;
  if (isSingle(filters, window)) return singleWeights(tape, tensors, window);
  const n = kernelHeight * kernelWidth * channels;
  const [batch] = a.shape;
  const wanted = Math.ceil(wantedTiles / (Math.ceil(filters / 8) * Math.ceil(n / 8)));
  const parts = partsOf(batch, Math.min(wanted, mostParts));
  const constants = { filters, parts, ...sizesOf(batch, window) };
  const partial = (whole: Tensor) => (parts === 1 ? whole : tape.tensor([parts, whole.size], 'f32', 'partial sums'));
  const [ownY, ownSums] = [partial(y), sums && partial(sums)];
  const variant = {
    wideChannels: wholeVec4s(channels),
    wideFilters: wholeVec4s(filters),
    dilated: isDilated(window),
    wideY: wholeVec4s(n),
    ragged: !wholeVec4s(constants.out_width),
    sums: sums !== undefined,
  };
  const way = (tiling: Tiling) => ({
    shader: convWeightsShader({ ...variant, tiling }),
    invocations:
      invocationsOf(tiling, parts * filledRows(tiling, filters), n) + (sums ? parts * Math.ceil(filters / 4) : 0),
  });
  tuned(tape, {
    kernel: 'conv2d weights',
    tensors: { a, x, y: ownY, sums: ownSums },
    constants,
    candidates: tilings(tape.gpu, filters, n, Math.ceil(batch / parts) * constants.out_height, parts),
    way,
    multiplies: multipliesOf(constants),
  });
  if (ownY !== y) sumRowsLater(tape, ownY, y, true);
  if (sums && ownSums !== sums) sumRowsLater(tape, ownSums!, sums, true);
}
