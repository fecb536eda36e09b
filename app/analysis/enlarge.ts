/** Enlarging images by rules, to compare with what was learnt. One channel; pixels lie at the centres of their squares. */

/** Images of height × width, one after the other. */
export interface Images {
  data: ArrayLike<number>;
  shape: readonly [height: number, width: number];
}

/** One pixel out of each block: of images that `downsample` made, the picture of low resolution itself. */
export function everyNth({ data, shape: [height, width] }: Images, n: number): Images {
  const [rows, columns] = [Math.floor(height / n), Math.floor(width / n)];
  const count = data.length / (height * width);
  const small = Float64Array.from({ length: count * rows * columns }, (_, i) => {
    const [image, y, x] = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns];
    return data[(image * height + y * n) * width + x * n];
  });
  return { data: small, shape: [rows, columns] };
}

export function nearest(images: Images, factor: number): Images {
  return enlarged(images, factor, (place) => [[Math.round(place), 1]]);
}

/**
 * Keys 1981, "Cubic convolution interpolation for digital image processing", with a = −1/2; past the edge its pixels go on. What overshoots
 * [0, 1] is clipped.
 */
export function bicubic(images: Images, factor: number): Images {
  const { data, shape } = enlarged(images, factor, (place) => {
    const first = Math.floor(place) - 1;
    return [0, 1, 2, 3].map((i) => [first + i, keys(Math.abs(place - first - i))]);
  });
  return { data: Float64Array.from(data, (value) => Math.min(1, Math.max(0, value))), shape };
}

function keys(distance: number): number {
  if (distance >= 2) return 0;
  return distance < 1
    ? (1.5 * distance - 2.5) * distance ** 2 + 1
    : ((-0.5 * distance + 2.5) * distance - 4) * distance + 2;
}

type Taps = (place: number) => (readonly [pixel: number, weight: number])[];

/** Along rows, then along columns: `taps` names the pixels and weights for a place between them. */
function enlarged({ data, shape: [height, width] }: Images, factor: number, taps: Taps): Images {
  const count = data.length / (height * width);
  const wide = along({ data, lines: count * height, length: width, step: 1 }, factor, taps);
  const both = along({ data: wide, lines: count * width * factor, length: height, step: width * factor }, factor, taps);
  return { data: both, shape: [height * factor, width * factor] };
}

interface Lines {
  data: ArrayLike<number>;
  lines: number;
  length: number;
  /** The distance from one pixel of a line to the next. */
  step: number;
}

function along({ data, lines, length, step }: Lines, factor: number, taps: Taps): Float64Array {
  const out = new Float64Array(data.length * factor);
  const all = Array.from({ length: length * factor }, (_, i) =>
    taps((i + 0.5) / factor - 0.5).map(
      ([pixel, weight]) => [Math.min(length - 1, Math.max(0, pixel)), weight] as const,
    ),
  );
  for (let line = 0; line < lines; line++) {
    // Lines of columns begin beside each other.
    const [block, offset] = [Math.floor(line / step), line % step];
    const from = block * length * step + offset;
    const to = block * length * factor * step + offset;
    all.forEach((pixels, i) => {
      let sum = 0;
      for (const [pixel, weight] of pixels) sum += weight * data[from + pixel * step];
      out[to + i * step] = sum;
    });
  }
  return out;
}
