import { DataError, ShapeError } from '../errors.ts';
import { distances, smallest } from '../kernels/neighbors.ts';
import { checkGpu, type Gpu } from '../runtime/device.ts';
import { checkNumber, checkNumbers, checkOptions, checkSides, shown } from '../runtime/options.ts';
import { compile } from '../runtime/plan.ts';
import { tape as makeTape } from '../runtime/tape.ts';
import { tensor, type Matrix, type Tensor } from '../runtime/tensor.ts';

/** Options of `nearestNeighbors`. */
export interface NeighborsOptions {
  /** Among which to look, [codes, features]. */
  codes: Matrix;
  /** For which, [queries, features]. */
  queries: Matrix;
  /** How many for each, at most 128. */
  k: number;
}

/** The k nearest codes of each query, the nearest first: row q of k values belongs to query q. */
export interface Neighbors {
  /** Rows of `codes`. */
  indices: Int32Array;
  /** Euclidean. */
  distances: Float32Array;
}

/** Values of a block of distances, so that it stays well within what a binding may hold. */
const blockSize = 2 ** 24;

/**
 * The k nearest neighbours by brute force, on the device: all distances, in blocks of queries. Of codes equally far the one further up comes first.
 * @throws OptionError, ShapeError, DataError
 */
export async function nearestNeighbors(gpu: Gpu, options: NeighborsOptions): Promise<Neighbors> {
  checkGpu('nearestNeighbors', gpu);
  checkOptions('nearestNeighbors', options, ['codes', 'queries', 'k']);
  return search('nearestNeighbors', gpu, options);
}

/** Options of `knnPredict`. */
export interface KnnOptions extends NeighborsOptions {
  /** The class of each code, whole numbers from 0 on. */
  labels: ArrayLike<number>;
}

/**
 * Each query's class by a vote of its k nearest codes, each with one voice; of classes with as many voices the smallest number wins, as in scikit-learn.
 * @throws OptionError, ShapeError, DataError
 */
export async function knnPredict(gpu: Gpu, options: KnnOptions): Promise<Int32Array> {
  checkGpu('knnPredict', gpu);
  checkOptions('knnPredict', options, ['codes', 'labels', 'queries', 'k']);
  const { labels, ...rest } = options;
  checkNumbers('knnPredict: labels', labels);
  const { indices } = await search('knnPredict', gpu, rest, labels);
  const { k } = options;
  return Int32Array.from({ length: indices.length / k }, (_, q) => vote(indices.subarray(q * k, (q + 1) * k), labels));
}

function vote(neighbors: Int32Array, labels: ArrayLike<number>): number {
  const voices = new Map<number, number>();
  for (const neighbor of neighbors) voices.set(labels[neighbor], (voices.get(labels[neighbor]) ?? 0) + 1);
  const most = Math.max(...voices.values());
  return Math.min(...[...voices].flatMap(([label, count]) => (count === most ? [label] : [])));
}

async function search(
  where: string,
  gpu: Gpu,
  { codes, queries, k }: NeighborsOptions,
  labels?: ArrayLike<number>,
): Promise<Neighbors> {
  const [count, width] = checkRows(`${where}: codes`, codes);
  const [asked, other] = checkRows(`${where}: queries`, queries);
  if (width !== other) throw new ShapeError(`${where}: the codes have ${width} features, the queries ${other}`);
  checkNumber(`${where}: k`, k, { least: 1, most: Math.min(128, count), whole: true });
  if (labels) checkLabels(where, labels, count);
  const made: Tensor[] = [];
  const put = (matrix: Matrix, rows: number) => {
    const padded = Math.ceil(width / 4) * 4;
    const tensorOf = tensor(gpu, pad(matrix.data, width, padded), [rows, padded]);
    made.push(tensorOf);
    return tensorOf;
  };
  const found: Neighbors = { indices: new Int32Array(asked * k), distances: new Float32Array(asked * k) };
  try {
    const [all, wanted] = [put(codes, count), put(queries, asked)];
    const block = Math.min(asked, Math.max(4, Math.floor(blockSize / count)));
    for (let first = 0; first < asked; first += block)
      await searchBlock(gpu, all, wanted, { first, count: Math.min(block, asked - first) }, k, found);
  } finally {
    for (const each of made) each.dispose();
  }
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
  const plan = await compile(tape);
  try {
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
  } finally {
    plan.dispose();
  }
}

function pad(data: Float32Array, width: number, padded: number): Float32Array {
  if (width === padded) return data;
  const wide = new Float32Array((data.length / width) * padded);
  for (let row = 0; row * width < data.length; row++)
    wide.set(data.subarray(row * width, (row + 1) * width), row * padded);
  return wide;
}

function checkRows(where: string, matrix: Matrix): [rows: number, width: number] {
  if (!(matrix?.data instanceof Float32Array))
    throw new ShapeError(`${where}: takes a matrix { data: Float32Array, shape: [rows, features] }`);
  const [rows, ...sides] = checkSides(`${where}: shape`, matrix.shape);
  const width = sides.reduce((product, n) => product * n, 1);
  if (matrix.data.length !== rows * width)
    throw new ShapeError(`${where}: ${shown(matrix.shape)} with ${matrix.data.length} values is no matrix`);
  const wrong = matrix.data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new DataError(`${where}: row ${Math.floor(wrong / width)}, column ${wrong % width} is ${matrix.data[wrong]}`);
  return [rows, width];
}

function checkLabels(where: string, labels: ArrayLike<number>, codes: number): void {
  if (labels.length !== codes) throw new ShapeError(`${where}: ${codes} codes, but ${labels.length} labels`);
  const wrong = Array.from(labels).findIndex((label) => !Number.isInteger(label) || label < 0);
  if (wrong >= 0)
    throw new DataError(`${where}: label ${wrong} is ${shown(labels[wrong])}, not a whole number from 0 on`);
}
