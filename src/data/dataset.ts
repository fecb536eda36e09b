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

/** Numbers with a shape whose first side counts examples. */
export interface Source {
  data: Uint8Array | Float32Array;
  shape: readonly number[];
}

/** Examples as they are put on the device, or what gets them. */
export type DataSource = Uint8Array | Float32Array | Source | Matrix;

/** Whatever can be trained on or predicted from. Flat arrays are rows of the input's size; bytes mean value / 255. */
export type Data = Dataset | Float32Array | Uint8Array | Matrix;

/** Options of `dataset`. */
export interface DatasetOptions {
  /** One example's shape; needed for flat arrays. */
  shape?: readonly number[];
  /** A whole number for each example. They stay on this side. */
  labels?: ArrayLike<number>;
  /** Each value is multiplied by it: 1/255 for bytes, 1 for floats, unless given. */
  scale?: number;
  /**
   * The examples may take up to so many bytes of the device. If they need more, they stay where they are, unchanged by you, and pass through as
   * they are used: whoever trains, measures or predicts on them holds so many bytes while it does. What is trained is the same, bit by bit.
   * Default: all of them lie on the device.
   */
  deviceBytes?: number;
}

/** How the windows of a series lie in it. */
export interface SeriesFacts {
  /** How many time steps there are. */
  readonly steps: number;
  /** How many of them a window has. */
  readonly length: number;
  /** How many steps after one window's first the next window's comes. */
  readonly stride: number;
  /** Values in a step. */
  readonly channels: number;
}

/** The smallest and largest value, and where they stand. */
export interface Range {
  readonly least: number;
  readonly leastAt: number;
  readonly most: number;
  readonly mostAt: number;
}

/** What a data set and its views share. */
export interface Storage {
  /** One behind the other, each within what the device allows in one buffer; none where the data are streamed. */
  pieces: readonly Piece[];
  /** The values once more, if a lost device has taken them along. */
  readonly again: () => Promise<Uint8Array | Float32Array>;
  /** On this side, to pass through the device `half` a window at a time; see `Feed`. */
  readonly streamed?: { readonly data: Uint8Array | Float32Array; readonly half: number };
  readonly examples: number;
  readonly bytes: boolean;
  readonly scale: number;
  /** Whether the scale is one that was asked for. */
  readonly scaleGiven: boolean;
  /** That of the values which are not blank. */
  readonly range: Range;
  /** Whether some of its values may be blank, `blankCell`. */
  readonly blanks?: boolean;
  /** What the cells of a table mean, where it holds those. */
  readonly cells?: CellSource;
  /** Where the examples are windows of one series, which lies there once. */
  readonly series?: SeriesFacts;
  /** A number for each example, [examples], where what is learned is more than the example itself. */
  readonly targets?: Tensor;
  /** The same on this side, where the data are streamed. */
  readonly hostTargets?: Float32Array;
}

/** Data that were put on the device; `release` frees what was made for the purpose. */
export interface OnDevice {
  set: Dataset;
  release: () => void;
}

/** Examples that lie on the device, put there once, or pass through it; bytes stay bytes there. Views made of it share its memory. */
export class Dataset {
  #order: Tensor | undefined;
  #disposed = false;
  /** Those of its views, whoever still has them. */
  readonly #orders = new Map<WeakRef<Dataset>, Tensor>();

  /** @internal */
  constructor(
    readonly gpu: Gpu,
    /** One example's shape. */
    readonly shape: readonly number[],
    /** @internal */
    readonly storage: Storage,
    readonly labels: Int32Array | undefined,
    readonly length: number,
    /** Of a view: the data set whose memory it sees, and which of its examples, if not all. */
    private readonly base?: Dataset,
    /** @internal */
    readonly rows?: Uint32Array,
    /** Whether the storage's targets are freed with it. */
    private readonly ownsTargets = false,
  ) {}

  /** Values in an example. */
  get features(): number {
    return sizeOf(this.shape);
  }

  /** Values from the start of one example in memory to that of the next. @internal */
  get step(): number {
    const { series } = this.storage;
    return series ? series.stride * series.channels : this.features;
  }

  /** Of what `series()` made, and of its views: how the windows lie. Window number n begins at step n · stride. */
  get series(): SeriesFacts | undefined {
    return this.storage.series;
  }

  /** For each example, its number in the data set that `dataset()` made: 0, 1, 2 … there, and in a view those that it has. Leave it unchanged. */
  get indices(): Uint32Array {
    return this.rows ?? Uint32Array.from(Array(this.length).keys());
  }

  get disposed(): boolean {
    return this.#disposed || (this.base?.disposed ?? false);
  }

  /** The first `count` examples. @throws OptionError */
  take(count: number): Dataset {
    checkNumber('take', count, { least: 1, most: this.length, whole: true });
    return this.filter((_, i) => i < count);
  }

  /** The examples that `keep` returns true for. @throws DataError if none are left */
  filter(keep: (label: number | undefined, index: number) => boolean): Dataset {
    checkFunction('filter: keep', keep);
    const kept = [...Array(this.length).keys()].filter((i) => keep(this.labels?.[i], i));
    if (!kept.length) throw new DataError('filter: no example is left');
    return this.view(kept);
  }

  /** Two data sets: `fraction` of the examples, drawn at random, and the rest. @throws OptionError, DataError if one would be empty */
  split(fraction: number, options: { seed?: number } = {}): [Dataset, Dataset] {
    const [first, rest] = splitRows(this.length, fraction, options);
    return [this.view(first), this.view(rest)];
  }

