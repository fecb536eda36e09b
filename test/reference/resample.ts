import type { Sides, Window } from '../../src/kernels/window.ts';

type Numbers = ArrayLike<number>;
type Image = readonly [number, number, number];

/** The largest value of each window, and the pixel that has it, the first of equals. */
export function maxPool2d(
  x: Numbers,
  { image: [height, width, channels], outputSize, kernel, stride, before }: Window,
): { y: Float64Array; from: Int32Array } {
  const batch = x.length / (height * width * channels);
  const size = batch * outputSize[0] * outputSize[1] * channels;
  const [y, from] = [new Float64Array(size).fill(-Infinity), new Int32Array(size)];
  for (let i = 0; i < size; i++) {
    const c = i % channels;
    const [ox, oy] = [
      Math.floor(i / channels) % outputSize[1],
      Math.floor(i / channels / outputSize[1]) % outputSize[0],
    ];
    const b = Math.floor(i / channels / outputSize[1] / outputSize[0]);
    for (
      let iy = Math.max(0, oy * stride[0] - before[0]);
      iy < Math.min(height, oy * stride[0] - before[0] + kernel[0]);
      iy++
    ) {
      for (
        let ix = Math.max(0, ox * stride[1] - before[1]);
        ix < Math.min(width, ox * stride[1] - before[1] + kernel[1]);
        ix++
      ) {
        const pixel = ((b * height + iy) * width + ix) * channels + c;
        if (x[pixel] > y[i]) [y[i], from[i]] = [x[pixel], pixel];
      }
    }
  }
  return { y, from };
}

/** The mean of each window over what lies in the image. */
export function avgPool2d(
  x: Numbers,
  { image: [height, width, channels], outputSize, kernel, stride, before }: Window,
): Float64Array {
  const batch = x.length / (height * width * channels);
  return Float64Array.from({ length: batch * outputSize[0] * outputSize[1] * channels }, (_, i) => {
    const c = i % channels;
    const [ox, oy] = [
      Math.floor(i / channels) % outputSize[1],
      Math.floor(i / channels / outputSize[1]) % outputSize[0],
    ];
    const b = Math.floor(i / channels / outputSize[1] / outputSize[0]);
    let [sum, count] = [0, 0];
    for (let ky = 0; ky < kernel[0]; ky++) {
      for (let kx = 0; kx < kernel[1]; kx++) {
        const [iy, ix] = [oy * stride[0] - before[0] + ky, ox * stride[1] - before[1] + kx];
        if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
        sum += x[((b * height + iy) * width + ix) * channels + c];
        count++;
      }
    }
    return sum / count;
  });
}

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
