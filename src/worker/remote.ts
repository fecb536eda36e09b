/** The library's objects as a page sees them whose worker has the real ones. What is a getter there is a fact here, what returns at once a promise. */
import type { Source } from '../data/dataset.ts';
import type { Labels } from '../data/labels.ts';
import { splitRows } from '../data/split.ts';
import { DataError, DeviceLostError, OptionError } from '../errors.ts';
import type { SaveOptions } from '../models/checkpoint.ts';
import type { ClassifierLosses, Prediction } from '../models/classifier.ts';
import type { FitOptions, History, Training } from '../models/fit-options.ts';
import type { JigsawLosses, Solution } from '../models/jigsaw.ts';
import type { Losses } from '../models/losses.ts';
import type { LayerInfo } from '../models/network.ts';
import type { OnnxPart } from '../models/onnx.ts';
import { checkNumber } from '../runtime/options.ts';
import type { Matrix } from '../runtime/tensor.ts';
import type { Client} from './client.ts';
import { Remote } from './client.ts';
import { library, type Handle } from './protocol.ts';

/** Whatever can be trained on or predicted from. Arrays are copied to the worker in each call; a data set lies there already. */
export type Data = Dataset | Float32Array | Uint8Array | Matrix;
export type Labelled = Dataset | { data: Data; labels: Labels };

/** An adapter's device, opened in a worker. */
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

  /** Frees everything and ends the worker. Calling it again does nothing. */
  close(): void {
    void this.call('close').catch(() => {}); // It may be gone already.
    this.client.end(new DeviceLostError('the Gpu was closed'));
    this.terminate();
  }
}

/** Examples that lie on the worker's device. Views made of it share its memory. */
export class Dataset extends Remote {
  /** @internal */
  constructor(
    readonly gpu: Gpu,
    handle: Handle,
    /** One example's shape. */
    readonly shape: readonly number[],
    readonly labels: Int32Array | undefined,
    readonly length: number,
  ) {
    super(gpu.client, handle);
  }

  /** Values in an example. */
  get features(): number {
    return this.shape.reduce((product, n) => product * n, 1);
  }

  /** The first `count` examples. @throws OptionError */
  take(count: number): Dataset {
    checkNumber('take', count, { least: 1, most: this.length, whole: true });
    return this.#view(Array.from({ length: count }, (_, i) => i));
  }

  /** The examples that `keep` returns true for; it is asked here. @throws DataError if none are left */
  filter(keep: (label: number | undefined, index: number) => boolean): Dataset {
    const kept = Array.from({ length: this.length }, (_, i) => i).filter((i) => keep(this.labels?.[i], i));
    if (!kept.length) throw new DataError('filter: no example is left');
    return this.#view(kept);
  }

  /** Two data sets: `fraction` of the examples, drawn at random, and the rest. @throws OptionError, DataError if one would be empty */
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
    void this.client.call(this.handle, 'view', [Uint32Array.from(indices)], { makes: [handle], transfer: true }).catch(() => {}); // Whoever uses it is told.
    return new Dataset(this.gpu, handle, this.shape, labels, indices.length);
  }
}

/** What is known of a network from the start. */
export interface NetworkFacts {
  inputShape: number[];
  outputShape: number[];
  parameterCount: number;
  summary: string;
  layers: LayerInfo[];
}

/** Layers in a row. Those of a model are parts of it: the weights are the same ones. */
export class Network extends Remote {
  /** @internal */
  constructor(
    client: Client,
    handle: Handle,
    private readonly facts: NetworkFacts,
  ) {
    super(client, handle);
  }

  get inputShape(): number[] {
    return this.facts.inputShape;
  }

  get outputShape(): number[] {
    return this.facts.outputShape;
  }

  get parameterCount(): number {
    return this.facts.parameterCount;
  }

  summary(): string {
    return this.facts.summary;
  }

  describe(): LayerInfo[] {
    return this.facts.layers;
  }

  predict(data: Data): Promise<Matrix> {
    return this.call('predict', data);
  }
}

export interface ModelFacts {
  summary: string;
  layers: LayerInfo[];
  networks: [NetworkFacts, NetworkFacts];
}

/** What all models have. */
abstract class Model<F extends ModelFacts> extends Remote {
  readonly encoder: Network;
  protected readonly second: Network;

  /** @internal */
  constructor(
    client: Client,
    [handle, first, second]: readonly Handle[],
    protected readonly facts: F,
  ) {
    super(client, handle);
    this.encoder = new Network(client, first, facts.networks[0]);
    this.second = new Network(client, second, facts.networks[1]);
  }

  weights(): Promise<Record<string, Matrix>> {
    return this.call('weights');
  }

  /** Rejects with ShapeError, DataError; then none is set. */
  setWeights(weights: Record<string, Matrix>): Promise<void> {
    return this.call('setWeights', weights);
  }

  save(options?: SaveOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.call('save', options);
  }

  summary(): string {
    return this.facts.summary;
  }

  describe(): LayerInfo[] {
    return this.facts.layers;
  }

  dispose(): void {
    void this.call('dispose').catch(() => {}); // With the device, all of it is gone.
  }
}

