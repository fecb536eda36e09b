import type { Sides, Window } from '../../src/kernels/window.ts';

type Numbers = ArrayLike<number>;
type Image = readonly [number, number, number];

/** For each value of the output, the places in x that its window has inside the image. */
function windows(x: Numbers, { image, outputSize, kernel, stride, before }: Window): number[][] {
  const [height, width, channels] = image;
  const [down, across] = outputSize;
  const batch = x.length / (height * width * channels);
  return Array.from({ length: batch * down * across * channels }, (_, i) => {
    const c = i % channels;
    const [ox, oy] = [Math.floor(i / channels) % across, Math.floor(i / channels / across) % down];
    const b = Math.floor(i / channels / across / down);
    const places: number[] = [];
    for (let ky = 0; ky < kernel[0]; ky++) {
      for (let kx = 0; kx < kernel[1]; kx++) {
        const [iy, ix] = [oy * stride[0] - before[0] + ky, ox * stride[1] - before[1] + kx];
        const isInside = iy >= 0 && iy < height && ix >= 0 && ix < width;
        if (isInside) places.push(((b * height + iy) * width + ix) * channels + c);
      }
    }
    return places;
  });
}

/** The largest value of each window. */
export const maxPool2d = (x: Numbers, window: Window): Float64Array =>
  Float64Array.from(windows(x, window), (places) => Math.max(...places.map((place) => x[place])));

/** The mean of each window over what lies in the image. */
export const avgPool2d = (x: Numbers, window: Window): Float64Array =>
  Float64Array.from(windows(x, window), (places) => places.reduce((sum, place) => sum + x[place], 0) / places.length);

const each = (factor: Sides) => (typeof factor === 'number' ? [factor, factor] : factor);

/** Each output looks between the four pixels around its centre, or at the one it lies in. */
export function upsample2d(
  x: Numbers,
  [height, width, channels]: Image,
  factor: Sides,
  kind: 'nearest' | 'bilinear',
): Float64Array {
  const batch = x.length / (height * width * channels);
  const [down, along] = each(factor);
  const y = new Float64Array(x.length * down * along);
  const at = (b: number, iy: number, ix: number, c: number) => x[((b * height + iy) * width + ix) * channels + c];
  const between = (o: number, side: number, factor: number) => {
    const place = Math.min(Math.max((o + 0.5) / factor - 0.5, 0), side - 1);
    const first = Math.min(Math.floor(place), Math.max(side - 2, 0));
    return { first, second: Math.min(first + 1, side - 1), share: place - first };
  };
  for (let i = 0; i < y.length; i++) {
    const c = i % channels;
    const ox = Math.floor(i / channels) % (width * along);
    const oy = Math.floor(i / channels / (width * along)) % (height * down);
    const b = Math.floor(i / channels / (width * along) / (height * down));
    if (kind === 'nearest') {
      y[i] = at(b, Math.floor(oy / down), Math.floor(ox / along), c);
      continue;
    }
    const [above, left] = [between(oy, height, down), between(ox, width, along)];
    const row = (iy: number) => at(b, iy, left.first, c) * (1 - left.share) + at(b, iy, left.second, c) * left.share;
    y[i] = row(above.first) * (1 - above.share) + row(above.second) * above.share;
  }
  if (y.length !== batch * height * width * channels * down * along) throw new Error('rows do not fit');
  return y;
}

/** Every box of factor × factor pixels, or of a factor for each axis, as its mean. */
export function coarsen(x: Numbers, [height, width, channels]: Image, factor: Sides): Float64Array {
  const [down, along] = each(factor);
  return Float64Array.from({ length: x.length }, (_, i) => {
    const c = i % channels;
    const ix = Math.floor(i / channels) % width;
    const iy = Math.floor(i / channels / width) % height;
    const b = Math.floor(i / channels / width / height);
    const [top, left] = [iy - (iy % down), ix - (ix % along)];
    let [sum, count] = [0, 0];
    for (let y = top; y < Math.min(top + down, height); y++) {
      for (let x0 = left; x0 < Math.min(left + along, width); x0++, count++)
        sum += x[((b * height + y) * width + x0) * channels + c];
    }
    return sum / count;
  });
}
