import type { ActivationName } from '../../src/kernels/activation.ts';
import type { Window } from '../../src/kernels/window.ts';
import { activations } from './activation.ts';

type Numbers = ArrayLike<number>;

/** Calls `each` for all pairs of a place and a pixel that its window sees, with indices of x's pixel, y's place and w's tap; channels are left to the caller. */
function pairs(
  batch: number,
  { image, outputSize, kernel, stride, dilation, before }: Window,
  each: (pixel: number, place: number, tap: number) => void,
): void {
  const [height, width] = image;
  for (let b = 0; b < batch; b++) {
    for (let oy = 0; oy < outputSize[0]; oy++) {
      for (let ox = 0; ox < outputSize[1]; ox++) {
        for (let ky = 0; ky < kernel[0]; ky++) {
          for (let kx = 0; kx < kernel[1]; kx++) {
            const [iy, ix] = [
              oy * stride[0] - before[0] + ky * dilation[0],
              ox * stride[1] - before[1] + kx * dilation[1],
            ];
            if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
            each((b * height + iy) * width + ix, (b * outputSize[0] + oy) * outputSize[1] + ox, ky * kernel[1] + kx);
          }
        }
      }
    }
  }
}

/** What each output is a sum of, and the sum of those terms' magnitudes. */
interface Sums {
  y: Float64Array;
  magnitude: Float64Array;
}

function sums(size: number, channels: number, bias: Numbers | undefined): Sums {
  const y = Float64Array.from({ length: size }, (_, i) => bias?.[i % channels] ?? 0);
  return { y, magnitude: y.map(Math.abs) };
}

const finish = ({ y, magnitude }: Sums, f: ActivationName): Sums => ({ y: y.map(activations[f].f), magnitude });

/** y = f(x ∗ w + bias), with w [filters, kernel height, kernel width, channels]. */
export function conv2d(
  x: Numbers,
  w: Numbers,
  bias: Numbers | undefined,
  filters: number,
  window: Window,
  f: ActivationName = 'linear',
): Sums {
  const [height, width, channels] = window.image;
  const batch = x.length / (height * width * channels);
  const taps = window.kernel[0] * window.kernel[1];
  const found = sums(batch * window.outputSize[0] * window.outputSize[1] * filters, filters, bias);
  pairs(batch, window, (pixel, place, tap) => {
    for (let o = 0; o < filters; o++) {
      for (let c = 0; c < channels; c++) {
        const term = x[pixel * channels + c] * w[(o * taps + tap) * channels + c];
        found.y[place * filters + o] += term;
        found.magnitude[place * filters + o] += Math.abs(term);
      }
    }
  });
  return finish(found, f);
}

/** y = f(xᵀ∗ w + bias): every place of x spreads its values over its window. */
export function convTranspose2d(
  x: Numbers,
  w: Numbers,
  bias: Numbers | undefined,
  filters: number,
  window: Window,
  f: ActivationName = 'linear',
): Sums {
  const [height, width, channels] = window.image;
  const batch = x.length / (window.outputSize[0] * window.outputSize[1] * filters);
  const taps = window.kernel[0] * window.kernel[1];
  const found = sums(batch * height * width * channels, channels, bias);
  pairs(batch, window, (pixel, place, tap) => {
    for (let o = 0; o < filters; o++) {
      for (let c = 0; c < channels; c++) {
        const term = x[place * filters + o] * w[(o * taps + tap) * channels + c];
        found.y[pixel * channels + c] += term;
        found.magnitude[pixel * channels + c] += Math.abs(term);
      }
    }
  });
  return finish(found, f);
}

/** dw[o,tap,c] = Σ a[place,o] x[pixel,c] over all pairs that the tap joins: the gradient of a convolution's weights, with a its output's and x its input. */
export function convWeights(a: Numbers, x: Numbers, filters: number, window: Window): Sums {
  const [height, width, channels] = window.image;
  const batch = x.length / (height * width * channels);
  const taps = window.kernel[0] * window.kernel[1];
  const found = sums(filters * taps * channels, 1, undefined);
  pairs(batch, window, (pixel, place, tap) => {
    for (let o = 0; o < filters; o++) {
      for (let c = 0; c < channels; c++) {
        const term = a[place * filters + o] * x[pixel * channels + c];
        found.y[(o * taps + tap) * channels + c] += term;
        found.magnitude[(o * taps + tap) * channels + c] += Math.abs(term);
      }
    }
  });
  return found;
}

/** A convolution in groups, with w [kernel height, kernel width, channels / groups, filters]: filter f sees the channels of its own group. */
export function groupedConv2d(
  x: Numbers,
  w: Numbers,
  bias: Numbers | undefined,
  filters: number,
  groups: number,
  window: Window,
  f: ActivationName = 'linear',
): Sums {
  const [height, width, channels] = window.image;
  const batch = x.length / (height * width * channels);
  const found = sums(batch * window.outputSize[0] * window.outputSize[1] * filters, filters, bias);
  pairs(batch, window, (pixel, place, tap) =>
    grouped(channels, filters, groups, (c, i, o) => {
      const term = x[pixel * channels + c] * w[(tap * (channels / groups) + i) * filters + o];
      found.y[place * filters + o] += term;
      found.magnitude[place * filters + o] += Math.abs(term);
    }),
  );
  return finish(found, f);
}

/** The gradients of such a convolution with respect to its input and its weights, from that of its output. */
export function groupedGradients(
  dy: Numbers,
  x: Numbers,
  w: Numbers,
  filters: number,
  groups: number,
  window: Window,
): { dx: Sums; dw: Sums } {
  const [height, width, channels] = window.image;
  const batch = x.length / (height * width * channels);
  const [dx, dw] = [sums(x.length, 1, undefined), sums(w.length, 1, undefined)];
  const add = ({ y, magnitude }: Sums, at: number, term: number) => {
    y[at] += term;
    magnitude[at] += Math.abs(term);
  };
  pairs(batch, window, (pixel, place, tap) =>
    grouped(channels, filters, groups, (c, i, o) => {
      const weight = (tap * (channels / groups) + i) * filters + o;
      add(dx, pixel * channels + c, dy[place * filters + o] * w[weight]);
      add(dw, weight, dy[place * filters + o] * x[pixel * channels + c]);
    }),
  );
  return { dx, dw };
}

/** Calls `each` for all pairs of a channel and a filter of its group; `i` is the channel's number in the group. */
function grouped(
  channels: number,
  filters: number,
  groups: number,
  each: (channel: number, i: number, filter: number) => void,
): void {
  for (let o = 0; o < filters; o++) {
    const group = Math.floor((o * groups) / filters);
    for (let i = 0; i < channels / groups; i++) each((group * channels) / groups + i, i, o);
  }
}
