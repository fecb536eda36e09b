import { DataError, ShapeError } from '../errors.ts';
import { isFloats, isOwned } from '../platform.ts';
import { blankCell } from '../runtime/blank.ts';
import { checkGpu, type Gpu } from '../runtime/device.ts';
import { checkNumber, checkOptions } from '../runtime/options.ts';
import { Dataset } from './dataset.ts';
import { rangeOf, stepOf } from './range.ts';
import { wholeLabels } from './make-dataset.ts';
import type { Table } from './table/table.ts';
import { halfOfWindow, upload } from './upload.ts';
import { ExampleWeights, readWeights } from './weights.ts';

/** Options of `series`. */
export interface SeriesOptions {
  /** The number of time steps in a window. */
  length: number;
  /** The number of steps between the starts of consecutive windows. Default 1: a window begins at every step. */
  stride?: number;
  /**
   * For a flat array, the number of consecutive values in each step. Default 1. The channels of a table are its columns
   * of numbers.
   */
  channels?: number;
  /** The class of each window (not of each step), a whole number from 0. Labels stay on the host. */
  labels?: ArrayLike<number>;
  /**
   * A number of at least 0 for each window (not for each step), which multiplies its part of the loss; see `dataset`. To
   * leave out single steps, make them NaN. Default: 1 for each.
   */
  weights?: ArrayLike<number>;
  /** The maximum number of bytes on the device; see `dataset`. A larger series is streamed, window by window. */
  deviceBytes?: number;
}

/**
 * Cuts a series of evenly spaced time steps into windows. The device stores each value once, even if windows overlap.
 *
 * Window n has the steps from n · stride up to, but not including, n · stride + length. There are as many windows as
 * fit; steps after the last window are not used. Each window is an example of shape [length, channels]. `take`,
 * `filter` and `split` select windows. Overlapping windows share values, so hold out a stretch of time (with `filter`),
 * not random windows.
 *
 * A NaN, or a blank in a table, is a missing value. An autoencoder receives 0 in its place, which is the mean or the
 * least value if the data are normalised. Its loss and `errors` count only the values that are present.
 *
 * The data set keeps a reference to the values, to upload them again after the device was lost: do not change them.
 * @param gpu what `openGpu` returned
 * @param values the values, step by step, or a table with a row for each step: its columns of numbers are the channels,
 * in their order; columns of times and the table's label are left out
 * @param options the length of a window, the distance between windows, the number of channels, labels, and weights
 * @returns the windows on the device, which `fit`, `errors` and the like can use any number of times
 * @example
 * ```ts
 * import { openGpu, series } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const windows = await series(gpu, Float32Array.of(0, 1, 2, 3, 4, 5, 6), { length: 4, stride: 2 });
 * console.log(windows.length, windows.shape); // 2 windows of [4, 1]: 0 1 2 3 and 2 3 4 5
 * windows.dispose();
 * ```
 * @throws OptionError, also for a table with a column of categories; DataError for an infinity, for fewer steps than
 * one window, or if all values are blank; ShapeError if the values are not a whole number of steps, or the numbers of
 * labels or weights and windows differ; OutOfMemoryError
 */
export async function series(gpu: Gpu, values: Float32Array | Table, options: SeriesOptions): Promise<Dataset> {
  checkGpu('series', gpu);
  checkOptions('series', options, ['length', 'stride', 'channels', 'labels', 'weights', 'deviceBytes']);
  const { length, stride = 1, deviceBytes } = options;
  for (const [name, value] of Object.entries({ length, stride }))
    checkNumber(`series: ${name}`, value, { least: 1, whole: true });
  const { data: given, channels } = await channelsOf(values, options.channels);
  const blanks = given.includes(NaN);
  const data = blanks ? (await import('./series-blanks.ts')).withMarks(given, channels) : given;
  const steps = data.length / channels;
  if (!Number.isInteger(steps))
    throw new ShapeError(`series: ${data.length} values are not a whole number of steps of ${channels} channels`);
  if (length > steps) throw new DataError(`series: a window has ${length} steps, the series only ${steps}`);
  const examples = Math.floor((steps - length) / stride) + 1;
  const labels = options.labels === undefined ? undefined : labelsOf(options.labels, examples, steps);
  const weights = options.weights === undefined ? undefined : weightsOf(gpu, options.weights, examples, steps);
  const features = length * channels;
  const half = halfOfWindow(gpu, data, features, deviceBytes, 'series');
  const range = await rangeOf(
    data,
    (value, i) => new DataError(`series: ${value} at ${stepOf(i, channels)}`),
    blanks ? Math.fround(blankCell) : undefined,
  );
  const storage = {
    pieces: half ? [] : await upload(gpu, data, features, stride * channels),
    again: async () => data,
    streamed: half ? { data, half } : undefined,
    examples,
    bytes: false,
    scale: 1,
    scaleGiven: false,
    range,
    blanks,
    series: { steps, length, stride, channels },
    weights,
  };
  return new Dataset(gpu, [length, channels], storage, labels, examples);
}

/** Returns the values, step by step. @throws OptionError, DataError */
async function channelsOf(
  values: Float32Array | Table,
  channels?: number,
): Promise<{ data: Float32Array; channels: number }> {
  if (!isFloats(values)) {
    const { interleaved } = await import('./series-table.ts');
    return interleaved(values, channels);
  }
  checkNumber('series: channels', channels ?? 1, { least: 1, whole: true });
  if (!values.length) throw new DataError('series: there are no values');
  // Shared memory may change between the check and the upload, and not every engine accepts it.
  return { data: isOwned(values) ? values : values.slice(), channels: channels ?? 1 };
}

/** Checks the labels of windows. @throws ShapeError if the numbers of labels and windows differ; DataError */
function labelsOf(given: ArrayLike<number>, windows: number, steps: number): Int32Array {
  ofWindows('labels', given, windows, steps, "the largest of its steps'");
  return wholeLabels('series', given, windows);
}

/** Checks the weights of windows. @throws ShapeError if the numbers of weights and windows differ; DataError */
function weightsOf(gpu: Gpu, given: ArrayLike<number>, windows: number, steps: number): ExampleWeights {
  ofWindows('weights', given, windows, steps, "the mean of its steps'");
  return new ExampleWeights(gpu, readWeights('series: weights', given, windows, 'windows'));
}

/** Refuses a list that is of the steps, not of the windows. @throws ShapeError */
function ofWindows(what: string, given: ArrayLike<number>, windows: number, steps: number, suggested: string): void {
  if (given?.length === steps && steps !== windows)
    throw new ShapeError(
      `series: ${steps} ${what}, as many as there are steps, but ${windows} windows: give each window one, such as ${suggested}`,
    );
}
