/** The search for nearest neighbours; it is loaded when it is first needed. */
import { DataError, ShapeError } from '../../errors.ts';
import { distances, smallest } from '../../kernels/neighbors.ts';
import { isFloats } from '../../platform.ts';
import type { Gpu } from '../../runtime/device.ts';
import { checkNumber, checkSides, shown } from '../../runtime/options.ts';
import { compile } from '../../runtime/plan.ts';
import { scoped } from '../../runtime/scope.ts';
import { tape as makeTape } from '../../runtime/tape.ts';
import { roomFor, sameOrder, sizeOf, tensor, type Matrix, type Tensor } from '../../runtime/tensor.ts';
import type { Neighbors, NeighborsOptions } from './neighbors.ts';

/** The number of values in a block of distances, well below the limit of a binding. */
const blockSize = 2 ** 24;

/** The smallest value whose differences have squares above 0 on every device. */
const leastExact = 2 ** -39;

/**
 * Finds the nearest codes of each query. `labels` are checked with the codes that they belong to.
 * @throws OptionError, ShapeError, DataError
 */
export async function search(
  where: string,
  gpu: Gpu,
  { codes, queries, k }: NeighborsOptions,
  labels?: ArrayLike<number>,
): Promise<Neighbors> {
  const [count, width] = checkRows(`${where}: codes`, codes);
  const [asked, other] = checkRows(`${where}: queries`, queries);
  if (width !== other) throw new ShapeError(`${where}: the codes have ${width} features, the queries ${other}`);
  if (!sameOrder(codes.shape.slice(1), queries.shape.slice(1)))
    throw new ShapeError(
      `${where}: codes of ${shown(codes.shape.slice(1))}, but queries of ${shown(queries.shape.slice(1))}`,
    );
  checkNumber(`${where}: k`, k, { least: 1, most: Math.min(128, count), whole: true });
  if (labels) checkLabels(where, labels, count);
  const scale = scaleOf(width, codes.data, queries.data);
  const padded = Math.ceil(width / 4) * 4;
  const put = ({ data }: Matrix, rows: number) => tensor(gpu, pad(where, data, width, padded, scale), [rows, padded]);
  const found: Neighbors = {
    indices: new Int32Array(roomFor(where, asked * k).buffer),
    distances: roomFor(where, asked * k),
  };
  await scoped(async (scope) => {
    const [all, wanted] = [scope.own(put(codes, count)), scope.own(put(queries, asked))];
    const block = Math.min(asked, Math.max(4, Math.floor(blockSize / count)));
    for (let first = 0; first < asked; first += block)
      await searchBlock(gpu, all, wanted, { first, count: Math.min(block, asked - first) }, k, found);
  });
  if (scale !== 1) found.distances.forEach((distance, i) => (found.distances[i] = distance / scale));
  return found;
}

async function searchBlock(
  gpu: Gpu,
  codes: Tensor,
  queries: Tensor,
  { first, count }: { first: number; count: number },
  k: number,
  found: Neighbors,
): Promise<void> {
  const tape = makeTape(gpu);
  const best = smallest(tape, distances(tape, codes, queries, first, count), k);
  tape.keep(best.values, best.rows);
  await scoped(async (scope) => {
    const plan = scope.own(await compile(tape));
    await plan.run();
    const bytes = 4 * k * count;
    const values = new Float32Array(await gpu.readBytes([{ ...plan.range(best.values), bytes }]));
    const rows = new Uint32Array(await gpu.readBytes([{ ...plan.range(best.rows), bytes }]));
    for (let q = 0; q < count; q++) {
      for (let i = 0; i < k; i++) {
        found.indices[(first + q) * k + i] = rows[i * count + q];
        found.distances[(first + q) * k + i] = Math.sqrt(values[i * count + q]);
      }
    }
  });
}

/** Returns the rows, padded with zeros and multiplied by `scale`. */
function pad(where: string, data: Float32Array, width: number, padded: number, scale: number): Float32Array {
  if (width === padded && scale === 1) return data;
  const wide = roomFor(where, (data.length / width) * padded);
  for (let i = 0; i < data.length; i++) wide[Math.floor(i / width) * padded + (i % width)] = data[i] * scale;
  return wide;
}

/** The largest absolute value whose squared distances fit float32. */
const largestOf = (width: number): number => 2 ** 62 / Math.sqrt(width);

/** Returns the power of two that makes the values as large as possible if some are small, otherwise 1. */
function scaleOf(width: number, ...all: readonly Float32Array[]): number {
  let [least, most] = [Infinity, 0];
  for (const values of all) {
    for (let i = 0; i < values.length; i++) {
      const size = Math.abs(values[i]);
      if (size > most) most = size;
      if (size && size < least) least = size;
    }
  }
  return least < leastExact ? 2 ** Math.floor(Math.log2(largestOf(width) / most)) : 1;
}

function checkRows(where: string, matrix: Matrix): [rows: number, width: number] {
  if (!isFloats(matrix?.data))
    throw new ShapeError(`${where}: takes a matrix { data: Float32Array, shape: [rows, features] }`);
  const [rows, ...sides] = checkSides(`${where}: shape`, matrix.shape);
  const width = sizeOf(sides);
  if (matrix.data.length !== rows * width)
    throw new ShapeError(`${where}: ${shown(matrix.shape)} with ${matrix.data.length} values is not a matrix`);
  const most = largestOf(width);
  const wrong = matrix.data.findIndex((value) => !(Math.abs(value) <= most));
  if (wrong >= 0)
    throw new DataError(
      `${where}: row ${Math.floor(wrong / width)}, column ${wrong % width} is ${matrix.data[wrong]}${Number.isFinite(matrix.data[wrong]) ? ', whose squared distances may be too large for float32: leave the row out, or scale codes and queries' : ''}`,
    );
  return [rows, width];
}

function checkLabels(where: string, labels: ArrayLike<number>, codes: number): void {
  if (labels.length !== codes) throw new ShapeError(`${where}: ${codes} codes, but ${labels.length} labels`);
  const wrong = Array.from(labels).findIndex((label) => !Number.isInteger(label) || label < 0 || label > 2147483647);
  if (wrong >= 0)
    throw new DataError(`${where}: label ${wrong} is ${shown(labels[wrong])}, not a whole number from 0 to 2147483647`);
}
