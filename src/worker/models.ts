/**
 * The page's proxies for models in the worker. Getters of the models are fields here that the worker has sent, and
 * synchronous methods return promises here.
 */
import type { Labels } from '../data/labels.ts';
import type { SaveOptions } from '../models/saving/checkpoint.ts';
import type { ClassifierLosses, Prediction } from '../models/classifier.ts';
import type { FitOptions, History, Training } from '../models/training/fit-options.ts';
import type { GanFitOptions, GanLosses } from '../models/gan.ts';
import type { JigsawLosses, Solution } from '../models/jigsaw.ts';
import type { AnyLoss, Losses } from '../models/training/losses.ts';
import type { SampleLabels } from '../models/parts/condition.ts';
import type { LayerInfo } from '../models/parts/network.ts';
import type { OnnxPart } from '../models/saving/onnx.ts';
import type { Indices } from '../models/downstream/indices.ts';
import type { LikelihoodOptions } from '../models/downstream/likelihood.ts';
import type { SamplerFit, SamplerOptions } from '../models/downstream/sampler.ts';
import type { Matrix } from '../runtime/tensor.ts';
import { Remote, type Client } from './client.ts';
import { checkGpu, type Data, type Examples, type Gpu, type Labelled } from './data.ts';
import { library, type Handle } from './protocol.ts';

/** The data of a network that do not change, which the worker sends once. */
export interface NetworkFacts {
  inputShape: number[];
  outputShape: number[];
  parameterCount: number;
  summary: string;
  layers: LayerInfo[];
}

/** A list of layers with their weights. The networks of a model share the model's weights. */
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

  predict(data: Examples): Promise<Matrix> {
    return this.call('predict', data);
  }
}

export interface ModelFacts {
  summary: string;
  layers: LayerInfo[];
  networks: NetworkFacts[];
}

/** The base of the proxies of all models. */
export abstract class Model<F extends ModelFacts> extends Remote {
  /** The networks in the order of the model's table of layers. */
  protected readonly networks: readonly Network[];

  /** @internal */
  constructor(
    client: Client,
    [handle, ...others]: readonly Handle[],
    protected readonly facts: F,
  ) {
    super(client, handle);
    this.networks = facts.networks.map((each, i) => new Network(client, others[i], each));
  }

  weights(): Promise<Record<string, Matrix>> {
    return this.call('weights');
  }

  /** Sets some or all weights by name. Rejects with ShapeError or DataError; then no weight is set. */
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

  /** Starts a training in the worker, with the fit's options and the data. */
  protected train<L extends AnyLoss = Losses>(options: FitOptions<L, never>, ...data: unknown[]): Training<L> {
    return this.client.train<L>(this.handle, 'fit', data, options);
  }

  dispose(): void {
    void this.call('dispose').catch(() => {}); // With the device, all of it is gone.
  }
}

/**
 * An autoencoder whose weights and data are in the worker. See `Autoencoder` in `latentgpu` for the contract of each
 * method.
 */
export class Autoencoder extends Model<ModelFacts> {
  get encoder(): Network {
    return this.networks[0];
  }

  get decoder(): Network {
    return this.networks[1];
  }

  get discriminator(): Network | undefined {
    return this.networks.at(2);
  }

  get codeSize(): number {
    return this.encoder.outputShape.reduce((product, n) => product * n, 1);
  }

  fit(data: Examples, options: FitOptions<Losses, Examples>): Training {
    return this.train(options as FitOptions<Losses, never>, data);
  }

  async pretrain(data: Examples, options: FitOptions<Losses, Examples>): Promise<History[]> {
    return this.client.train<Losses>(
      this.handle,
      'pretrain',
      [data],
      options as FitOptions<Losses, never>,
    ) as unknown as Promise<History[]>;
  }

  evaluate(data: Examples, options?: { batchSize?: number; seed?: number }): Promise<Losses> {
    return this.call('evaluate', data, options);
  }

  encode(data: Examples, options?: { labels?: Labels }): Promise<Matrix> {
    return this.call('encode', data, options);
  }

  posterior(data: Examples): Promise<{ mean: Matrix; logvar: Matrix }> {
    return this.call('posterior', data);
  }

