import { context2d } from '../look.ts';

const gap = 2;

/** Paints images side by side, pixel by pixel; the style sheet enlarges them. `across` is the number of places. */
export function paintTiles(
  canvas: HTMLCanvasElement,
  [height, width, channels]: number[],
  values: Float32Array,
  across: number,
): void {
  const size = height * width * channels;
  const count = Math.min(across, Math.floor(values.length / size));
  const total = across * (width + gap) - gap;
  if (canvas.width !== total || canvas.height !== height) [canvas.width, canvas.height] = [total, height];
  const image = new ImageData(total, height);
  for (let example = 0; example < count; example++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      const [y, x] = [Math.floor(pixel / width), pixel % width];
      const at = 4 * (y * total + example * (width + gap) + x);
      for (let channel = 0; channel < 3; channel++)
        image.data[at + channel] = 255 * values[example * size + pixel * channels + (channels === 1 ? 0 : channel)];
      image.data[at + 3] = 255;
    }
  }
  context2d(canvas).putImageData(image, 0, 0);
}

export const clearTiles = (canvas: HTMLCanvasElement): void =>
  context2d(canvas).clearRect(0, 0, canvas.width, canvas.height);
