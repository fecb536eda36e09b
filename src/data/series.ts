import { DataError, ShapeError } from '../errors.ts';
import { isFloats, isOwned } from '../platform.ts';
import { blankCell } from '../runtime/blank.ts';
import { checkGpu, type Gpu } from '../runtime/device.ts';
import { checkNumber, checkOptions } from '../runtime/options.ts';
import { Dataset, rangeOf, stepOf, wholeLabels } from './dataset.ts';
import type { Table } from './table/table.ts';
import { halfOfWindow, upload } from './upload.ts';

/** Options of `series`. */
export interface SeriesOptions {
  /** Time steps in a window. */
  length: number;
  /** How many steps after one window's first the next window's comes. Default 1: a window begins at every step. */
  stride?: number;
  /** Of a flat array: how many values each step has, one behind the other. Default 1. Those of a table are its columns of numbers. */
  channels?: number;
  /** A whole number for each window, not for each step. They stay on this side. */
  labels?: ArrayLike<number>;
  /** The series may take up to so many bytes of the device; see `dataset`. A larger one passes through it, window by window. */
  deviceBytes?: number;
}

/**
 * Cuts a series of evenly spaced time steps into windows, which lie on the device once, however much they overlap.
 *
 * Window number n has the steps from n · stride to n · stride + length, exclusive; there are as many as fit, and steps after the last one are in
 * none. Each is an example of the shape [length, channels]. `take`, `filter` and `split` choose among the windows. Windows that overlap have values in
 * common, so hold some out by a stretch of time (`filter`), not at random.
 *
 * A NaN, or a blank of a table, is a value that is missing: an autoencoder sees a 0 in its place, of normalised data their mean or least value, and its
 * loss and `errors` are those of the values that are there.
 *
 * The data set holds on to the values and puts them on the device again when it was lost: leave them unchanged.
 * @param gpu what `openGpu` returned
 * @param values the values, step by step, or a table with a row for each step: its columns of numbers are the channels in their order, a column of
 * times is left out, and so is the table's label
 * @param options how long a window is, how far apart they begin, how many channels there are, and labels of windows
 * @returns the windows on the device; `fit`, `errors` and the like take them as often as you want
 * @example
 * ```ts
 * import { openGpu, series } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const windows = await series(gpu, Float32Array.of(0, 1, 2, 3, 4, 5, 6), { length: 4, stride: 2 });
 * console.log(windows.length, windows.shape); // 2 windows of [4, 1]: 0 1 2 3 and 2 3 4 5
 * windows.dispose();
 * ```
 * @throws OptionError also for a table with a column of categories; DataError an infinity, no whole window, or nothing but blanks; ShapeError values that
 * are no whole number of steps, or another number of labels than of windows; OutOfMemoryError
 */
export async function series(gpu: Gpu, values: Float32Array | Table, options: SeriesOptions): Promise<Dataset> {
  checkGpu('series', gpu);
  checkOptions('series', options, ['length', 'stride', 'channels', 'labels', 'deviceBytes']);
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
  };
  return new Dataset(gpu, [length, channels], storage, labels, examples);
}

/** The values of each step, one step after the other. @throws OptionError, DataError */
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
  // Memory that is shared may change between a look and the upload, and not every engine takes it.
  return { data: isOwned(values) ? values : values.slice(), channels: channels ?? 1 };
}

/** @throws ShapeError where there are not as many as windows; DataError */
function labelsOf(given: ArrayLike<number>, windows: number, steps: number): Int32Array {
  if (given?.length === steps && steps !== windows)
    throw new ShapeError(
      `series: ${steps} labels, as many as there are steps, but ${windows} windows: give each window one, such as the largest of its steps'`,
    );
  return wholeLabels('series', given, windows);
}
