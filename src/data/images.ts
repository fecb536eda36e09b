import { DataError, FormatError, LatentGpuError, OptionError, ShapeError } from '../errors.ts';
import { checkNumber, checkOptions, checkSides, checkSignal, checkWord, shown } from '../runtime/options.ts';
import type { Source } from './dataset.ts';

/** A file, an address, or whatever a page can draw: an image element, a canvas, an `ImageBitmap`, `ImageData`, a frame of a video. */
export type ImageInput = string | URL | ImageBitmapSource;

export interface ImageOptions {
  /** Height and width to bring all images to. Default: they must all be of the first one's. */
  size?: readonly [height: number, width: number];
  /** How an image of other proportions gets to that size: its middle is cut out, or it is stretched. Default `'cover'`. */
  fit?: 'cover' | 'stretch';
  /** 1: grey, 3: red, green, blue, 4: and opacity. Default 3. */
  channels?: 1 | 3 | 4;
  /** What shows behind what is not opaque, where opacity is no channel: a CSS colour. Default white. */
  background?: string;
  /** Ends the reading; `AbortSignal.timeout(60_000)` limits the wait for a server that stalls. */
  signal?: AbortSignal;
}

/** Images as bytes, channels last. */
export interface Images extends Source {
  data: Uint8Array;
  shape: [images: number, height: number, width: number, channels: number];
}

/** What grey is made of: the luma of ITU-R BT.601, as in Pillow. */
const luma = [0.299, 0.587, 0.114];

/**
 * Reads images, one after the other, as data that `dataset` takes.
 * @throws FormatError an image that cannot be decoded, with its number; DataError an address that gives none, or no image at all; ShapeError images
 * of several sizes where none was asked for; LatentGpuError where there is no `OffscreenCanvas`, as outside of browsers
 */
export async function readImages(
  images: Iterable<ImageInput> | ArrayLike<ImageInput>,
  options: ImageOptions = {},
): Promise<Images> {
  checkOptions('readImages', options, ['size', 'fit', 'channels', 'background', 'signal']);
  const { fit = 'cover', channels = 3, background = 'white', signal } = options;
  checkWord('readImages: fit', fit, ['cover', 'stretch']);
  if (![1, 3, 4].includes(channels))
    throw new OptionError(`readImages: channels are 1, 3 or 4, not ${shown(channels)}`);
  if (typeof background !== 'string')
    throw new OptionError(`readImages: the background is a CSS colour, not ${shown(background)}`);
  checkSignal('readImages', signal);
  if (typeof images !== 'object' || images === null) throw new OptionError('readImages: takes a list of images');
  if (!(Symbol.iterator in images))
    checkNumber('readImages: length of the images', images.length, { least: 0, most: 2 ** 24, whole: true });
  if (options.size !== undefined && checkSides('readImages: size', options.size).length !== 2)
    throw new OptionError(`readImages: the size is [height, width], not ${shown(options.size)}`);
  for (const side of options.size ?? []) checkNumber('readImages: size', side, { least: 1, most: 16384, whole: true });
  const inputs = Array.from(images);
  if (!inputs.length) throw new DataError('readImages: there are no images');
  if (typeof createImageBitmap !== 'function' || typeof OffscreenCanvas !== 'function')
    throw new LatentGpuError('readImages: needs createImageBitmap and OffscreenCanvas, as browsers have them');
  if (!isColour(background))
    throw new OptionError(`readImages: the background is a CSS colour, not ${shown(background)}`);
  let size = options.size;
  let data = new Uint8Array();
  let context: OffscreenCanvasRenderingContext2D | undefined;
  for (const [i, input] of inputs.entries()) {
    signal?.throwIfAborted();
    const bitmap = await decode(input, i, signal);
    try {
      size ??= [bitmap.height, bitmap.width];
      const [height, width] = size;
      if (!options.size && (bitmap.height !== height || bitmap.width !== width)) {
        throw new ShapeError(
          `readImages: image ${i} is ${bitmap.height} × ${bitmap.width}, the first one ${height} × ${width}; give a size to bring them to`,
        );
      }
      if (!data.length) data = new Uint8Array(inputs.length * height * width * channels);
      context ??= new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
      draw(context, bitmap, fit, channels === 4 ? undefined : background);
      const pixels = context.getImageData(0, 0, width, height).data;
      pick(pixels, channels, data.subarray(i * height * width * channels));
    } finally {
      bitmap.close();
    }
  }
  return { data, shape: [inputs.length, ...size!, channels] };
}

async function decode(input: ImageInput, i: number, signal?: AbortSignal): Promise<ImageBitmap> {
  const source = typeof input === 'string' || input instanceof URL ? await download(String(input), i, signal) : input;
  try {
    // As the file has them: colours are data here.
    return await createImageBitmap(source, { colorSpaceConversion: 'none' });
  } catch (cause) {
    const name = input instanceof File ? ` (${input.name})` : typeof input === 'string' ? ` (${input})` : '';
    throw new FormatError(`readImages: image ${i}${name} cannot be decoded (offset 0)`, { cause });
  }
}

async function download(url: string, i: number, signal?: AbortSignal): Promise<Blob> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok)
      throw new DataError(`readImages: image ${i}: ${url} answered ${response.status} ${response.statusText}`);
    return await response.blob();
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    if (cause instanceof DataError) throw cause;
    throw new DataError(`readImages: image ${i}: ${url} cannot be read`, { cause });
  }
}

/** A canvas leaves its colour as it was where it is given none. */
function isColour(text: string): boolean {
  const context = new OffscreenCanvas(1, 1).getContext('2d')!;
  const [black, white] = ['black', 'white'].map((before) => {
    context.fillStyle = before;
    context.fillStyle = text;
    return context.fillStyle;
  });
  return black === white;
}

function draw(
  context: OffscreenCanvasRenderingContext2D,
  bitmap: ImageBitmap,
  fit: 'cover' | 'stretch',
  background: string | undefined,
): void {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  if (background !== undefined) {
    context.fillStyle = background;
    context.fillRect(0, 0, width, height);
  }
  context.imageSmoothingQuality = 'high';
  const scale = Math.max(width / bitmap.width, height / bitmap.height);
  const [across, down] = fit === 'cover' ? [width / scale, height / scale] : [bitmap.width, bitmap.height];
  context.drawImage(bitmap, (bitmap.width - across) / 2, (bitmap.height - down) / 2, across, down, 0, 0, width, height);
}

/** From red, green, blue and opacity to the channels that are wanted. */
function pick(pixels: Uint8ClampedArray, channels: 1 | 3 | 4, to: Uint8Array): void {
  for (let at = 0, out = 0; at < pixels.length; at += 4) {
    if (channels === 1)
      to[out++] = Math.round(luma[0] * pixels[at] + luma[1] * pixels[at + 1] + luma[2] * pixels[at + 2]);
    else for (let c = 0; c < channels; c++) to[out++] = pixels[at + c];
  }
}
