import type { Window } from '../../src/kernels/window.ts';

type Numbers = ArrayLike<number>;
type Image = readonly [number, number, number];

/** The largest value of each window, and the pixel that has it, the first of equals. */
export function maxPool2d(
  x: Numbers,
  { image: [height, width, channels], places, kernel, stride, before }: Window,
): { y: Float64Array; from: Int32Array } {
  const batch = x.length / (height * width * channels);
  const size = batch * places[0] * places[1] * channels;
  const [y, from] = [new Float64Array(size).fill(-Infinity), new Int32Array(size)];
  for (let i = 0; i < size; i++) {
    const c = i % channels;
    const [ox, oy] = [Math.floor(i / channels) % places[1], Math.floor(i / channels / places[1]) % places[0]];
    const b = Math.floor(i / channels / places[1] / places[0]);
    for (
      let iy = Math.max(0, oy * stride - before[0]);
      iy < Math.min(height, oy * stride - before[0] + kernel[0]);
      iy++
    ) {
      for (
        let ix = Math.max(0, ox * stride - before[1]);
        ix < Math.min(width, ox * stride - before[1] + kernel[1]);
        ix++
      ) {
        const pixel = ((b * height + iy) * width + ix) * channels + c;
        if (x[pixel] > y[i]) [y[i], from[i]] = [x[pixel], pixel];
      }
    }
  }
  return { y, from };
}

/** Each output looks between the four pixels around its centre, or at the one it lies in. */
export function upsample2d(
  x: Numbers,
  [height, width, channels]: Image,
  factor: number,
  kind: 'nearest' | 'bilinear',
): Float64Array {
  const batch = x.length / (height * width * channels);
  const y = new Float64Array(x.length * factor ** 2);
  const at = (b: number, iy: number, ix: number, c: number) => x[((b * height + iy) * width + ix) * channels + c];
  const between = (o: number, side: number) => {
    const place = Math.min(Math.max((o + 0.5) / factor - 0.5, 0), side - 1);
    const first = Math.min(Math.floor(place), Math.max(side - 2, 0));
    return { first, second: Math.min(first + 1, side - 1), share: place - first };
  };
  for (let i = 0; i < y.length; i++) {
    const c = i % channels;
    const ox = Math.floor(i / channels) % (width * factor);
    const oy = Math.floor(i / channels / (width * factor)) % (height * factor);
    const b = Math.floor(i / channels / (width * factor) / (height * factor));
    if (kind === 'nearest') {
      y[i] = at(b, Math.floor(oy / factor), Math.floor(ox / factor), c);
      continue;
    }
    const [down, along] = [between(oy, height), between(ox, width)];
    const row = (iy: number) =>
      at(b, iy, along.first, c) * (1 - along.share) + at(b, iy, along.second, c) * along.share;
    y[i] = row(down.first) * (1 - down.share) + row(down.second) * down.share;
  }
  if (y.length !== batch * height * width * channels * factor ** 2) throw new Error('rows do not fit');
  return y;
}

/** Every square of factor × factor pixels as its mean. */
export function coarsen(x: Numbers, [height, width, channels]: Image, factor: number): Float64Array {
  return Float64Array.from({ length: x.length }, (_, i) => {
    const c = i % channels;
    const ix = Math.floor(i / channels) % width;
    const iy = Math.floor(i / channels / width) % height;
    const b = Math.floor(i / channels / width / height);
    const [top, left] = [iy - (iy % factor), ix - (ix % factor)];
    let [sum, count] = [0, 0];
    for (let y = top; y < Math.min(top + factor, height); y++) {
      for (let x0 = left; x0 < Math.min(left + factor, width); x0++, count++)
        sum += x[((b * height + y) * width + x0) * channels + c];
    }
    return sum / count;
  });
}
