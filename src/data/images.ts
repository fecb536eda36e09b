import { DataError, FormatError, LatentGpuError, OptionError, ShapeError } from '../errors.ts';
import { allocate, isPage, kindOf } from '../platform.ts';
import { checkNumber, checkOptions, checkSides, checkSignal, checkWord, shown } from '../runtime/options.ts';
import type { Source } from './make-dataset.ts';

/**
 * An image to read: a file, an address, or anything a page can draw, such as an image element, a canvas, an
 * `ImageBitmap`, `ImageData` or a video.
 */
export type ImageInput = string | URL | ImageBitmapSource;

/** Options of `readImages`. */
export interface ImageOptions {
  /** The height and width that all images are scaled to. Default: those of the first image, which all must have. */
  size?: readonly [height: number, width: number];
  /** How an image of other proportions is fitted: its middle is cut out, or it is stretched. Default `'cover'`. */
  fit?: 'cover' | 'stretch';
  /**
   * The number of channels: 1 for grey, 3 for red, green and blue, 4 with opacity. Default 3. A canvas keeps colours
   * multiplied by their opacity, in 8 bits: with 4 channels the colours of nearly transparent pixels are rough, and
   * those of transparent ones 0. Only `ImageData` of the requested size keep their bytes.
   */
  channels?: 1 | 3 | 4;
  /** The background behind transparent pixels, where opacity is not a channel: a CSS colour. Default white. */
  background?: string;
  /** Ends the reading; `AbortSignal.timeout(60_000)` limits the wait for a server that stalls. */
  signal?: AbortSignal;
}

/** Images as bytes, channels last. */
export interface Images extends Source {
  /** The pixels, image by image and row by row. */
  data: Uint8Array;
  /** The number of images, their height, their width and their channels. */
  shape: [images: number, height: number, width: number, channels: number];
}

/** The weights of red, green and blue in grey: the luma of ITU-R BT.601, as in Pillow. */
const luma = [0.299, 0.587, 0.114];

/**
 * Reads images, one after the other, as data for `dataset`. Channels of 16 bits, as in some PNG files, become 8 bits.
 * @param images the files, addresses or elements
 * @param options the size, the fit and the channels of the result
 * @example
 * ```ts
 * import { dataset, openGpu, readImages } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const pictures = await readImages(['one.png', 'two.jpg'], { size: [64, 64], channels: 3 });
 * const images = await dataset(gpu, pictures); // images.shape: [64, 64, 3]
 * ```
 * @throws FormatError for an image that cannot be decoded, with its number; DataError for an address that does not
 * answer with one, an element without a picture, an image of another origin, or no image at all; ShapeError for images
 * of several sizes where none was requested; OutOfMemoryError where they do not fit into one array; LatentGpuError
 * without `OffscreenCanvas`, as outside of browsers
 */
export async function readImages(
  images: Iterable<ImageInput> | ArrayLike<ImageInput>,
  options: ImageOptions = {},
): Promise<Images> {
  checkOptions('readImages', options, ['size', 'fit', 'channels', 'background', 'signal']);
  const { fit = 'cover', channels = 3, background = 'white', signal } = options;
  checkWord('readImages: fit', fit, ['cover', 'stretch']);
  if (![1, 3, 4].includes(channels))
    throw new OptionError(`readImages: channels must be 1, 3 or 4, not ${shown(channels)}`);
  if (typeof background !== 'string')
    throw new OptionError(`readImages: background must be a CSS colour, not ${shown(background)}`);
  checkSignal('readImages', signal);
  if (typeof images !== 'object' || images === null) throw new OptionError('readImages: takes a list of images');
  if (!(Symbol.iterator in images))
    checkNumber('readImages: length of the images', images.length, { least: 0, most: 2 ** 24, whole: true });
  if (options.size !== undefined && checkSides('readImages: size', options.size).length !== 2)
    throw new OptionError(`readImages: size must be [height, width], not ${shown(options.size)}`);
  for (const side of options.size ?? []) checkNumber('readImages: size', side, { least: 1, most: 16384, whole: true });
  const inputs = Array.from(images);
  if (!inputs.length) throw new DataError('readImages: there are no images');
  if (typeof createImageBitmap !== 'function' || typeof OffscreenCanvas !== 'function')
    throw new LatentGpuError('readImages: needs createImageBitmap and OffscreenCanvas, as browsers have them');
  if (!isColour(background))
    throw new OptionError(`readImages: background must be a CSS colour, not ${shown(background)}`);
  let size = options.size;
  const roomFor = ([height, width]: readonly [number, number]) =>
    allocate(
      `readImages: ${inputs.length} images of [${height}, ${width}, ${channels}]`,
      Uint8Array,
      inputs.length * height * width * channels,
      'read fewer at a time, or give a smaller size',
    );
  let data = size && roomFor(size);
  let context: OffscreenCanvasRenderingContext2D | undefined;
  for (const [i, input] of inputs.entries()) {
    signal?.throwIfAborted();
    const bitmap = await decode(input, i, signal);
    try {
      size ??= [bitmap.height, bitmap.width];
      const [height, width] = size;
      if (!options.size && (bitmap.height !== height || bitmap.width !== width)) {
        throw new ShapeError(
          `readImages: image ${i} is ${bitmap.height} × ${bitmap.width}, the first one ${height} × ${width}; give a \`size\` to scale them to`,
        );
      }
      data ??= roomFor(size);
      context ??= new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
      const to = data.subarray(i * height * width * channels);
      if (channels === 4 && isExact(input, height, width)) to.set(input.data);
      else {
        draw(context, bitmap, fit, channels === 4 ? undefined : background);
        pick(pixelsOf(context, i), channels, to);
      }
    } finally {
      bitmap.close();
    }
  }
  return { data: data!, shape: [inputs.length, ...size!, channels] };
}

