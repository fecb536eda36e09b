import { contextOf, margin, paper, type Context } from './canvas.ts';
import { font, isWide, type Look, type Theme } from './look.ts';
import { signedColors } from './signed.ts';

/** One kind of picture, shown in one row of every band: `images` holds any number of them, one after the other. */
export interface ImageRow {
  label?: string;
  images: ArrayLike<number>;
}

export interface ImageGrid {
  title?: string;
  /** The height, width and channels (1 or 3) of an image. */
  shape: [number, number, number];
  /** The rows of a band, such as originals and reconstructions; a column shows one image. */
  rows: ImageRow[];
  columns: number;
  /** The space between images in pixels. Default 3. */
  gap?: number;
  /** `signed`: each image is drawn on a scale of its own, from minus to plus its largest value. Default: values from 0 to 1, as they are. */
  signed?: boolean;
}

const bandGap = 16;
const labelSize = 13;

/** Originals above their reconstructions, in as many bands as the columns need; at most as wide as the look says. */
export function drawImageGrid(grid: ImageGrid, look: Look): HTMLCanvasElement {
  const { shape, rows, columns, gap = 3 } = grid;
  const [imageHeight, imageWidth, channels] = shape;
  const size = imageHeight * imageWidth * channels;
  const count = Math.min(...rows.map((row) => row.images.length / size));
  const bands = Math.ceil(count / columns);

  // The labels stand beside the images where there is room, and once above them all where there is not.
  const labels = rows.flatMap(({ label }) => label ?? []);
  const beside = isWide(look);
  const left = labels.length && beside ? 112 : margin;
  const top = labels.length && !beside ? margin + labelSize + 10 : margin;
  const room = look.width - left - margin - (columns - 1) * gap;
  const across = wholePixels(room / columns, imageWidth, look.density);
  const down = (across * imageHeight) / imageWidth;
  const bandHeight = rows.length * (down + gap) - gap;
  const between = rows.length > 1 ? bandGap : gap;

  const width = left + columns * (across + gap) - gap + margin;
  const height = top + bands * (bandHeight + between) - between + margin;
  const { canvas, context } = paper({ ...look, width }, height, grid.title);
  if (!beside) drawLabel(context, look, labels.join(', below it '), margin, margin + labelSize / 2);
  for (let band = 0; band < bands; band++) {
    rows.forEach(({ label = '', images }, r) => {
      const y = top + band * (bandHeight + between) + r * (down + gap);
      if (beside) drawLabel(context, look, label, margin, y + down / 2);
      for (let column = 0; column < columns && band * columns + column < count; column++) {
        const first = (band * columns + column) * size;
        const image = Array.prototype.slice.call(images, first, first + size) as number[];
        const tile = grid.signed ? signedTile(image, shape, look.theme) : tileOf(image, shape);
        context.imageSmoothingEnabled = false; // each pixel a sharp square
        context.drawImage(tile, left + column * (across + gap), y, across, down);
      }
    });
  }
  return canvas;
}

/** Widest tile of at most `room` whose image pixels are whole device pixels: only then are they all of one size. */
function wholePixels(room: number, pixels: number, density: number): number {
  return (Math.max(1, Math.floor((room * density) / pixels)) * pixels) / density;
}

function drawLabel(context: Context, look: Look, text: string, x: number, y: number): void {
  context.font = font(labelSize);
  context.fillStyle = look.theme.muted;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(text, x, y);
}

/** One image, channels last. */
function tileOf(values: number[], [height, width, channels]: [number, number, number]): HTMLCanvasElement {
  return paint(
    height,
    width,
    (pixel, channel) => 255 * (values[pixel * channels + (channels === 1 ? 0 : channel)] ?? 0),
  );
}

function signedTile(
  values: number[],
  [height, width, channels]: [number, number, number],
  theme: Theme,
): HTMLCanvasElement {
  if (channels !== 1) throw new Error(`signed values have one channel, not ${channels}`);
  return paint(height, width, signedColors(values, theme));
}

function paint(height: number, width: number, value: (pixel: number, channel: number) => number): HTMLCanvasElement {
  const tile = document.createElement('canvas');
  tile.width = width;
  tile.height = height;
  const { data } = new ImageData(width, height);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let channel = 0; channel < 3; channel++) data[pixel * 4 + channel] = value(pixel, channel);
    data[pixel * 4 + 3] = 255;
  }
  contextOf(tile).putImageData(new ImageData(data, width, height), 0, 0);
  return tile;
}
