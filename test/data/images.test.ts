import { expect, it, vi } from 'vitest';
import {
  autoencoder,
  conv2d,
  convTranspose2d,
  DataError,
  dataset,
  FormatError,
  OptionError,
  OutOfMemoryError,
  readImages,
  ShapeError,
} from '../../src/index.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf } from '../support/model.ts';

/** A canvas whose left half has one colour and whose right half another. */
function halves(width: number, height: number, left: string, right: string): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  context.fillStyle = left;
  context.fillRect(0, 0, width / 2, height);
  context.fillStyle = right;
  context.fillRect(width / 2, 0, width / 2, height);
  return canvas;
}

const file = async (canvas: OffscreenCanvas) => new File([await canvas.convertToBlob({ type: 'image/png' })], 'a.png');

it('reads canvases, files, addresses, bitmaps and image data, channels last', async () => {
  const canvas = halves(4, 2, '#102030', '#ff0000');
  const png = await file(canvas);
  const url = URL.createObjectURL(png);
  const inputs = [
    canvas,
    png,
    url,
    new URL(url),
    await createImageBitmap(canvas),
    canvas.getContext('2d')!.getImageData(0, 0, 4, 2),
  ];
  const { data, shape } = await readImages(inputs);
  URL.revokeObjectURL(url);
  expect(shape).toEqual([6, 2, 4, 3]);
  const row = [16, 32, 48, 16, 32, 48, 255, 0, 0, 255, 0, 0];
  expect(Array.from(data)).toEqual(inputs.flatMap(() => [...row, ...row]));
});

it('converts to grey, keeps opacity, or fills in the background', async () => {
  const colours = halves(2, 1, '#ff0000', '#00ff00');
  expect(Array.from((await readImages([colours], { channels: 1 })).data)).toEqual([76, 150]);
  const clear = halves(2, 1, '#00000000', '#ffffffff');
  expect(Array.from((await readImages([clear], { channels: 4 })).data)).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
  expect(Array.from((await readImages([clear], { channels: 1 })).data)).toEqual([255, 255]);
  expect(Array.from((await readImages([clear], { channels: 1, background: 'black' })).data)).toEqual([0, 255]);
});

it('keeps the bytes of image data of the requested size, even with low opacity', async () => {
  const pixels = [255, 4, 1, 0].flatMap((opacity) => [200, 100, 50, opacity]);
  const image = new ImageData(Uint8ClampedArray.from(pixels), 2, 2);
  expect(Array.from((await readImages([image, image], { channels: 4 })).data)).toEqual([...pixels, ...pixels]);
});

it('explains why an element has no picture', async () => {
  const canvas = document.createElement('canvas');
  canvas.height = 0;
  const loading = new Image();
  loading.src = '/is-not-there.png';
  const broken = new Image();
  broken.src = 'data:image/png,none';
  await broken.decode().catch(() => {});
  const closed = await createImageBitmap(new ImageData(2, 2));
  closed.close();
  const cases: [ImageBitmapSource, string][] = [
    [loading, 'an <img> that is not loaded yet: await its `decode()`'],
    [broken, 'an <img> without a picture: its `src` is missing, or could not be loaded'],
    [new Image(), 'an <img> without a picture: its `src` is missing, or could not be loaded'],
    [document.createElement('video'), "a <video> that has no frame yet: await its 'loadeddata' event"],
    [canvas, 'of 0 × 300 pixels'],
    [closed, 'of 0 × 0 pixels'],
  ];
  for (const [input, what] of cases)
    expect(await errorOf(readImages([new ImageData(2, 2), input]))).toEqual(
      new DataError(`readImages: image 1 is ${what}`),
    );
});

it('explains how to read the pixels of an image from another origin', async () => {
  const tainted = () => {
    throw new DOMException('The canvas has been tainted by cross-origin data.', 'SecurityError');
  };
  vi.spyOn(OffscreenCanvasRenderingContext2D.prototype, 'getImageData').mockImplementation(tainted);
  try {
    const error = await errorOf(readImages([new ImageData(2, 2)]));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/image 0 comes from another origin.* crossorigin="anonymous".*Access-Control-Allow/);
    expect(error.cause).toBeInstanceOf(DOMException);
  } finally {
    vi.restoreAllMocks();
  }
});

