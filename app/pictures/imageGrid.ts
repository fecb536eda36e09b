import { contextOf, margin, paper, type Context } from './canvas.ts';
import { font, type Look } from './look.ts';

/** One kind of picture, shown in one row of every band: `images` holds `count` of them, values from 0 to 1. */
export interface ImageRow {
  label: string;
  images: Float32Array;
}

export interface ImageGrid {
  title: string;
  /** height, width, channels (1 or 3) of one image */
  shape: [number, number, number];
  /** shown below one another, the same image in one column: original, reconstruction … */
  rows: ImageRow[];
  columns: number;
}

const gap = 3;
const bandGap = 16;
const labelSize = 13;

/** Originals above their reconstructions, in as many bands as the columns need; at most as wide as the look says. */
export function drawImageGrid(grid: ImageGrid, look: Look): HTMLCanvasElement {
  const [imageHeight, imageWidth, channels] = grid.shape;
  const size = imageHeight * imageWidth * channels;
  const count = Math.min(...grid.rows.map((row) => row.images.length / size));
  const bands = Math.ceil(count / grid.columns);

  // The labels stand beside the images where there is room, and once above them all where there is not.
  const beside = look.width >= 600;
  const left = beside ? 112 : margin;
  const top = beside ? margin : margin + labelSize + 10;
  const room = look.width - left - margin - (grid.columns - 1) * gap;
  const across = wholePixels(room / grid.columns, imageWidth, look.density);
  const down = (across * imageHeight) / imageWidth;
  const bandHeight = grid.rows.length * (down + gap) - gap;

  const width = left + grid.columns * (across + gap) - gap + margin;
  const height = top + bands * (bandHeight + bandGap) - bandGap + margin;
  const { canvas, context } = paper({ ...look, width }, height, grid.title);
  if (!beside) drawLabel(context, look, grid.rows.map(({ label }) => label).join(', below it '), margin, margin + labelSize / 2);
  for (let band = 0; band < bands; band++) {
    grid.rows.forEach(({ label, images }, r) => {
      const y = top + band * (bandHeight + bandGap) + r * (down + gap);
      if (beside) drawLabel(context, look, label, margin, y + down / 2);
      for (let column = 0; column < grid.columns && band * grid.columns + column < count; column++) {
        const first = (band * grid.columns + column) * size;
        drawImage(context, images.subarray(first, first + size), grid.shape, left + column * (across + gap), y, across, down);
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

/** One image, channels last, each of its pixels a sharp square. */
export function drawImage(
  context: Context,
  values: Float32Array,
  [height, width, channels]: [number, number, number],
  x: number,
  y: number,
  across: number,
  down: number,
): void {
  const tile = document.createElement('canvas');
  tile.width = width;
  tile.height = height;
  const pixels = new ImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    for (let channel = 0; channel < 3; channel++) {
      pixels.data[i * 4 + channel] = 255 * (values[i * channels + (channels === 1 ? 0 : channel)] ?? 0);
    }
    pixels.data[i * 4 + 3] = 255;
  }
  contextOf(tile).putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(tile, x, y, across, down);
}
