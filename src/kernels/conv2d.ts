import { convShader } from '../../shaders/conv2d.ts';
import { convTransposeShader } from '../../shaders/conv2d-transposed.ts';
import { convWeightsShader } from '../../shaders/conv2d-weights.ts';
import { filledRows, invocationsOf, type Tiling } from '../../shaders/tiles.ts';
import { ShapeError } from '../errors.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { activated, foldedInto, type Activation, type Gate } from './activation.ts';
import { tilings, tuned } from './tilings.ts';
import { sumRowsInto } from './reduce.ts';
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
export function slide(layer: string, image: readonly [number, number, number], { kernel, stride, padding }: WindowOptions): Window {
  const sides = [0, 1].map((axis) => {
    const [side, k] = [image[axis], kernel[axis]];
    if (padding === 'same') {
      const places = Math.ceil(side / stride);
      return { places, before: Math.floor(Math.max((places - 1) * stride + k - side, 0) / 2) };
    }
    const before = padding === 'valid' ? 0 : padding;
    return { places: Math.floor((side + 2 * before - k) / stride) + 1, before };
  });
  if (sides.some(({ places }) => places < 1)) throw new ShapeError(`${layer}: a kernel of ${show(kernel)} does not fit into an image of ${show(image)}`);
  return { image, places: [sides[0].places, sides[1].places], kernel, stride, before: [sides[0].before, sides[1].before] };
}

/** The window that would make `from`, [height, width, channels], of the image that a transposed convolution makes: `channels` of them. @throws ShapeError */
export function unslide(layer: string, from: readonly number[], channels: number, { kernel, stride, padding, extra = 0 }: WindowOptions & { extra?: number }): Window {
  const sides = [0, 1].map((axis) => {
    const [side, k] = [from[axis], kernel[axis]];
    if (padding === 'same') return { side: side * stride, before: Math.floor(Math.max(k - stride, 0) / 2) };
    const before = padding === 'valid' ? 0 : padding;
    return { side: (side - 1) * stride + k - 2 * before + extra, before };
  });
  if (sides.some(({ side }) => side < 1)) throw new ShapeError(`${layer}: a kernel of ${show(kernel)} with padding ${padding} leaves nothing of ${show(from)}`);
  return { image: [sides[0].side, sides[1].side, channels], places: [from[0], from[1]], kernel, stride, before: [sides[0].before, sides[1].before] };
}

/**
 * A convolution (cross-correlation, as everywhere in the field): y = f(x ∗ w + bias), with x [rows, height × width × channels],
 * w [filters, kernel height, kernel width, channels], bias [filters]; y is [rows, places × filters]. The patches are never written down.
 * dw with dbias in one dispatch, dx with the slope of x's own activation folded in.
 * @throws ShapeError
 */
export function conv2d(tape: Tape, x: Tensor, w: Tensor, bias: Tensor | undefined, window: Window, activation: Activation = 'linear'): Tensor {
  const [filters] = w.shape;
  check('conv2d', x, window.image, w, window, window.image[2], bias, filters);
  const rows = x.shape[0];
  const shape = [rows, window.places[0] * window.places[1] * filters];
  return activated(tape, shape, activation, (y, f) => gather(tape, { x, w, y, bias, activation: f }, window), (dz) => {
    weights(tape, { a: dz, x, y: tape.grad(w), sums: bias && tape.grad(bias) }, window);
    const { y, slope } = foldedInto(tape, x);
    scatter(tape, { x: dz, w, y, slope }, window);
  });
}

/**
 * A transposed convolution: y = f(xᵀ∗ w + bias), the gradient of a convolution as an operation of its own. x [rows, places × filters],
 * w [filters, kernel height, kernel width, channels], bias [channels]; y is [rows, height × width × channels] of the window's image.
 * @throws ShapeError
 */
export function convTranspose2d(tape: Tape, x: Tensor, w: Tensor, bias: Tensor | undefined, window: Window, activation: Activation = 'linear'): Tensor {
  const [filters] = w.shape;
  const [height, width, channels] = window.image;
  check('convTranspose2d', x, [...window.places, filters], w, window, channels, bias, channels);
  const shape = [x.shape[0], height * width * channels];
  return activated(tape, shape, activation, (y, f) => scatter(tape, { x, w, y, bias, activation: f }, window), (dz) => {
    weights(tape, { a: x, x: dz, y: tape.grad(w) }, window);
    if (bias) sumRowsInto(tape, dz, tape.grad(bias));
    const { y, slope } = foldedInto(tape, x);
    gather(tape, { x: dz, w, y, slope }, window);
  });
}

function check(kernel: string, x: Tensor, input: readonly number[], w: Tensor, { kernel: size }: Window, channels: number, bias: Tensor | undefined, outputs: number): void {
  if (x.size !== x.shape[0] * input.reduce((product, n) => product * n, 1)) throw new ShapeError(`${kernel}: takes rows of ${show(input)}, not ${show(x.shape)}`);
  if (w.shape.length !== 4 || w.shape[1] !== size[0] || w.shape[2] !== size[1] || w.shape[3] !== channels) {
    throw new ShapeError(`${kernel}: a kernel of ${show(size)} over ${channels} channels, but weights of ${show(w.shape)}`);
  }
  if (bias && bias.size !== outputs) throw new ShapeError(`${kernel}: ${outputs} channels come out, but the bias is ${show(bias.shape)}`);
}

