import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { conv2d } from './conv2d.ts';
import { matmul, type Transposes } from './matmul.ts';
import { windowOver, type Sides } from './window.ts';

/** Kernels on values with known results. */
export interface Case {
  /** Records kernels that can be computed in several ways, and returns their outputs, in order. */
  record(tape: Tape): Tensor[];
  readonly expected: readonly Expected[];
}

/** Sums of products in float64. */
export interface Expected {
  readonly values: Float64Array;
  /** The sum of the magnitudes of the terms of each sum. */
  readonly magnitudes: Float64Array;
  /** The most terms of a sum. */
  readonly terms: number;
}

/** Random values, on the host and on the device. */
export interface Input {
  readonly values: Float32Array;
  readonly tensor: Tensor;
}

type Put = (shape: number[]) => Input;

/** Products whose sides are not multiples of any tile, and large enough for each way to be among the tuner's. */
export function* products(put: Put): Generator<Case> {
  for (const transposes of [{}, { transposeB: true }, { transposeA: true }]) {
    for (const [m, n, k] of [[261, 259, 13], [37, 3, 18], [3, 37, 18], [70, 1, 5], [1, 70, 5], [19, 5, 70], [19, 5, 520]]) yield product(put, m, n, k, transposes); // prettier-ignore
  }
}

function product(put: Put, m: number, n: number, k: number, transposes: Transposes): Case {
  const { transposeA, transposeB } = transposes;
  const [a, b] = [put(transposeA ? [k, m] : [m, k]), put(transposeB ? [n, k] : [k, n])];
  const y = sums(m * n, k);
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      for (let i = 0; i < k; i++)
        add(
          y,
          row * n + column,
          a.values[transposeA ? i * m + row : row * k + i] * b.values[transposeB ? column * k + i : i * n + column],
        );
    }
  }
  return { record: (tape) => [matmul(tape, a.tensor, b.tensor, transposes)], expected: [y] };
}

/** Convolutions, which are products of patches: images, filters and windows. */
export function* convolutions(put: Put): Generator<Case> {
  yield convolution(put, [43, 43, 37], 36, [1, 2]);
  yield convolution(put, [5, 6, 37], 261, [1, 7]);
  yield convolution(put, [9, 9, 3], 1, [5, 5]);
  // One filter on whole vec4s, for which there are special kernels.
  yield convolution(put, [9, 9, 4], 1, [5, 5]);
  yield convolution(put, [17, 17, 1], 3, [5, 5], 2);
  yield convolution(put, [17, 9, 3], 5, [5, 2], [3, 2]);
  yield convolution(put, [1, 2, 37], 37, [1, 1]);
  yield convolution(put, [1, 1, 1], 70, [1, 1]);
  yield convolution(put, [1, 1, 70], 3, [1, 1]);
}

function convolution(
  put: Put,
  image: [number, number, number],
  filters: number,
  kernel: [number, number],
  stride: Sides = 1,
): Case {
  const window = windowOver('selfTest', image, { kernel, stride, padding: 'same' });
  const [height, width, channels] = image;
  const {
    outputSize: [rows, columns],
    before,
    stride: [down, along],
  } = window;
  const taps = kernel[0] * kernel[1];
  const x = put([1, height * width * channels]);
  const w = put([filters, ...kernel, channels]);
  const dy = put([1, rows * columns * filters]);
  const y = sums(dy.values.length, taps * channels);
  const dw = sums(w.values.length, rows * columns);
  const dx = sums(x.values.length, taps * filters);
  for (let place = 0; place < rows * columns; place++) {
    for (let tap = 0; tap < taps; tap++) {
      const row = Math.floor(place / columns) * down - before[0] + Math.floor(tap / kernel[1]);
      const column = (place % columns) * along - before[1] + (tap % kernel[1]);
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      for (let o = 0; o < filters; o++) {
        for (let c = 0; c < channels; c++) {
          const atX = (row * width + column) * channels + c;
          const atW = (o * taps + tap) * channels + c;
          const atY = place * filters + o;
          add(y, atY, x.values[atX] * w.values[atW]);
          add(dw, atW, x.values[atX] * dy.values[atY]);
          add(dx, atX, dy.values[atY] * w.values[atW]);
        }
      }
    }
  }
  const record = (tape: Tape): Tensor[] => {
    const made = conv2d(tape, x.tensor, w.tensor, undefined, window);
    tape.differentiate(made, dy.tensor);
    return [made, tape.grad(w.tensor), tape.grad(x.tensor)];
  };
  return { record, expected: [y, dw, dx] };
}

const sums = (count: number, terms: number): Expected => ({
  values: new Float64Array(count),
  magnitudes: new Float64Array(count),
  terms,
});

function add({ values, magnitudes }: Expected, i: number, term: number): void {
  values[i] += term;
  magnitudes[i] += Math.abs(term);
}
