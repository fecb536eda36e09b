/** The page's proxies for the device and for data sets in the worker. */
import type { DataSource } from '../data/make-dataset.ts';
import type { SeriesFacts } from '../data/dataset.ts';
import type { Labels } from '../data/labels.ts';
import type { SeriesOptions } from '../data/series.ts';
import { splitRows } from '../data/split.ts';
import type { Table } from '../data/table/table.ts';
import type { TableDatasetOptions } from '../data/table/table-dataset.ts';
import { DataError, DeviceLostError, OptionError } from '../errors.ts';
import { isFloats } from '../platform.ts';
import { checkFunction, checkNumber } from '../runtime/options.ts';
import type { Matrix } from '../runtime/tensor.ts';
import { Remote, type Client } from './client.ts';
import { library, type Handle } from './protocol.ts';

/** Data for training and prediction. Arrays are copied to the worker in each call; a data set is already there. */
export type Data = Dataset | Float32Array | Uint8Array | Matrix;
export type Labelled = Dataset | { data: Data; labels: Labels };
/** The examples that an autoencoder takes; with a condition, examples with their classes. */
export type Examples = Data | Labelled;

/** The GPU of an adapter, opened in a worker. */
export class Gpu extends Remote {
  /** Resolves when the device is lost, also by `close()`. */
  readonly lost: Promise<{ reason: GPUDeviceLostReason; message: string }>;

  /** @internal */
  constructor(
    client: Client,
    handle: Handle,
    readonly info: { vendor: string; architecture: string; description: string; isFallback: boolean },
    lost: Promise<{ reason: GPUDeviceLostReason; message: string }>,
    private readonly terminate: () => void,
  ) {
    super(client, handle);
    this.lost = lost;
  }

  memory(): Promise<{ bytes: number; peakBytes: number; buffers: number }> {
    return this.call('memory');
  }

  counters(): Promise<{ dispatches: number; submits: number; readbacks: number }> {
    return this.call('counters');
  }

  /** Frees everything and ends the worker. Further calls do nothing. */
  close(): void {
    void this.call('close').catch(() => {}); // The worker may have ended already.
    this.client.end(new DeviceLostError('the Gpu was closed'));
    this.terminate();
  }
}

/** Examples on the worker's device. Views share its memory. */
export class Dataset extends Remote {
  /** @internal */
  constructor(
    readonly gpu: Gpu,
    handle: Handle,
    /** The shape of one example. */
    readonly shape: readonly number[],
    readonly labels: Int32Array | undefined,
    readonly length: number,
    private readonly rows?: Uint32Array,
    /**
     * The positions of the windows in a data set that `series()` made, or in a view of one. Window number n begins at
     * step n · stride.
     */
    readonly series?: SeriesFacts,
  ) {
    super(gpu.client, handle);
  }

  /**
   * The number of each example in the original data set: 0, 1, 2 … in that itself, and a selection of these in a view.
   * Do not change it.
   */
  get indices(): Uint32Array {
    return this.rows ?? Uint32Array.from(Array(this.length).keys());
  }

  /** The number of values in an example. */
  get features(): number {
    return this.shape.reduce((product, n) => product * n, 1);
  }

  /** Returns a view of the first `count` examples. @throws OptionError */
  take(count: number): Dataset {
    checkNumber('take', count, { least: 1, most: this.length, whole: true });
    return this.filter((_, i) => i < count);
  }

  /**
   * Returns a view of the examples for which `keep`, which runs on the page, returns true.
   * @throws OptionError; DataError if there are none
   */
  filter(keep: (label: number | undefined, index: number) => boolean): Dataset {
    checkFunction('filter: keep', keep);
    const kept = [...Array(this.length).keys()].filter((i) => keep(this.labels?.[i], i));
    if (!kept.length) throw new DataError('filter: no example is left');
    return this.#view(kept);
  }

  /**
   * Returns two views: `fraction` of the examples, drawn at random, and the rest.
   * @throws OptionError; DataError if one would be empty
   */
  split(fraction: number, options: { seed?: number } = {}): [Dataset, Dataset] {
    const [first, rest] = splitRows(this.length, fraction, options);
    return [this.#view(first), this.#view(rest)];
  }

  dispose(): void {
    void this.call('dispose').catch(() => {}); // With the device, all of it is gone.
  }

  #view(indices: number[]): Dataset {
    const handle = this.client.newHandle();
    const labels = this.labels && Int32Array.from(indices, (i) => this.labels![i]);
    const rows = Uint32Array.from(indices, (i) => this.rows?.[i] ?? i);
    void this.client
      .call(this.handle, 'view', [Uint32Array.from(indices)], { makes: [handle], transfer: true })
      .catch(() => {}); // Every use of the view reports the error.
    return new Dataset(this.gpu, handle, this.shape, labels, indices.length, rows, this.series);
  }
}

/**
 * Uploads examples to the worker's device. An array that owns its memory moves there, and is empty afterwards; others
 * are copied. A function is called on the page, once: the worker keeps its result.
 */
export async function dataset(
  gpu: Gpu,
  source: DataSource | (() => DataSource | Promise<DataSource>),
  options: object = {},
): Promise<Dataset> {
  checkGpu('dataset', gpu);
  const given = typeof source === 'function' ? await source() : source;
  return put(gpu, 'dataset', given, options);
}

/**
 * Cuts a series of evenly spaced time steps into windows on the worker's device. An array that owns its memory moves
 * there, and is empty afterwards; the columns of numbers of a table are copied.
 */
export async function series(gpu: Gpu, values: Float32Array | Table, options: SeriesOptions): Promise<Dataset> {
  checkGpu('series', gpu);
  let [given, chosen] = [values, options];
  if (!isFloats(values)) {
    const { interleaved } = await import('../data/series-table.ts');
    const { data, channels } = interleaved(values, options?.channels);
    [given, chosen] = [data, { ...options, channels }];
  }
  return put(gpu, 'series', given, chosen);
}

/** Makes a data set in the worker. */
async function put(gpu: Gpu, maker: string, source: unknown, options: object): Promise<Dataset> {
  const handle = gpu.client.newHandle();
  const { shape, labels, length, series } = await gpu.client.call<
    Pick<Dataset, 'shape' | 'labels' | 'length' | 'series'>
  >(library, maker, [gpu, source, options], { makes: [handle], transfer: true });
  return new Dataset(gpu, handle, shape, labels, length, undefined, series);
}

/** Copies a table to the worker and uploads it to its device; see `table` in `latentgpu`. */
export async function table(gpu: Gpu, data: Table, options: TableDatasetOptions = {}): Promise<Dataset> {
  checkGpu('table', gpu);
  return put(gpu, 'table', data, options);
}

/** Checks a Gpu. @throws OptionError */
export function checkGpu(where: string, gpu: Gpu): void {
  if (!(gpu instanceof Gpu)) throw new OptionError(`${where}: takes a Gpu that this module's openGpu has opened`);
}
