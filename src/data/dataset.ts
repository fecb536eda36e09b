import { DataError, OptionError, ShapeError } from '../errors.ts';
import { isBytes, isFloats, isOwned } from '../platform.ts';
import { checkGpu, type Gpu } from '../runtime/device.ts';
import { checkFunction, checkNumber, checkNumbers, checkOptions, isShape, shown } from '../runtime/options.ts';
import { inSpells } from '../runtime/pace.ts';
import {
  emptyTensor,
  sameOrder,
  sizeOf,
  writeTensor,
  type Matrix,
  type Piece,
  type Tensor,
} from '../runtime/tensor.ts';
import { splitRows } from './split.ts';
import type { CellSource } from './table/table-dataset.ts';
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

/** Data for training and prediction. Flat arrays are rows of the model's input size; bytes mean value / 255. */
export type Data = Dataset | Float32Array | Uint8Array | Matrix;

/** Options of `dataset`. */
export interface DatasetOptions {
  /** The shape of one example. Flat arrays need it. */
  shape?: readonly number[];
  /** A whole number for each example. They stay on the host. */
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

/** The positions of a series' windows. */
export interface SeriesFacts {
  /** The number of time steps of the series. */
  readonly steps: number;
  /** The number of time steps in a window. */
  readonly length: number;
  /** The number of steps between the starts of two consecutive windows. */
  readonly stride: number;
  /** The number of values in a step. */
  readonly channels: number;
}

/** The smallest and largest value with their positions. */
export interface Range {
  /** The smallest value. */
  readonly least: number;
  /** The index of the smallest value. */
  readonly leastAt: number;
  /** The largest value. */
  readonly most: number;
  /** The index of the largest value. */
  readonly mostAt: number;
}

/** What a data set and its views share. */
export interface Storage {
  /** The examples in pieces, each small enough for one buffer of the device; empty where the data are streamed. */
  pieces: readonly Piece[];
  /** Returns the values again, after the loss of a device. */
  readonly again: () => Promise<Uint8Array | Float32Array>;
  /** Values on the host that are streamed through the device, `half` a window at a time; see `Feed`. */
  readonly streamed?: { readonly data: Uint8Array | Float32Array; readonly half: number };
  /** The number of examples. */
  readonly examples: number;
  /** Whether the values are bytes. */
  readonly bytes: boolean;
  /** The factor that values are multiplied by. */
  readonly scale: number;
  /** Whether the scale was given as an option. */
  readonly scaleGiven: boolean;
  /** The smallest and largest value that is not blank. */
  readonly range: Range;
  /** Whether some of the values may be blank, `blankCell`. */
  readonly blanks?: boolean;
  /** The meaning of the cells, for a data set of a table. */
  readonly cells?: CellSource;
  /** The positions of the windows, for a data set of a series, whose values are stored once. */
  readonly series?: SeriesFacts;
  /** A number for each example, [examples], for models that learn more than the example itself. */
  readonly targets?: Tensor;
  /** The same on the host, where the data are streamed. */
  readonly hostTargets?: Float32Array;
  /** A factor for the loss of each example. */
  readonly weights?: ExampleWeights;
}

/** Data on the device; `release` frees what was uploaded for one call. */
export interface OnDevice {
  set: Dataset;
  release: () => void;
}

/** Examples on the device, uploaded once or streamed through it; bytes stay bytes. Views share its memory. */
export class Dataset {
  #order: Tensor | undefined;
  #disposed = false;
  /** The orders of its views, as long as they are in use. */
  readonly #orders = new Map<WeakRef<Dataset>, Tensor>();

  /** @internal */
  constructor(
    readonly gpu: Gpu,
    /** The shape of one example. */
    readonly shape: readonly number[],
    /** @internal */
    readonly storage: Storage,
    readonly labels: Int32Array | undefined,
    readonly length: number,
    /** For a view: the data set whose memory it uses, and its rows there unless they are all. */
    private readonly base?: Dataset,
    /** @internal */
    readonly rows?: Uint32Array,
    /** Whether the storage's targets are freed with it. */
    private readonly ownsTargets = false,
  ) {}

