import { DataError, OptionError, ShapeError } from '../errors.ts';
import { isBytes, isFloats, isOwned } from '../platform.ts';
import { checkGpu, type Gpu } from '../runtime/device.ts';
import { checkNumber, checkNumbers, checkOptions, isShape, shown } from '../runtime/options.ts';
import { sizeOf, type Matrix } from '../runtime/tensor.ts';
import { Dataset } from './dataset.ts';
import { place, rangeOf } from './range.ts';
import { halfOfWindow, upload } from './upload.ts';
import { ExampleWeights, readWeights } from './weights.ts';

/** Numbers with a shape whose first dimension is the number of examples. */
export interface Source {
  /** The values, one example after the other. */
  data: Uint8Array | Float32Array;
  /** The number of examples, then the shape of one. */
  shape: readonly number[];
}

/** Examples as `dataset` takes them. */
export type DataSource = Uint8Array | Float32Array | Source | Matrix;

/** Options of `dataset`. */
export interface DatasetOptions {
  /** The shape of one example. Flat arrays need it. */
  shape?: readonly number[];
  /** The label of each example, a whole number. Labels stay on the host. */
  labels?: ArrayLike<number>;
  /**
   * A number of at least 0 for each example. It multiplies the example's part of the loss in training, validation and
   * `evaluate`: the reconstruction, the divergence of a Gaussian code, or a classifier's cross-entropy, but not
   * penalties. The sum is still divided by the number of examples, so weights with a mean of 1 keep the size of the
   * loss. Default: 1 for each.
   */
  weights?: ArrayLike<number>;
  /** The factor that each value is multiplied by. Default: 1/255 for bytes, 1 for floats. */
  scale?: number;
  /**
   * The most bytes that the examples may take on the device. Larger data stay on the host, where you must not change
   * them, and are streamed: each training, evaluation or prediction holds a window of this size. The results are the
   * same, bit by bit. Default: all examples are on the device.
   */
  deviceBytes?: number;
}

/**
 * Uploads examples to the device, all of them unless `deviceBytes` is given.
 *
 * The data set keeps a reference to its source, and uploads it again after the loss of a device in a fit with
 * `recover`, so do not change it. If it is a function, its result is not kept: the function is called again, and has to
 * return the same values.
 * @param gpu what `openGpu` returned
 * @param source the examples, one after the other, or a function that returns them
 * @param options the shape of one example, labels, weights, a scale, and how much of the device's memory may be used
 * @returns the examples on the device; `fit`, `encode` and the like can use them any number of times
 * @example
 * ```ts
 * import { dataset, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const points = Float32Array.of(0, 1, 2, 10, 11, 12); // two rows of three values
 * const rows = await dataset(gpu, points, { shape: [3], labels: [0, 1] });
 * const [training, test] = rows.split(0.5, { seed: 1 });
 * console.log(rows.length, rows.features, training.labels, test.labels); // 2, 3, and one label each
 * rows.dispose();
 * ```
 * @throws OptionError; DataError for empty data, a NaN or an infinity; ShapeError for a length that is not a whole
 * number of examples; OutOfMemoryError
 */
export async function dataset(
  gpu: Gpu,
  source: DataSource | (() => DataSource | Promise<DataSource>),
  options: DatasetOptions = {},
): Promise<Dataset> {
  checkGpu('dataset', gpu);
  checkOptions('dataset', options, ['shape', 'labels', 'weights', 'scale', 'deviceBytes']);
  const { data, shape } = withShape(typeof source === 'function' ? await source() : source, options.shape);
  const features = sizeOf(shape);
  const length = data.length / features;
  if (!Number.isInteger(length))
    throw new ShapeError(
      `dataset: ${data.length} values are not a whole number of examples of [${shape.join(', ')}] (${features} values each)`,
    );
  const labels = options.labels === undefined ? undefined : wholeLabels('dataset', options.labels, length);
  const weights =
    options.weights === undefined
      ? undefined
      : new ExampleWeights(gpu, readWeights('dataset: weights', options.weights, length, 'examples'));
  const bytes = isBytes(data);
  const { scale = bytes ? 1 / 255 : 1 } = options;
  checkNumber('dataset: scale', scale);
  const half = halfOfWindow(gpu, data, features, options.deviceBytes);
  const range = await rangeOf(data, (value, i) => new DataError(`dataset: ${value} at ${place(i, features)}`));
  const pieces = half ? [] : await upload(gpu, data, features);
  const again =
    typeof source === 'function' ? async () => withShape(await source(), options.shape).data : async () => data;
  const { least, leastAt, most, mostAt } = range;
  const scaled =
    scale < 0
      ? { least: most * scale, leastAt: mostAt, most: least * scale, mostAt: leastAt }
      : { least: least * scale, leastAt, most: most * scale, mostAt };
  const storage = {
    pieces,
    again,
    streamed: half ? { data, half } : undefined,
    examples: length,
    bytes,
    scale,
    scaleGiven: options.scale !== undefined,
    range: scaled,
    weights,
  };
  return new Dataset(gpu, shape, storage, labels, length);
}

/** Checks labels: one whole number for each example. @throws ShapeError, DataError */
export function wholeLabels(where: string, given: ArrayLike<number>, examples: number): Int32Array {
  const labels: unknown[] = Array.from(checkNumbers(`${where}: labels`, given));
  if (labels.length !== examples) throw new ShapeError(`${where}: ${examples} examples, but ${labels.length} labels`);
  const wrong = labels.findIndex((label) => typeof label !== 'number' || (label | 0) !== label);
  if (wrong >= 0)
    throw new DataError(
      `${where}: the label of row ${wrong} is ${shown(labels[wrong])}, not a whole number of 32 bits`,
    );
  return Int32Array.from(given);
}

/**
 * Returns the values of a source and the shape of one example.
 * @throws OptionError, ShapeError, DataError
 */
export function withShape(
  source: DataSource,
  shape?: readonly number[],
): { data: Uint8Array | Float32Array; shape: readonly number[] } {
  const flat = isBytes(source) || isFloats(source);
  const data = flat ? source : (source as Source | undefined)?.data;
  if (!isBytes(data) && !isFloats(data))
    throw new DataError('dataset: takes a Uint8Array, a Float32Array, or one of them as `data` with its `shape`');
  if (!data.length) throw new DataError('dataset: the data is empty');
  const whole = flat ? undefined : checkShape('the data', source.shape);
  if (whole && sizeOf(whole) !== data.length)
    throw new ShapeError(`dataset: a shape of [${whole.join(', ')}], but ${data.length} values`);
  if (!whole && shape === undefined) throw new OptionError('dataset: a flat array needs the `shape` of one example');
  const example = shape === undefined ? (whole!.length > 1 ? whole!.slice(1) : [1]) : checkShape('an example', shape);
  // Shared memory may change between the checks and the upload, and some engines do not upload it.
  return { data: isOwned(data) ? data : data.slice(), shape: example };
}

/** Checks the shape of a source or of an example. @throws ShapeError */
function checkShape(of: string, shape: readonly number[]): readonly number[] {
  if (!isShape(shape) || !shape.length)
    throw new ShapeError(
      `dataset: ${shown(shape)} is not a shape of ${of}: every dimension is a whole number of at least 1`,
    );
  return [...shape];
}