it('refuses more than an array can hold, and reports the bytes', async () => {
  const images = { length: 2 ** 20, 0: new ImageData(2, 2) };
  await expectRefused(
    OutOfMemoryError,
    /^readImages: 1048576 images of \[16384, 16384, 4\]: 1125899906842624 bytes .*give a smaller size/,
    readImages(images, { size: [16384, 16384], channels: 4 }),
  );
});

it('scales images to a size, cropped or stretched', async () => {
  const wide = halves(8, 2, '#000', '#fff');
  const { data, shape } = await readImages([wide], { size: [2, 2], channels: 1 });
  expect(shape).toEqual([1, 2, 2, 1]);
  expect(Array.from(data)).toEqual([0, 255, 0, 255]);
  const stretched = await readImages([halves(2, 2, '#000', '#fff'), wide], {
    size: [1, 4],
    channels: 1,
    fit: 'stretch',
  });
  expect(Array.from(stretched.data.subarray(4))).toEqual([0, 0, 255, 255]);
});

it('a model trains on images', async () => {
  const gpu = await sharedGpu();
  const images = await readImages(Array.from({ length: 6 }, (_, i) => halves(4, 4, '#000', i % 2 ? '#f00' : '#0f0')));
  const set = forThisTest(await dataset(gpu, images));
  expect(set.shape).toEqual([4, 4, 3]);
  const model = await autoencoder(gpu, {
    input: [4, 4, 3],
    encoder: [conv2d(4, 2, 'relu', { stride: 2 })],
    decoder: [convTranspose2d(3, 2, 'sigmoid', { stride: 2 })],
    loss: 'bce',
  });
  forThisTest(model);
  const { loss } = await model.fit(set, { epochs: 5 });
  expect(loss.at(-1)).toBeLessThan(loss[0]);
});

it('says which image is wrong, and why', async () => {
  const good = halves(2, 2, '#000', '#fff');
  const cases: [() => Promise<unknown>, new () => Error, RegExp][] = [
    [() => readImages([good, new File(['no image'], 'b.png')]), FormatError, /image 1 \(b.png\) cannot be decoded/],
    [
      () => readImages([good, halves(4, 2, '#000', '#fff')]),
      ShapeError,
      /image 1 is 2 × 4, the first one 2 × 2; give a `size`/,
    ],
    [
      () => readImages([new File(['<!doctype html>'], 'c.png')]),
      FormatError,
      /image 0 \(c.png\) is an HTML page, not an image \(offset 0\)/,
    ],
    [() => readImages(['data:text/plain,hello']), FormatError, /image 0/],
    [() => readImages(['/is-not-there.png']), DataError, /image 0: .is-not-there.png answered 404/],
    [() => readImages(['http://127.0.0.1:1/a.png']), DataError, /image 0: http:\/\/127.0.0.1:1\/a.png cannot be read/],
    [() => readImages([]), DataError, /there are no images/],
    [() => readImages('cat.png' as never), OptionError, /takes a list of images/],
    [() => readImages([good], { size: [28] as never }), OptionError, /size must be \[height, width\]/],
    [() => readImages([good], { size: [0, 2] }), OptionError, /size/],
    [() => readImages([good], { channels: 2 as never }), OptionError, /channels must be 1, 3 or 4/],
    [() => readImages([good], { fit: 'contain' as never }), OptionError, /fit/],
    [() => readImages([good], { width: 3 } as never), OptionError, /unknown option/],
  ];
  for (const [read, kind, message] of cases) {
    const error = await errorOf(read());
    expect(error.message).toMatch(message);
    expect(error).toBeInstanceOf(kind);
  }
  const reason = new Error('enough');
  expect(await errorOf(readImages([good], { signal: AbortSignal.abort(reason) }))).toBe(reason);
});