  /** Frees the device memory, with that of its views; of a view, only what is its own. */
  dispose(): void {
    for (const order of this.#orders.values()) order.dispose();
    this.#order?.dispose();
    this.#order = undefined;
    if (this.ownsTargets) this.storage.targets?.dispose();
    if (!this.base) for (const { data } of this.storage.pieces) data.dispose();
    this.#disposed = true;
  }

  /** Puts the examples on the device once more if a lost one has taken them along. @throws DataError where the source has others now @internal */
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

  /** Indices into the storage, on the device, if this is a view. @internal */
  get order(): Tensor | undefined {
    if (this.rows && (!this.#order || this.#order.gone)) {
      this.#order = emptyTensor(this.gpu, [this.length], 'u32', 'subset');
      writeTensor(this.gpu, this.#order, this.rows);
      this.base?.own(this, this.#order);
    }
    return this.#order;
  }

  /** Frees what a view has on the device when the view is no more, or this data set. @internal */
  own(view: Dataset, order: Tensor): void {
    for (const [other, tensor] of this.#orders) {
      if (other.deref()?.disposed === false) continue;
      tensor.dispose();
      this.#orders.delete(other);
    }
    this.#orders.set(new WeakRef(view), order);
  }

  /** Of a view: for each example of the storage, whether it is one of its own. @internal */
  get membership(): Uint8Array | undefined {
    if (!this.rows) return undefined;
    const own = new Uint8Array(this.storage.examples);
    for (const row of this.rows) own[row] = 1;
    return own;
  }

  /** The same examples, each with a label that lies beside it on the device and goes where the example goes. @internal */
  withTargets(values: ArrayLike<number>): Dataset {
    const { examples, streamed } = this.storage;
    const all = new Float32Array(examples);
    for (let i = 0; i < this.length; i++) all[this.rows?.[i] ?? i] = values[i];
    const targets = streamed ? undefined : emptyTensor(this.gpu, [examples], 'f32', 'targets');
    if (targets) writeTensor(this.gpu, targets, all);
    const storage = { ...this.storage, ...(targets ? { targets } : { hostTargets: all }) };
    const labels = Int32Array.from(values);
    return new Dataset(this.gpu, this.shape, storage, labels, this.length, this.base ?? this, this.rows, true);
  }

  /** Some of the examples, by their numbers. @internal */
  view(indices: readonly number[]): Dataset {
    const rows = Uint32Array.from(indices, (i) => this.rows?.[i] ?? i);
    const labels = this.labels && Int32Array.from(indices, (i) => this.labels![i]);
    return new Dataset(this.gpu, this.shape, this.storage, labels, indices.length, this.base ?? this, rows);
  }
}

/**
 * Puts examples on the device, all of them unless `deviceBytes` says less.
 *
 * The data set holds on to its source, and puts it there again when the device was lost and a fit with `recover` has got another: leave it
 * unchanged. Of a function nothing is held: it is called, and then called again, and has to give the same.
 * @param gpu what `openGpu` returned
 * @param source the examples, one behind the other, or a function that gets them
 * @param options the shape of one example, labels, a scale, and how much of the device's memory may be taken
 * @returns the examples on the device; `fit`, `encode` and the like take them as often as you want
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
 * @throws OptionError, DataError empty data, a NaN or an infinity; ShapeError a length that is no whole number of examples; OutOfMemoryError
 */
export async function dataset(
  gpu: Gpu,
  source: DataSource | (() => DataSource | Promise<DataSource>),
  options: DatasetOptions = {},
): Promise<Dataset> {
  checkGpu('dataset', gpu);
  checkOptions('dataset', options, ['shape', 'labels', 'scale', 'deviceBytes']);
  const { data, shape } = withShape(typeof source === 'function' ? await source() : source, options.shape);
  const features = sizeOf(shape);
  const length = data.length / features;
  if (!Number.isInteger(length))
    throw new ShapeError(
      `dataset: ${data.length} values are no whole number of examples of [${shape.join(', ')}] (${features} values each)`,
    );
  const labels = options.labels === undefined ? undefined : wholeLabels('dataset', options.labels, length);
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
  };
  return new Dataset(gpu, shape, storage, labels, length);
}

/** @throws ShapeError where there are not as many as examples; DataError where one is no whole number */
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
    throw new ShapeError(`dataset: ${shown(shape)} is no shape of ${of}: every side is a whole number of at least 1`);
  return [...shape];
}

/** Values between two looks at the clock. */
const stretch = 2 ** 13;

/** That of the values other than `blank`. @throws what `refuse` makes of the first that is not finite */
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

/** Where a value of a series stands. */
export const stepOf = (i: number, channels: number): string =>
  `step ${Math.floor(i / channels)}, channel ${i % channels}`;

/** @throws DataError where values lie outside [0, 1], which binary cross-entropy takes for probabilities */
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

/** How the data lie that a model was trained on. */
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

/** Bytes are never more than 1, and what is added to pictures of floats not much: beyond, floats are no value / 255. */
const noBytes = 16;

/**
 * Refuses data whose scale nobody gave where it is another one than in training: with a scale that was given there, or of bytes where it was
 * floats far beyond 1, or the other way round.
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
 * Any kind of data as a data set of examples of that shape, or of its values in the same order. `before`: what the model was trained on, where the
 * data are of the same kind; `takesBlanks`: whether values may be blank.
 * @throws ShapeError naming both sides; DataError
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
    if (data.gpu !== gpu) throw new DataError(`${where}: the data set lies on another Gpu than the model`);
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

/** @throws ShapeError where examples of one shape cannot be taken for those of another */
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