  /** The number of values in an example. */
  get features(): number {
    return sizeOf(this.shape);
  }

  /** The number of values from the start of one example in memory to the start of the next. @internal */
  get step(): number {
    const { series } = this.storage;
    return series ? series.stride * series.channels : this.features;
  }

  /**
   * The positions of the windows, for what `series()` made and for its views; otherwise undefined. Window number n
   * begins at step n · stride.
   */
  get series(): SeriesFacts | undefined {
    return this.storage.series;
  }

  /**
   * The number of each example in the data set that `dataset()` made: 0, 1, 2 … there, and in a view those of its
   * examples. Do not change it.
   */
  get indices(): Uint32Array {
    return this.rows ?? Uint32Array.from(Array(this.length).keys());
  }

  /** Whether it has been disposed. */
  get disposed(): boolean {
    return this.#disposed || (this.base?.disposed ?? false);
  }

  /** Returns a view of the first `count` examples. @throws OptionError */
  take(count: number): Dataset {
    checkNumber('take', count, { least: 1, most: this.length, whole: true });
    return this.filter((_, i) => i < count);
  }

  /** Returns a view of the examples for which `keep` returns true. @throws DataError if there are none */
  filter(keep: (label: number | undefined, index: number) => boolean): Dataset {
    checkFunction('filter: keep', keep);
    const kept = [...Array(this.length).keys()].filter((i) => keep(this.labels?.[i], i));
    if (!kept.length) throw new DataError('filter: no example is left');
    return this.view(kept);
  }

  /**
   * Returns two views: `fraction` of the examples, drawn at random, and the rest.
   * @throws OptionError; DataError if one would be empty
   */
  split(fraction: number, options: { seed?: number } = {}): [Dataset, Dataset] {
    const [first, rest] = splitRows(this.length, fraction, options);
    return [this.view(first), this.view(rest)];
  }

