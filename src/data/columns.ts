import { blankCell } from '../runtime/blank.ts';
import { boundRange, type Tensor } from '../runtime/tensor.ts';
import type { Dataset } from './dataset.ts';

/** Statistics of each feature of a data set, in its own units, over the values that are not blank. */
export interface Columns {
  readonly least: Float64Array;
  readonly most: Float64Array;
  readonly mean: Float64Array;
  /** The standard deviation of the population, √(Σ (x − mean)² / n). */
  readonly deviation: Float64Array;
}

/** The approximate size of a piece in which data are read back. */
const pieceBytes = 32 * 2 ** 20;

/** Computes the statistics in float64. It reads the data from the device once, unless the host has them. */
export async function columnsOf(set: Dataset): Promise<Columns> {
  const { features, step, gpu } = set;
  const { pieces, streamed, bytes, scale, examples, blanks } = set.storage;
  const blank = blanks ? Math.fround(blankCell) : undefined;
  const least = new Float64Array(features).fill(Infinity);
  const most = new Float64Array(features).fill(-Infinity);
  const sum = new Float64Array(features);
  const squares = new Float64Array(features);
  const own = set.membership;
  // The device multiplies by a float32.
  const factor = Math.fround(scale);
  const size = bytes ? 1 : 4;
  // Copies must start at whole words, as every fourth row of bytes does.
  const rows = Math.max(4, Math.floor(pieceBytes / (step * size) / 4) * 4);
  const origin = new Float64Array(features);
  const counts = new Float64Array(features);
  const add = (values: Uint8Array | Float32Array, first: number, count: number) => {
    for (let row = 0; row < count; row++) {
      if (own && !own[first + row]) continue;
      const at = row * step;
      for (let column = 0; column < features; column++) {
        const value = Math.fround(values[at + column] * factor);
        if (value === blank) continue;
        // Squares of differences to the first value keep their digits far from zero.
        if (!counts[column]++) origin[column] = value;
        if (value < least[column]) least[column] = value;
        if (value > most[column]) most[column] = value;
        const off = value - origin[column];
        sum[column] += off;
        squares[column] += off * off;
      }
    }
  };
  if (streamed) add(streamed.data, 0, examples);
  for (const piece of pieces) {
    for (let from = 0; from < piece.count; from += rows) {
      const count = Math.min(rows, piece.count - from);
      const values = await gpu.readBytes([
        rangeOf(piece.data, from * step * size, ((count - 1) * step + features) * size),
      ]);
      add(bytes ? new Uint8Array(values) : new Float32Array(values), piece.first + from, count);
    }
  }
  const mean = sum.map((total, column) => total / counts[column] + origin[column]);
  const deviation = squares.map((total, column) =>
    Math.sqrt(Math.max(0, total / counts[column] - (sum[column] / counts[column]) ** 2)),
  );
  // Features that are blank in all examples are never used.
  for (const values of [least, most, mean, deviation]) counts.forEach((count, column) => count || (values[column] = 0));
  return { least, most, mean, deviation };
}

const rangeOf = (tensor: Tensor, start: number, bytes: number) => {
  const { buffer, offset } = boundRange(tensor);
  return { buffer, offset: offset + start, bytes: Math.ceil(bytes / 4) * 4 };
};
