/** The functions of the library that the page may call in the worker. */
import { dataset } from '../data/make-dataset.ts';
import { series } from '../data/series.ts';
import { table } from '../data/table/table-dataset.ts';
import { autoencoder } from '../models/autoencoder.ts';
import { knnPredict, nearestNeighbors } from '../models/downstream/neighbors.ts';
import { classifier, gan, jigsaw } from '../models/make-model.ts';
import {
  readCorruptions,
  readLayers,
  readLosses,
  readNormalizations,
  readPenalties,
  readPriors,
} from '../models/parts/makers.ts';
import { Network } from '../models/parts/network.ts';
import { loadAutoencoder, loadClassifier, loadGan, loadJigsaw, type LoadOptions } from '../models/saving/load.ts';
import type { Gpu } from '../runtime/device.ts';
import { openGpu } from '../runtime/open.ts';
import { isPlain } from './protocol.ts';

export type Method = (...args: never[]) => unknown;

/** The functions by name. */
export const functions: Record<string, Method> = {
  openGpu,
  dataset,
  series,
  table,
  autoencoder: (gpu: Gpu, spec: Parameters<typeof autoencoder>[1]) => autoencoder(gpu, withParts(spec)),
  classifier: (gpu: Gpu, spec: Parameters<typeof classifier>[1]) => classifier(gpu, withParts(spec)),
  gan: (gpu: Gpu, spec: Parameters<typeof gan>[1]) => gan(gpu, withParts(spec)),
  jigsaw: (gpu: Gpu, spec: Parameters<typeof jigsaw>[1]) => jigsaw(gpu, withParts(spec)),
  loadAutoencoder: (gpu: Gpu, bytes: Uint8Array, options?: LoadOptions) =>
    loadAutoencoder(gpu, bytes, options && withParts(options)),
  loadClassifier,
  loadGan,
  loadJigsaw,
  nearestNeighbors,
  knnPredict,
};

/** Replaces plain data by parts of models. Values that are not parts are left for the model to refuse. */
function withParts<S extends object>(spec: S): S {
  if (!isPlain(spec)) return spec;
  const makers: Record<string, (parts: unknown[]) => unknown[]> = {
    encoder: readLayers,
    decoder: readLayers,
    generator: readLayers,
    discriminator: readLayers,
    head: readLayers,
    hidden: readLayers,
    corrupt: readCorruptions,
    penalty: readPenalties,
    loss: readLosses,
    losses: readLosses,
    normalize: readNormalizations,
    prior: readPriors,
  };
  const parts = Object.entries(spec).flatMap(([name, value]: [string, unknown]) => {
    const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
    if (!make || value instanceof Network) return [];
    if (Array.isArray(value)) return [[name, make(value)]];
    return isPlain(value) ? [[name, make([value])[0]]] : [];
  });
  return { ...spec, ...(Object.fromEntries(parts) as object) };
}