  /** Frees the device memory of a data set and its views; for a view, only its own. */
  dispose(): void {
    for (const order of this.#orders.values()) order.dispose();
    this.#order?.dispose();
    this.#order = undefined;
    const { pieces, targets, weights } = this.storage;
    if (this.ownsTargets) targets?.dispose();
    if (weights !== this.base?.storage.weights) weights?.dispose();
    if (!this.base) for (const { data } of pieces) data.dispose();
    this.#disposed = true;
  }

  /** Uploads the examples again after the loss of a device. @throws DataError where the source has changed @internal */
  async bringBack(): Promise<void> {
    const { storage, gpu, features, step, series } = this;
    if (!storage.pieces.some(({ data }) => data.gone)) return;
    const data = await storage.again();
    const values = series ? series.steps * series.channels : storage.examples * features;
    if (isBytes(data) !== storage.bytes || data.length !== values)
      throw new DataError(`dataset: its source gave ${values} values and now gives ${data.length}`);
    const pieces = await upload(gpu, data, features, step);
    // Somebody else may have been faster, or the owner has freed it meanwhile.
    if (storage.pieces.some(({ data }) => data.gone) && !this.disposed) storage.pieces = pieces;
    else for (const { data } of pieces) data.dispose();
  }

  /** The indices of a view into the storage, on the device. @internal */
  get order(): Tensor | undefined {
    if (this.rows && (!this.#order || this.#order.gone)) {
      this.#order = emptyTensor(this.gpu, [this.length], 'u32', 'subset');
      writeTensor(this.gpu, this.#order, this.rows);
      this.base?.own(this, this.#order);
    }
    return this.#order;
  }

  /** Frees a view's memory on the device when the view or this data set is collected. @internal */
  own(view: Dataset, order: Tensor): void {
    for (const [other, tensor] of this.#orders) {
      if (other.deref()?.disposed === false) continue;
      tensor.dispose();
      this.#orders.delete(other);
    }
    this.#orders.set(new WeakRef(view), order);
  }

  /** For a view: which examples of the storage are its own. @internal */
  get membership(): Uint8Array | undefined {
    if (!this.rows) return undefined;
    const own = new Uint8Array(this.storage.examples);
    for (const row of this.rows) own[row] = 1;
    return own;
  }

  /**
   * The same examples, each with a number that follows it on the device. `factors` multiply the weights of the examples,
   * by these numbers.
   * @internal
   */
  withTargets(values: ArrayLike<number>, factors?: ArrayLike<number>): Dataset {
    const { examples, streamed } = this.storage;
    const all = new Float32Array(examples);
    for (let i = 0; i < this.length; i++) all[this.rows?.[i] ?? i] = values[i];
    const targets = streamed ? undefined : emptyTensor(this.gpu, [examples], 'f32', 'targets');
    if (targets) writeTensor(this.gpu, targets, all);
    const { weights: given } = this.storage;
    const weights = factors
      ? new ExampleWeights(this.gpu, all.map((value, i) => factors[value] * (given?.values[i] ?? 1))) // prettier-ignore
      : given;
    const storage = { ...this.storage, ...(targets ? { targets } : { hostTargets: all }), weights };
    const labels = Int32Array.from(values);
    return new Dataset(this.gpu, this.shape, storage, labels, this.length, this.base ?? this, this.rows, true);
  }

  /** A view of some examples, by number. @internal */
  view(indices: readonly number[]): Dataset {
    const rows = Uint32Array.from(indices, (i) => this.rows?.[i] ?? i);
    const labels = this.labels && Int32Array.from(indices, (i) => this.labels![i]);
    return new Dataset(this.gpu, this.shape, this.storage, labels, indices.length, this.base ?? this, rows);
  }
}

/**
 * Uploads examples to the device, all of them unless `deviceBytes` is given.
 *
 * The data set keeps a reference to its source, and uploads it again after the loss of a device in a fit with
 * `recover`, so do not change it. A function is not kept but called again, and has to return the same values.
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

function withShape(
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
  // Memory that is shared may change between a look and the upload, and not every engine takes it.
  return { data: isOwned(data) ? data : data.slice(), shape: example };
}

/** @throws ShapeError */
function checkShape(of: string, shape: readonly number[]): readonly number[] {
  if (!isShape(shape) || !shape.length)
    throw new ShapeError(
      `dataset: ${shown(shape)} is not a shape of ${of}: every side is a whole number of at least 1`,
    );
  return [...shape];
}

/** The number of values between two looks at the clock. */
const stretch = 2 ** 13;

/** Returns the range of the values other than `blank`. @throws what `refuse` makes of the first that is not finite */
export async function rangeOf(
  data: Uint8Array | Float32Array,
  refuse: (value: number, at: number) => DataError,
  blank?: number,
): Promise<Range> {
  // That of a value which is there; 0 where none is.
  const first = Math.max(0, blank === undefined ? 0 : data.findIndex((value) => value !== blank));
  let [leastAt, mostAt] = [first, first];
  for await (const start of inSpells(data.length, stretch)) {
    for (let i = start; i < Math.min(start + stretch, data.length); i++) {
      const value = data[i];
      if (value === blank) continue;
      if (!Number.isFinite(value)) throw refuse(value, i);
      if (value < data[leastAt]) leastAt = i;
      if (value > data[mostAt]) mostAt = i;
    }
  }
  return { least: data[leastAt], leastAt, most: data[mostAt], mostAt };
}

const place = (i: number, features: number): string => `row ${Math.floor(i / features)}, column ${i % features}`;

/** The position of a value of a series, in words. */
export const stepOf = (i: number, channels: number): string =>
  `step ${Math.floor(i / channels)}, channel ${i % channels}`;

/** Checks that values lie within [0, 1], as binary cross-entropy requires. @throws DataError */
export function checkProbabilities(data: Dataset): void {
  const { least, leastAt, most, mostAt } = data.storage.range;
  const { series } = data;
  const where = (at: number) => (series ? stepOf(at, series.channels) : place(at, data.features));
  if (least < 0)
    throw new DataError(`bce: ${least} at ${where(leastAt)} is outside [0, 1]; scale the data, or use loss: 'mse'`);
  // Bytes times 1/255 may come out a rounding above 1.
  if (most > 1 + 1e-6)
    throw new DataError(`bce: ${most} at ${where(mostAt)} is outside [0, 1]; scale the data, or use loss: 'mse'`);
}

/** How the data were stored that a model was trained on. */
export interface TrainedOn {
  readonly bytes: boolean;
  readonly scale: number;
  readonly given: boolean;
  /** The largest absolute value, scaled. */
  readonly largest: number;
}

export function trainedOn(set: Dataset): TrainedOn {
  const { bytes, scale, scaleGiven, range } = set.storage;
  return { bytes, scale, given: scaleGiven, largest: Math.max(-range.least, range.most) };
}

/** Values beyond this are not those of bytes: bytes are at most 1, and noise adds little to float images. */
const noBytes = 16;

/**
 * Refuses data of another scale than in training, unless the scale was given: data of a given scale there, floats far
 * beyond 1 after bytes, or the reverse.
 * @throws DataError
 */
function checkScale(where: string, set: Dataset, before: TrainedOn): void {
  const now = trainedOn(set);
  if (now.given || now.scale === before.scale) return;
  const floats = before.bytes ? now : before;
  if (before.bytes === now.bytes ? !before.given : floats.given || floats.largest <= noBytes) return;
  const kind = ({ bytes, scale, largest }: TrainedOn) =>
    `${bytes ? 'bytes' : 'floats'} with a scale of ${scale === 1 / 255 ? '1/255' : scale}, values up to ${largest}`;
  throw new DataError(
    `${where}: the model was trained on ${kind(before)}; these are ${kind(now)}: say which is meant, by the \`scale\` of dataset(gpu, data, { scale })`,
  );
}

/**
 * Any kind of data as a data set of examples of this shape, or of their values in the same order. `before` is what the
 * model was trained on, `takesBlanks` whether values may be blank.
 * @throws ShapeError with both shapes; DataError
 */
export async function asDataset(
  where: string,
  gpu: Gpu,
  data: Data,
  shape: readonly number[],
  before?: TrainedOn,
  takesBlanks = false,
): Promise<OnDevice> {
  if (data instanceof Dataset) {
    if (data.gpu !== gpu) throw new DataError(`${where}: the data set is on another Gpu than the model`);
    if (data.disposed) throw new DataError(`${where}: the data set was disposed`);
    if (data.storage.cells)
      throw new DataError(
        `${where}: the data set holds the cells of a table, which only a model of tables takes: autoencoder(gpu, { input: table.columns, … })`,
      );
    if (data.storage.blanks && !takesBlanks)
      throw new DataError(`${where}: the windows have blanks, but this needs every value: fill them first`);
    checkExamples(where, shape, data.shape);
    if (before) checkScale(where, data, before);
    await data.bringBack();
    return { set: data, release: () => {} };
  }
  if (!isBytes(data) && !isFloats(data)) checkExamples(where, shape, withShape(data).shape, data.shape);
  const set = await dataset(gpu, data, { shape });
  try {
    if (before) checkScale(where, set, before);
  } catch (error) {
    set.dispose();
    throw error;
  }
  return { set, release: () => set.dispose() };
}

/** Checks that examples of one shape can be used for another. @throws ShapeError */
function checkExamples(where: string, takes: readonly number[], has: readonly number[], whole?: readonly number[]) {
  const [features, values] = [takes, has].map(sizeOf);
  if (values !== features)
    throw new ShapeError(
      `${where}: the model takes ${features} features, the data has ${values}${whole ? ` ([${whole.join(', ')}])` : ''}`,
    );
  if (!sameOrder(takes, has))
    throw new ShapeError(
      `${where}: the model takes examples of [${takes.join(', ')}], the data has [${has.join(', ')}], as many values in another order; if they are in the model's, give them as [examples, ${features}]`,
    );
}
