/** The library's functions as a page calls them whose worker has the real ones. */
import type { AutoencoderSpec } from '../models/spec.ts';
import type { JigsawSpec } from '../models/jigsaw.ts';
import type { KnnOptions, Neighbors, NeighborsOptions } from '../models/neighbors.ts';
import type { Part } from '../models/part.ts';
import { checkGpu, type Gpu } from './data.ts';
import { Autoencoder, Classifier, Jigsaw, makeModel, type Network } from './models.ts';
import { library } from './protocol.ts';

/** Layers, corruptions and penalties are plain data here. */
type WithParts<S> = {
  [K in keyof S]: K extends 'encoder' | 'decoder' | 'head' | 'hidden'
    ? Part[]
    : K extends 'corrupt' | 'penalty'
      ? Part | Part[]
      : K extends 'normalize'
        ? Part
        : S[K];
};

export type WorkerAutoencoderSpec = WithParts<AutoencoderSpec>;
export type WorkerJigsawSpec = WithParts<JigsawSpec>;

export interface WorkerClassifierSpec {
  encoder: Network;
  classes: number;
  freeze?: boolean;
  hidden?: Part[];
  seed?: number;
}

export const autoencoder = (gpu: Gpu, spec: WorkerAutoencoderSpec): Promise<Autoencoder> =>
  makeModel(Autoencoder, gpu, 'autoencoder', spec);
export const classifier = (gpu: Gpu, spec: WorkerClassifierSpec): Promise<Classifier> =>
  makeModel(Classifier, gpu, 'classifier', spec);
export const jigsaw = (gpu: Gpu, spec: WorkerJigsawSpec): Promise<Jigsaw> => makeModel(Jigsaw, gpu, 'jigsaw', spec);

export const loadAutoencoder = (gpu: Gpu, bytes: Uint8Array): Promise<Autoencoder> =>
  makeModel(Autoencoder, gpu, 'loadAutoencoder', bytes);
export const loadClassifier = (gpu: Gpu, bytes: Uint8Array): Promise<Classifier> =>
  makeModel(Classifier, gpu, 'loadClassifier', bytes);
export const loadJigsaw = (gpu: Gpu, bytes: Uint8Array): Promise<Jigsaw> => makeModel(Jigsaw, gpu, 'loadJigsaw', bytes);

export async function nearestNeighbors(gpu: Gpu, options: NeighborsOptions): Promise<Neighbors> {
  checkGpu('nearestNeighbors', gpu);
  return gpu.client.call(library, 'nearestNeighbors', [gpu, options]);
}

export async function knnPredict(gpu: Gpu, options: KnnOptions): Promise<Int32Array> {
  checkGpu('knnPredict', gpu);
  return gpu.client.call(library, 'knnPredict', [gpu, options]);
}