interface Convolution {
  x: Tensor;
  w: Tensor;
  y: Tensor;
  bias?: Tensor;
  activation?: Activation;
  slope?: Gate;
}

const whole = (n: number): boolean => n % 4 === 0;

/** What the shaders call a window's sizes. */
export function sizesOf(batch: number, { image, places, kernel, stride, before }: Window) {
  const [height, width, channels] = image;
  return { batch, height, width, channels, out_height: places[0], out_width: places[1], kernel_height: kernel[0], kernel_width: kernel[1], stride, pad_top: before[0], pad_left: before[1] };
}

const problemOf = (name: string, sizes: Record<string, number>): string => `${name} ${Object.values(sizes).join('x')}`;

/** From the image to the places: each adds up its patch. */
function gather(tape: Tape, { x, w, y, bias, activation = 'linear', slope }: Convolution, window: Window): void {
  const [filters, , kernelWidth, channels] = w.shape;
  const sizes = { filters, parts: 1, ...sizesOf(x.shape[0], window) };
  const m = sizes.batch * sizes.out_height * sizes.out_width;
  const variant = { wideChannels: whole(channels), wideFilters: whole(filters), wideRun: whole(kernelWidth * channels), wideY: whole(filters), bias: bias !== undefined, activation, slope: slope?.activation };
  const way = (tiling: Tiling) => ({ shader: convShader({ ...variant, tiling }), invocations: invocationsOf(tiling, m, filters) });
  tuned(tape, problemOf('conv2d', sizes), { x, w, y, bias, saved: slope?.saved }, sizes, tilings(tape.gpu, m, filters), way);
}

/** From the places to the image: each pixel adds up the places whose patches it lies in. */
function scatter(tape: Tape, { x, w, y, bias, activation = 'linear', slope }: Convolution, window: Window): void {
  const [filters, , , channels] = w.shape;
  const sizes = { filters, parts: 1, ...sizesOf(x.shape[0], window) };
  const { batch, height, width, stride } = sizes;
  const inClass = batch * Math.ceil(height / stride) * Math.ceil(width / stride);
  const variant = { wideChannels: whole(channels), wideFilters: whole(filters), wideY: whole(channels), bias: bias !== undefined, activation, slope: slope?.activation };
  const way = (tiling: Tiling) => ({ shader: convTransposeShader({ ...variant, tiling }), invocations: invocationsOf(tiling, stride * stride * filledRows(tiling, inClass), channels) });
  tuned(tape, problemOf('conv2d transposed', sizes), { x, w, y, bias, saved: slope?.saved }, sizes, tilings(tape.gpu, stride * stride * inClass, channels), way);
}

/** Tiles of 8 × 8 sums that keep a GPU busy, and parts of the batch that one more dispatch adds up. */
const wantedTiles = 1024;
const mostParts = 64;

/**
 * Into how many parts the batch is cut, with sums of their own: it follows from the shapes alone, as it changes the order in which values are
 * added up.
 */
function partsOf(batch: number, filters: number, n: number): number {
  const wanted = Math.ceil(wantedTiles / (Math.ceil(filters / 8) * Math.ceil(n / 8)));
  const share = Math.ceil(batch / Math.min(batch, wanted, mostParts));
  return Math.ceil(batch / share);
}

/** The gradient of the weights, from the values at the places and the image; with the sums of the values for each filter. */
function weights(tape: Tape, { a, x, y, sums }: { a: Tensor; x: Tensor; y: Tensor; sums?: Tensor }, window: Window): void {
  const [filters, kernelHeight, kernelWidth, channels] = y.shape;
  const n = kernelHeight * kernelWidth * channels;
  const parts = partsOf(a.shape[0], filters, n);
  const sizes = { filters, parts, ...sizesOf(a.shape[0], window) };
  const partial = (whole: Tensor) => (parts === 1 ? whole : tape.tensor([parts, whole.size], 'f32', 'partial sums'));
  const [ownY, ownSums] = [partial(y), sums && partial(sums)];
  const variant = { wideChannels: whole(channels), wideFilters: whole(filters), wideY: whole(n), ragged: !whole(sizes.out_width), sums: sums !== undefined };
  const way = (tiling: Tiling) => ({ shader: convWeightsShader({ ...variant, tiling }), invocations: invocationsOf(tiling, parts * filledRows(tiling, filters), n) + (sums ? parts * Math.ceil(filters / 4) : 0) });
  tuned(tape, problemOf('conv2d weights', sizes), { a, x, y: ownY, sums: ownSums }, sizes, tilings(tape.gpu, filters, n), way);
  if (ownY !== y) sumRowsInto(tape, ownY, y);
  if (sums && ownSums !== sums) sumRowsInto(tape, ownSums!, sums);
}