/** An autoencoder whose weights and data lie in the worker. Its methods are those of `Autoencoder` in `latentgpu`; what they are told there stands there. */
export class Autoencoder extends Model<ModelFacts> {
  get decoder(): Network {
    return this.second;
  }

  get codeSize(): number {
    return this.encoder.outputShape.reduce((product, n) => product * n, 1);
  }

  fit(data: Data, options: FitOptions<Losses, Data>): Training {
    return this.client.train<Losses>(this.handle, 'fit', [data], options as FitOptions<Losses, never>);
  }

  async pretrain(data: Data, options: FitOptions<Losses, Data>): Promise<History[]> {
    return this.client.train<Losses>(this.handle, 'pretrain', [data], options as FitOptions<Losses, never>) as unknown as Promise<History[]>;
  }

  evaluate(data: Data, options?: { batchSize?: number; seed?: number }): Promise<Losses> {
    return this.call('evaluate', data, options);
  }

  encode(data: Data): Promise<Matrix> {
    return this.call('encode', data);
  }

  posterior(data: Data): Promise<{ mean: Matrix; logvar: Matrix }> {
    return this.call('posterior', data);
  }

  decode(codes: Matrix | Float32Array): Promise<Matrix> {
    return this.call('decode', codes);
  }

  reconstruct(data: Data): Promise<Matrix> {
    return this.call('reconstruct', data);
  }

  corrupt(data: Data, options?: { seed?: number }): Promise<Matrix> {
    return this.call('corrupt', data, options);
  }

  errors(data: Data, options?: { perFeature?: boolean }): Promise<Float32Array> {
    return this.call('errors', data, options);
  }

  sample(count: number, options?: { seed?: number }): Promise<Matrix> {
    return this.call('sample', count, options);
  }

  interpolate(from: Data, to: Data, steps: number, options?: { path?: 'linear' | 'spherical' }): Promise<Matrix> {
    return this.call('interpolate', from, to, steps, options);
  }

  traverse(data: Data, dimension: number, values: number[]): Promise<Matrix> {
    return this.call('traverse', data, dimension, values);
  }

  toOnnx(part?: OnnxPart): Promise<Uint8Array<ArrayBuffer>> {
    return this.call('toOnnx', part);
  }
}

/** A classifier in the worker; see `Classifier` in `latentgpu`. */
export class Classifier extends Model<ModelFacts & { classes: number }> {
  get head(): Network {
    return this.second;
  }

  get classes(): number {
    return this.facts.classes;
  }

  fit(data: Data, labels: Labels, options: FitOptions<ClassifierLosses, Labelled>): Training<ClassifierLosses> {
    return this.client.train<ClassifierLosses>(this.handle, 'fit', [data, labels], options as FitOptions<ClassifierLosses, never>);
  }

  evaluate(data: Data, labels: Labels, options?: { batchSize?: number }): Promise<ClassifierLosses> {
    return this.call('evaluate', data, labels, options);
  }

  predict(data: Data): Promise<Prediction> {
    return this.call('predict', data);
  }
}

/** A solver of jigsaw puzzles in the worker; see `Jigsaw` in `latentgpu`. */
export class Jigsaw extends Model<ModelFacts & { permutations: Uint8Array[] }> {
  get head(): Network {
    return this.second;
  }

  get permutations(): readonly Uint8Array[] {
    return this.facts.permutations;
  }

  fit(data: Data, options: FitOptions<JigsawLosses, Data>): Training<JigsawLosses> {
    return this.client.train<JigsawLosses>(this.handle, 'fit', [data], options as FitOptions<JigsawLosses, never>);
  }

  evaluate(data: Data, options?: { batchSize?: number; seed?: number }): Promise<JigsawLosses> {
    return this.call('evaluate', data, options);
  }

  encode(tiles: Data): Promise<Matrix> {
    return this.call('encode', tiles);
  }

  solve(data: Data, options?: { seed?: number }): Promise<Solution> {
    return this.call('solve', data, options);
  }
}

/** Puts examples on the worker's device. Arrays whose memory is theirs alone move there, and are empty afterwards; others are copied. */
export async function dataset(gpu: Gpu, source: Uint8Array | Float32Array | Source | Matrix, options: object = {}): Promise<Dataset> {
  checkGpu('dataset', gpu);
  const handle = gpu.client.newHandle();
  const facts = await gpu.client.call<{ shape: number[]; labels?: Int32Array; length: number }>(library, 'dataset', [gpu, source, options], { makes: [handle], transfer: true });
  return new Dataset(gpu, handle, facts.shape, facts.labels, facts.length);
}

/** @throws OptionError */
export function checkGpu(where: string, gpu: Gpu): void {
  if (!(gpu instanceof Gpu)) throw new OptionError(`${where}: takes a Gpu that this module's openGpu has opened`);
}

/** Calls one of the library's functions that make a model. */
export async function makeModel<F, M>(Kind: new (client: Client, handles: Handle[], facts: F) => M, gpu: Gpu, maker: string, argument: unknown): Promise<M> {
  checkGpu(maker, gpu);
  const { client } = gpu;
  const handles = [client.newHandle(), client.newHandle(), client.newHandle()];
  return new Kind(client, handles, await client.call<F>(library, maker, [gpu, argument], { makes: handles }));
}
