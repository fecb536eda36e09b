import { DataError } from '../errors.ts';
import { isBytes } from '../platform.ts';
import type { Gpu } from '../runtime/device.ts';
import { checkFunction, checkNumber } from '../runtime/options.ts';
import { emptyTensor, sizeOf, writeTensor, type Matrix, type Piece, type Tensor } from '../runtime/tensor.ts';
import type { Range } from './range.ts';
import { splitRows } from './split.ts';
import type { CellSource } from './table/table-dataset.ts';
import { upload } from './upload.ts';
import { ExampleWeights } from './weights.ts';

/**
 * Data for training and prediction. A flat array holds one example after the other, each as long as the model's input.
 * A byte counts as its value / 255.
 */
export type Data = Dataset | Float32Array | Uint8Array | Matrix;

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

/** The data that a data set and its views share. */
export interface Storage {
  /** The examples in pieces, each small enough for one buffer of the device; empty where the data are streamed. */
  pieces: readonly Piece[];
  /** Reads the values again after the loss of a device. */
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
  /** The smallest and largest value, without blanks. */
  readonly range: Range;
  /** Whether some of the values may be blank, that is `blankCell`. */
  readonly blanks?: boolean;
  /** The meaning of the cells, for a data set of a table. */
  readonly cells?: CellSource;
  /** The positions of the windows, for a data set of a series, whose values are stored once. */
  readonly series?: SeriesFacts;
  /** A number for each example, [examples], for models that learn more than the example itself. */
  readonly targets?: Tensor;
  /** The targets on the host, if the data are streamed. */
  readonly hostTargets?: Float32Array;
  /** A factor for the loss of each example. */
  readonly weights?: ExampleWeights;
}

/** Data on the device. `release` frees them if they were uploaded for one call. */
export interface OnDevice {
  set: Dataset;
  release: () => void;
}

/** Examples on the device, uploaded once or streamed through it; bytes stay bytes. Views share its memory. */
export class Dataset {
  #order: Tensor | undefined;
  #disposed = false;
  /** The orders of its views that are in use. */
  readonly #orders = new Map<WeakRef<Dataset>, Tensor>();

  /** @internal */
  constructor(
    readonly gpu: Gpu,
    /** The shape of one example. */
    readonly shape: readonly number[],
    /** @internal */
    readonly storage: Storage,
    /** The label of each example, if the data set has labels. */
    readonly labels: Int32Array | undefined,
    /** The number of examples. */
    readonly length: number,
    /** The data set whose memory a view uses; undefined unless this is a view. */
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
   * The positions of the windows in a data set that `series()` made, or in a view of one; otherwise undefined. Window
   * number n begins at step n · stride.
   */
  get series(): SeriesFacts | undefined {
    return this.storage.series;
  }

  /**
   * The number of each example in the original data set: 0, 1, 2 … in that itself, and a selection of these in a view.
   * Do not change it.
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
      throw new DataError(`dataset: its source returned ${values} values before, but now ${data.length}`);
    const pieces = await upload(gpu, data, features, step);
    // Another call may have restored the data already, or the owner may have disposed them meanwhile.
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

  /**
   * For each example of the storage, whether it belongs to this view; undefined for a data set of all examples.
   * @internal
   */
  get membership(): Uint8Array | undefined {
    if (!this.rows) return undefined;
    const own = new Uint8Array(this.storage.examples);
    for (const row of this.rows) own[row] = 1;
    return own;
  }

  /**
   * Returns a view of the same examples with a target for each on the device. `factors` are indexed by the targets, and
   * multiply the weights of the examples.
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

  /** Returns a view of the examples with these numbers. @internal */
  view(indices: readonly number[]): Dataset {
    const rows = Uint32Array.from(indices, (i) => this.rows?.[i] ?? i);
    const labels = this.labels && Int32Array.from(indices, (i) => this.labels![i]);
    return new Dataset(this.gpu, this.shape, this.storage, labels, indices.length, this.base ?? this, rows);
  }
}
