import { checkGpu, type Gpu } from '../../runtime/device.ts';
import { checkNumbers, checkOptions } from '../../runtime/options.ts';
import type { Matrix } from '../../runtime/tensor.ts';

/** Options of `nearestNeighbors`. */
export interface NeighborsOptions {
  /** The codes to search, [codes, features]. */
  codes: Matrix;
  /** The codes to find neighbours for, [queries, features]. */
  queries: Matrix;
  /** The number of neighbours of each query, at most 128. */
  k: number;
}

/** The k nearest codes of each query, the nearest first: row q of k values belongs to query q. */
export interface Neighbors {
  /** The row numbers of the neighbours in `codes`. */
  indices: Int32Array;
  /** The Euclidean distances. */
  distances: Float32Array;
}

/**
 * Finds the k nearest neighbours on the device by brute force: all distances, in blocks of queries. Among equally
 * distant codes the first comes first. Values whose squared distances might exceed float32 are refused; small ones are
 * scaled by a power of two internally.
 * @param gpu what `openGpu` returned
 * @param options the codes, the queries, and the number of neighbours
 * @example
 * ```ts
 * import { nearestNeighbors, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const codes = { data: Float32Array.of(0, 1, 5, 6), shape: [4, 1] };
 * const queries = { data: Float32Array.of(4), shape: [1, 1] };
 * const { indices, distances } = await nearestNeighbors(gpu, { codes, queries, k: 2 }); // [2, 3] and [1, 2]
 * ```
 * @throws OptionError, ShapeError, DataError
 */
export async function nearestNeighbors(gpu: Gpu, options: NeighborsOptions): Promise<Neighbors> {
  checkGpu('nearestNeighbors', gpu);
  checkOptions('nearestNeighbors', options, ['codes', 'queries', 'k']);
  const { search } = await import('./search.ts');
  return search('nearestNeighbors', gpu, options);
}

/** Options of `knnPredict`. */
export interface KnnOptions extends NeighborsOptions {
  /** The class of each code, a whole number from 0. */
  labels: ArrayLike<number>;
}

/**
 * Predicts the class of each query by a majority vote of its k nearest codes. Among classes with equal votes the
 * smallest number wins, as in scikit-learn.
 * @param gpu what `openGpu` returned
 * @param options the codes with their classes, the queries, and the number of neighbours
 * @example
 * ```ts
 * import { knnPredict, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const codes = { data: Float32Array.of(0, 1, 5, 6), shape: [4, 1] };
 * const queries = { data: Float32Array.of(4), shape: [1, 1] };
 * const classes = await knnPredict(gpu, { codes, labels: [0, 0, 1, 1], queries, k: 3 }); // [1]
 * ```
 * @throws OptionError, ShapeError, DataError
 */
export async function knnPredict(gpu: Gpu, options: KnnOptions): Promise<Int32Array> {
  checkGpu('knnPredict', gpu);
  checkOptions('knnPredict', options, ['codes', 'labels', 'queries', 'k']);
  const { labels, ...rest } = options;
  checkNumbers('knnPredict: labels', labels);
  const { search } = await import('./search.ts');
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
