/** Images of one channel, as bytes. */
interface Bytes {
  pixels: Uint8Array;
  /** The height and width of an image, and any further sides. */
  shape: readonly [number, number, ...number[]];
}

/** The middle of each cell as a `jigsaw` sees its tiles: mean 0 and deviation 1, a constant tile 0. [images · cells, tile height · tile width], cells row by row. */
export function standardTiles(
  { pixels, shape: [height, width] }: Bytes,
  side: number,
  tile: readonly [number, number],
): Float32Array {
  const cell = [Math.floor(height / side), Math.floor(width / side)];
  const size = tile[0] * tile[1];
  const images = pixels.length / (height * width);
  const out = new Float32Array(images * side * side * size);
  for (let t = 0; t < images * side * side; t++) {
    const [image, which] = [Math.floor(t / side ** 2), t % side ** 2];
    const top = Math.floor(which / side) * cell[0] + Math.floor((cell[0] - tile[0]) / 2);
    const left = (which % side) * cell[1] + Math.floor((cell[1] - tile[1]) / 2);
    const values = out.subarray(t * size, (t + 1) * size);
    for (let i = 0; i < size; i++)
      values[i] = pixels[(image * height + top + Math.floor(i / tile[1])) * width + left + (i % tile[1])] / 255;
    const mean = values.reduce((sum, value) => sum + value, 0) / size;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
    // The same small number as on the device.
    for (let i = 0; i < size; i++) values[i] = (values[i] - mean) / Math.sqrt(variance + 1e-5);
  }
  return out;
}
