export const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Of the mean of independent values. */
export function standardError(values: ArrayLike<number>): number {
  const center = mean(values);
  const squares = Array.from(values, (value) => (value - center) ** 2);
  return Math.sqrt(mean(squares) / (values.length - 1));
}

/** Between images of ours, values from 0 to 1, and clean ones, bytes that mean value / 255. */
export function meanSquaredError(ours: Float32Array, clean: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < clean.length; i++) sum += (ours[i] - clean[i] / 255) ** 2;
  return sum / clean.length;
}

/** The same of each image, of `size` values. */
export function squaredErrors(ours: ArrayLike<number>, clean: Uint8Array, size: number): Float64Array {
  return Float64Array.from({ length: clean.length / size }, (_, image) => {
    let sum = 0;
    for (let i = image * size; i < (image + 1) * size; i++) sum += (ours[i] - clean[i] / 255) ** 2;
    return sum / size;
  });
}

/** The least cross-entropy any answer can have to an image of bytes, the mean over its values in nats: of a grey pixel it is not 0. */
export function crossEntropyFloors(pixels: Uint8Array, size: number): Float64Array {
  const entropy = (p: number) => (p > 0 && p < 1 ? -p * Math.log(p) - (1 - p) * Math.log(1 - p) : 0);
  const ofByte = Float64Array.from({ length: 256 }, (_, byte) => entropy(byte / 255));
  return Float64Array.from({ length: pixels.length / size }, (_, image) =>
    mean(Float64Array.from(pixels.subarray(image * size, (image + 1) * size), (byte) => ofByte[byte])),
  );
}

/** Peak signal-to-noise ratio in decibels, the peak being 1: the mean over the images, each of `size` values. */
export function psnr(ours: ArrayLike<number>, clean: Uint8Array, size: number): number {
  return mean(squaredErrors(ours, clean, size).map((error) => -10 * Math.log10(error)));
}
