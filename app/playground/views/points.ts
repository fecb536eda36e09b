import { context2d } from '../look.ts';

/** The visible part of the map: a square around x, y. */
export interface Sight {
  x: number;
  y: number;
  reach: number;
}

type Color = [red: number, green: number, blue: number];

export interface Dots {
  from: Float32Array;
  to: Float32Array;
  /** The position on the way from the old places to the new ones, from 0 to 1. */
  way: number;
  /** The number of the colour of each dot. */
  labels: Int32Array | undefined;
  colors: Color[];
  /** The opacity of each colour, from 0 to 1. */
  opacity: number[];
  paper: Color;
}

/** Draws thousands of dots by blending pixels. A canvas call for each dot would take many times as long. */
export class DotPainter {
  #image: ImageData | undefined;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  paint({ from, to, way, labels, colors, opacity, paper }: Dots, sight: Sight): void {
    const { width, height } = this.canvas;
    if (this.#image?.width !== width || this.#image.height !== height) this.#image = new ImageData(width, height);
    const pixels = this.#image.data;
    new Uint32Array(pixels.buffer).fill(((255 << 24) | (paper[2] << 16) | (paper[1] << 8) | paper[0]) >>> 0);
    const count = to.length / 2;
    const disc = discOf(radiusFor(count, width));
    const scale = width / (2 * sight.reach);
    for (let i = 0; i < count; i++) {
      const x = from[2 * i] + way * (to[2 * i] - from[2 * i]);
      const y = from[2 * i + 1] + way * (to[2 * i + 1] - from[2 * i + 1]);
      const column = Math.round(width / 2 + (x - sight.x) * scale);
      const row = Math.round(height / 2 - (y - sight.y) * scale);
      const label = labels ? labels[i] % colors.length : 0;
      stamp(pixels, width, height, column, row, disc, colors[label], opacity[label]);
    }
    context2d(this.canvas).putImageData(this.#image, 0, 0);
  }
}

/** Returns the pixels of a disc: for each, the horizontal and the vertical offset and the covered share. */
function discOf(radius: number): Float32Array {
  const reach = Math.ceil(radius);
  const disc: number[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)));
      if (cover > 0) disc.push(dx, dy, 0.78 * cover);
    }
  }
  return Float32Array.from(disc);
}

function stamp(
  pixels: Uint8ClampedArray,
  width: number,
  height: number,
  column: number,
  row: number,
  disc: Float32Array,
  [red, green, blue]: Color,
  opacity: number,
): void {
  for (let k = 0; k < disc.length; k += 3) {
    const x = column + disc[k];
    const y = row + disc[k + 1];
    if (x < 0 || y < 0 || x >= width || y >= height) continue;
    const at = 4 * (y * width + x);
    const alpha = opacity * disc[k + 2];
    pixels[at] += alpha * (red - pixels[at]);
    pixels[at + 1] += alpha * (green - pixels[at + 1]);
    pixels[at + 2] += alpha * (blue - pixels[at + 2]);
  }
}

/** Returns the radius of dots, which is larger for fewer dots. */
function radiusFor(count: number, width: number): number {
  return (count > 5000 ? 1.25 : count > 800 ? 2 : 3.4) * Math.max(0.75, width / 520);
}

/** Returns a square around all points except the outermost. */
export function sightOf(points: Float32Array): Sight {
  const stride = Math.max(1, Math.floor(points.length / 2 / 3000));
  const [x, y] = [0, 1].map((axis) => {
    const values: number[] = [];
    for (let i = axis; i < points.length; i += 2 * stride) values.push(points[i]);
    values.sort((a, b) => a - b);
    const at = (share: number) => values[Math.round(share * (values.length - 1))] ?? 0;
    return { middle: (at(0.005) + at(0.995)) / 2, reach: (at(0.995) - at(0.005)) / 2 };
  });
  return { x: x.middle, y: y.middle, reach: 1.12 * Math.max(x.reach, y.reach, 1e-3) };
}
