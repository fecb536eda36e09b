import { byId } from '../dom.ts';
import { context2d } from '../look.ts';
import type { Examples } from '../protocol.ts';

/** Reads pictures, each cropped to a square at its centre and made small. */
export async function imagesOf(files: File[]): Promise<Examples> {
  const shape = byId<HTMLSelectElement>('image-shape').value.split(',').map(Number);
  const [height, width, channels] = shape;
  const values = new Uint8Array(files.length * height * width * channels);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = context2d(canvas);
  for (const [i, file] of files.entries()) {
    const image = await createImageBitmap(file).catch(() => {
      throw new Error(`${file.name} cannot be read as a picture`);
    });
    const side = Math.min(image.width, image.height);
    context.imageSmoothingQuality = 'high';
    context.clearRect(0, 0, width, height);
    context.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    for (let pixel = 0; pixel < height * width; pixel++) {
      const [red, green, blue] = data.subarray(4 * pixel, 4 * pixel + 3);
      const at = (i * height * width + pixel) * channels;
      if (channels === 3) values.set([red, green, blue], at);
      else values[at] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    }
    image.close();
  }
  const names = files.map(({ name }) => name);
  return { name: files.length === 1 ? names[0] : `${files.length} pictures`, shape, values, names };
}
