/** The page's proxies for models in the worker. */
import type { Labels } from '../data/labels.ts';
import type { ClassifierLosses, Prediction } from '../models/classifier.ts';
import type { FitOptions, History, Training } from '../models/training/fit-options.ts';
import type { GanFitOptions, GanLosses } from '../models/gan.ts';
import type { JigsawLosses, Solution } from '../models/jigsaw.ts';
import type { Losses } from '../models/training/losses.ts';
import type { SampleLabels } from '../models/parts/condition.ts';
import type { OnnxPart } from '../models/saving/onnx.ts';
import type { Indices } from '../models/downstream/indices.ts';
import type { LikelihoodOptions } from '../models/downstream/likelihood.ts';
import type { SamplerFit, SamplerOptions } from '../models/downstream/sampler.ts';
import type { Matrix } from '../runtime/tensor.ts';
import type { Data, Examples, Labelled } from './data.ts';
import { Model, type ModelFacts, type Network } from './model.ts';

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
    return this.train(options, data);
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
    return this.train(options, data, labels);
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
    return this.train(options, data);
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