async function decode(input: ImageInput, i: number, signal?: AbortSignal): Promise<ImageBitmap> {
  const kind = kindOf(input);
  const address = kind === 'String' || kind === 'URL' ? `${input as string}` : undefined;
  const source = address === undefined ? input : await download(address, i, signal);
  const missing = lacking((input ?? {}) as Partial<Drawable>);
  if (missing) throw new DataError(`readImages: image ${i} is ${missing}`);
  try {
    // Without conversion, because the colours in the file are the data.
    return await createImageBitmap(source as ImageBitmapSource, { colorSpaceConversion: 'none' });
  } catch (cause) {
    const name = kind === 'File' ? (input as File).name : address;
    const start = kindOf(source) === 'Blob' || kind === 'File' ? (source as Blob).slice(0, 200).text() : '';
    // The file may no longer exist.
    const page = isPage(await Promise.resolve(start).catch(() => ''));
    throw new FormatError(
      `readImages: image ${i}${name === undefined ? '' : ` (${name})`} ${page ? 'is an HTML page, not an image' : 'cannot be decoded'} (offset 0)`,
      { cause },
    );
  }
}

/** The properties of all elements that a page can draw. */
type Drawable = HTMLImageElement & HTMLVideoElement;

/** What an element without a picture lacks, in words. */
function lacking(element: Partial<Drawable>): string | undefined {
  const { complete, naturalWidth, videoWidth, readyState, width, height } = element;
  if (naturalWidth === 0)
    return complete
      ? 'an <img> without a picture: its `src` is missing, or could not be loaded'
      : 'an <img> that is not loaded yet: await its `decode()`';
  if (videoWidth !== undefined)
    return readyState! < 2 || !videoWidth ? "a <video> that has no frame yet: await its 'loadeddata' event" : undefined;
  if (naturalWidth === undefined && (width === 0 || height === 0)) return `of ${height} × ${width} pixels`;
  return undefined;
}

/** Whether an image is already bytes of the requested size. */
function isExact(input: ImageInput, height: number, width: number): input is ImageData {
  if (kindOf(input) !== 'ImageData') return false;
  const image = input as ImageData;
  return image.height === height && image.width === width && kindOf(image.data) === 'Uint8ClampedArray';
}

/** The pixels of a canvas. @throws DataError where a browser hides the pixels of other origins from the page */
function pixelsOf(context: OffscreenCanvasRenderingContext2D, i: number): Uint8ClampedArray {
  const { width, height } = context.canvas;
  try {
    return context.getImageData(0, 0, width, height).data;
  } catch (cause) {
    if ((cause as Error).name !== 'SecurityError') throw cause;
    throw new DataError(
      `readImages: image ${i} comes from another origin, and the page may not read its pixels: load it with crossorigin="anonymous", from a server that answers with Access-Control-Allow-Origin`,
      { cause },
    );
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

/** Whether a text is a colour: a canvas ignores a colour that it does not know. */
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

/** Picks the requested channels from red, green, blue and opacity. */
function pick(pixels: Uint8ClampedArray, channels: 1 | 3 | 4, to: Uint8Array): void {
  for (let at = 0, out = 0; at < pixels.length; at += 4) {
    if (channels === 1)
      to[out++] = Math.round(luma[0] * pixels[at] + luma[1] * pixels[at + 1] + luma[2] * pixels[at + 2]);
    else for (let c = 0; c < channels; c++) to[out++] = pixels[at + c];
  }
}