  indices(data: Examples): Promise<Indices> {
    return this.call('indices', data);
  }

  decode(codes: Matrix | Float32Array | Indices, options?: { labels?: Labels }): Promise<Matrix> {
    return this.call('decode', codes, options);
  }

  reconstruct(data: Examples, options?: { labels?: Labels }): Promise<Matrix> {
    return this.call('reconstruct', data, options);
  }

  corrupt(data: Examples, options?: { seed?: number }): Promise<Matrix> {
    return this.call('corrupt', data, options);
  }

  errors(data: Examples, options?: { perFeature?: boolean }): Promise<Float32Array> {
    return this.call('errors', data, options);
  }

  logLikelihood(data: Examples, options?: LikelihoodOptions): Promise<Float32Array> {
    return this.call('logLikelihood', data, options);
  }

  fitSampler(data: Examples, options?: SamplerOptions): Promise<SamplerFit> {
    return this.call('fitSampler', data, options);
  }

  sample(count: number, options?: { seed?: number } & SampleLabels): Promise<Matrix> {
    return this.call('sample', count, options);
  }

  interpolate(
    from: Examples,
    to: Examples,
    steps: number,
    options?: { path?: 'linear' | 'spherical' },
  ): Promise<Matrix> {
    return this.call('interpolate', from, to, steps, options);
  }

  traverse(data: Examples, dimension: number, values: number[]): Promise<Matrix> {
    return this.call('traverse', data, dimension, values);
  }

  toOnnx(part?: OnnxPart): Promise<Uint8Array<ArrayBuffer>> {
    return this.call('toOnnx', part);
  }
}

/** A classifier in the worker; see `Classifier` in `latentgpu`. */
export class Classifier extends Model<ModelFacts & { classes: number }> {
  get encoder(): Network {
    return this.networks[0];
  }

  get head(): Network {
    return this.networks[1];
  }

  get classes(): number {
    return this.facts.classes;
  }

  fit(data: Data, labels: Labels, options: FitOptions<ClassifierLosses, Labelled>): Training<ClassifierLosses> {
    return this.train(options as FitOptions<ClassifierLosses, never>, data, labels);
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
  get encoder(): Network {
    return this.networks[0];
  }

  get head(): Network {
    return this.networks[1];
  }

  get permutations(): readonly Uint8Array[] {
    return this.facts.permutations;
  }

  fit(data: Data, options: FitOptions<JigsawLosses, Data>): Training<JigsawLosses> {
    return this.train(options as FitOptions<JigsawLosses, never>, data);
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

/** A GAN in the worker; see `Gan` in `latentgpu`. */
export class Gan extends Model<ModelFacts> {
  get generator(): Network {
    return this.networks[0];
  }

  get discriminator(): Network {
    return this.networks[1];
  }

  fit(data: Data, options: GanFitOptions<Data>): Training<GanLosses> {
    return this.train(options as FitOptions<GanLosses, never>, data);
  }

  evaluate(data: Data, options?: { batchSize?: number; seed?: number }): Promise<GanLosses> {
    return this.call('evaluate', data, options);
  }

  sample(count: number, options?: { seed?: number }): Promise<Matrix> {
    return this.call('sample', count, options);
  }

  score(data: Data): Promise<Float32Array> {
    return this.call('score', data);
  }

  toOnnx(part?: 'generator' | 'discriminator'): Promise<Uint8Array<ArrayBuffer>> {
    return this.call('toOnnx', part);
  }
}

/**
 * Calls a function of the library that makes a model. The class of the proxy may depend on the facts that the worker
 * sends.
 */
export async function makeModel<F, M>(
  kindOf: (facts: F) => new (client: Client, handles: Handle[], facts: F) => M,
  gpu: Gpu,
  maker: string,
  ...args: unknown[]
): Promise<M> {
  checkGpu(maker, gpu);
  const { client } = gpu;
  // One for the model, and one for each network that a model can have.
  const handles = Array.from({ length: 4 }, () => client.newHandle());
  const facts = await client.call<F>(library, maker, [gpu, ...args], { makes: handles });
  const Kind = kindOf(facts);
  return new Kind(client, handles, facts);
}
