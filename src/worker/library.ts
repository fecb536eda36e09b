/** The page's functions of the library, which call those in the worker. */
import type { AutoencoderSpec } from '../models/spec.ts';
import type { TableSpec } from '../models/table/spec.ts';
import type { GanSpec } from '../models/gan.ts';
import type { JigsawSpec } from '../models/jigsaw.ts';
import type { KnnOptions, Neighbors, NeighborsOptions } from '../models/downstream/neighbors.ts';
import type { Part } from '../models/parts/part.ts';
import { checkGpu, type Gpu } from './data.ts';
import type { Client } from './client.ts';
import { makeModel, type ModelFacts, type Network } from './model.ts';
import { Autoencoder, Classifier, Gan, Jigsaw } from './models.ts';
import type { Plain } from './parts.ts';
import { library, type Handle } from './protocol.ts';
import { TableAutoencoder } from './table-model.ts';

/** A spec with layers, corruptions, penalties, priors and losses as plain data. */
type WithParts<S> = { [K in keyof S]: Plain<S[K]> };

/** As `AutoencoderSpec` of `latentgpu`, with the parts as plain data. */
export type WorkerAutoencoderSpec = WithParts<AutoencoderSpec>;
/** As `TableSpec` of `latentgpu`, with the parts as plain data. */
export type WorkerTableSpec = WithParts<TableSpec>;
/** As `JigsawSpec` of `latentgpu`, with the parts as plain data. */
export type WorkerJigsawSpec = WithParts<JigsawSpec>;
/** As `GanSpec` of `latentgpu`, with the parts as plain data. */
export type WorkerGanSpec = WithParts<GanSpec>;

/** As `ClassifierSpec` of `latentgpu`, with the parts as plain data. */
export interface WorkerClassifierSpec {
  encoder: Network;
  classes: number;
  freeze?: boolean;
  hidden?: Part[];
  classWeights?: readonly number[];
  seed?: number;
}

type AutoencoderKind = new (client: Client, handles: Handle[], facts: ModelFacts) => Autoencoder | TableAutoencoder;
/** Returns the class of an autoencoder; a model of tables has columns. */
const autoencoderKind = (facts: ModelFacts) => ('columns' in facts ? TableAutoencoder : Autoencoder) as AutoencoderKind;

/** Makes an autoencoder for the rows of a table, in the worker. */
export function autoencoder(gpu: Gpu, spec: WorkerTableSpec): Promise<TableAutoencoder>;
/** Makes an autoencoder, in the worker. */
export function autoencoder(gpu: Gpu, spec: WorkerAutoencoderSpec): Promise<Autoencoder>;
export function autoencoder(
  gpu: Gpu,
  spec: WorkerAutoencoderSpec | WorkerTableSpec,
): Promise<Autoencoder | TableAutoencoder> {
  return makeModel(autoencoderKind, gpu, 'autoencoder', spec);
}
/** Makes a classifier on top of an encoder, in the worker. */
export const classifier = (gpu: Gpu, spec: WorkerClassifierSpec): Promise<Classifier> =>
  makeModel(() => Classifier, gpu, 'classifier', spec);
/** Makes a GAN, in the worker. */
export const gan = (gpu: Gpu, spec: WorkerGanSpec): Promise<Gan> => makeModel(() => Gan, gpu, 'gan', spec);
/** Makes a model that solves jigsaw puzzles, in the worker. */
export const jigsaw = (gpu: Gpu, spec: WorkerJigsawSpec): Promise<Jigsaw> =>
  makeModel(() => Jigsaw, gpu, 'jigsaw', spec);

/**
 * Makes the model in a file of `Autoencoder.save`, in the worker; for a model of tables use
 * `loadAutoencoder<TableAutoencoder>(gpu, bytes)`.
 */
export const loadAutoencoder = <M extends Autoencoder | TableAutoencoder = Autoencoder>(
  gpu: Gpu,
  bytes: Uint8Array,
  options?: { losses?: Part[] },
): Promise<M> => makeModel(autoencoderKind, gpu, 'loadAutoencoder', bytes, options) as Promise<M>;
/** Makes the classifier in a file of `Classifier.save`, in the worker. */
export const loadClassifier = (gpu: Gpu, bytes: Uint8Array): Promise<Classifier> =>
  makeModel(() => Classifier, gpu, 'loadClassifier', bytes);
/** Makes the GAN in a file of `Gan.save`, in the worker. */
export const loadGan = (gpu: Gpu, bytes: Uint8Array): Promise<Gan> => makeModel(() => Gan, gpu, 'loadGan', bytes);
/** Makes the model in a file of `Jigsaw.save`, in the worker. */
export const loadJigsaw = (gpu: Gpu, bytes: Uint8Array): Promise<Jigsaw> =>
  makeModel(() => Jigsaw, gpu, 'loadJigsaw', bytes);

/** Finds the k nearest codes of each query, on the worker's device. */
export async function nearestNeighbors(gpu: Gpu, options: NeighborsOptions): Promise<Neighbors> {
  checkGpu('nearestNeighbors', gpu);
  return gpu.client.call(library, 'nearestNeighbors', [gpu, options]);
}

/** Predicts the class of each query by a majority vote of its k nearest codes, on the worker's device. */
export async function knnPredict(gpu: Gpu, options: KnnOptions): Promise<Int32Array> {
  checkGpu('knnPredict', gpu);
  return gpu.client.call(library, 'knnPredict', [gpu, options]);
}
