import { context2d, fitted, onTheme, styled } from '../look.ts';
import { featuresOf, type ExampleKind } from '../shapes.ts';
import type { ColumnFigures } from '../protocol.ts';

/** The way in which examples are drawn: images as they are, rows of a table as bars. */
export interface TileKind {
  kind: ExampleKind;
  shape: number[];
  /** For a table: the smallest and largest value of each column, between which its bars are drawn. */
  figures?: Pick<ColumnFigures, 'least' | 'most'>;
}

const gap = 2;

/** The last painting of each canvas, repeated when the theme changes the colours of bars. */
const painted = new WeakMap<HTMLCanvasElement, () => void>();
onTheme(() => document.querySelectorAll('canvas').forEach((canvas) => painted.get(canvas)?.()));

/** Paints examples side by side. `twins` are their reconstructions, drawn as a line over the bars of a table. */
export function paintTiles(
  canvas: HTMLCanvasElement,
  tile: TileKind,
  values: Float32Array,
  columns: number,
  twins?: Float32Array,
): void {
  const paint = () =>
    tile.kind === 'image'
      ? paintImages(canvas, tile.shape, values, columns)
      : paintBars(canvas, tile, values, columns, twins);
  painted.set(canvas, paint);
  paint();
}

/** Clears a canvas. */
export function clearTiles(canvas: HTMLCanvasElement): void {
  painted.delete(canvas);
  context2d(canvas).clearRect(0, 0, canvas.width, canvas.height);
}

/** Paints images pixel by pixel; the style sheet enlarges them. */
function paintImages(
  canvas: HTMLCanvasElement,
  [height, width, channels]: number[],
  values: Float32Array,
  columns: number,
): void {
  const size = height * width * channels;
  const count = Math.min(columns, Math.floor(values.length / size));
  const [across, down] = [columns * (width + gap) - gap, height];
  if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
  const image = new ImageData(across, down);
  for (let example = 0; example < count; example++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      const [y, x] = [Math.floor(pixel / width), pixel % width];
      const at = 4 * (y * across + example * (width + gap) + x);
      for (let channel = 0; channel < 3; channel++)
        image.data[at + channel] = 255 * values[example * size + pixel * channels + (channels === 1 ? 0 : channel)];
      image.data[at + 3] = 255;
    }
  }
  context2d(canvas).putImageData(image, 0, 0);
}

/** Paints a bar for each column, between its smallest and its largest value. */
function paintBars(
  canvas: HTMLCanvasElement,
  { shape, figures }: TileKind,
  values: Float32Array,
  columns: number,
  twins?: Float32Array,
): void {
  canvas.style.height = canvas.classList.contains('tile') ? '' : '64px';
  fitted(canvas);
  const context = context2d(canvas);
  const features = featuresOf(shape);
  const count = Math.min(columns, values.length / features);
  const tileWidth = (canvas.width - (columns - 1) * 4 * gap) / columns;
  context.clearRect(0, 0, canvas.width, canvas.height);
  const share = (value: number, i: number) => {
    const [least, most] = [figures?.least[i] ?? 0, figures?.most[i] ?? 1];
    return Math.min(1, Math.max(0, (value - least) / (most - least || 1)));
  };
  for (let example = 0; example < count; example++) {
    const left = example * (tileWidth + 4 * gap);
    const bar = tileWidth / features;
    for (let i = 0; i < features; i++) {
      const high = share(values[example * features + i], i) * (canvas.height - 2);
      context.fillStyle = twins ? `color-mix(in srgb, ${styled('muted')} 45%, transparent)` : styled('accent');
      context.fillRect(left + i * bar, canvas.height - high, Math.max(1, bar - (bar > 4 ? 1 : 0)), high);
      if (!twins) continue;
      const twin = share(twins[example * features + i], i) * (canvas.height - 2);
      context.fillStyle = styled('second');
      context.fillRect(left + i * bar, canvas.height - twin - 1.5, Math.max(1, bar - (bar > 4 ? 1 : 0)), 3);
    }
  }
}
