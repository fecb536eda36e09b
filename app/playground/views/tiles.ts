import { context2d, fitted, onTheme, styled } from '../look.ts';
import { featuresOf, type ExampleKind } from '../shapes.ts';
import type { ColumnFigures } from '../protocol.ts';

/** How examples are drawn: an image as it is, a row of a table as bars. */
export interface TileKind {
  kind: ExampleKind;
  shape: number[];
  /** of a table: a column's bars stand between its least and its largest value */
  figures?: Pick<ColumnFigures, 'least' | 'most'>;
}

const gap = 2;

/** How each canvas was painted last: the bars of a table have the theme's colours, and a theme may change. */
const painted = new WeakMap<HTMLCanvasElement, () => void>();
onTheme(() => document.querySelectorAll('canvas').forEach((canvas) => painted.get(canvas)?.()));

/** Examples side by side. `twins` are drawn over the bars of a table, as a line: what the model made of them. */
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

/** Nothing is to be seen there any more. */
export function clearTiles(canvas: HTMLCanvasElement): void {
  painted.delete(canvas);
  context2d(canvas).clearRect(0, 0, canvas.width, canvas.height);
}

/** Pixel by pixel; the style sheet enlarges them. */
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

/** A bar for each column, from its least to its largest value. */
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
