/**
 * The interface of a model with its data to the worker, for all kinds of models. Each kind has further methods for its
 * own views.
 */
import type { Autoencoder, Dataset, Gan, LayerInfo, Training } from '../../../src/index.ts';
import type { FileKind, LossPoint, Opened, Verdict } from '../protocol.ts';
import type { Settings } from '../settings.ts';
import type { Collection } from './examples.ts';

/** The options of each fit of a run, for all kinds of models. */
export interface Fitting {
  epochs?: number;
  steps?: number;
  batchSize: number;
  progressEveryMs?: number;
  frameBudgetMs: number;
  onProgress(progress: { step: number; loss?: number }): void;
  onEpochEnd(losses: Omit<LossPoint, 'at'>): void;
}

/** The options of pretraining layer by layer. */
export interface Pretraining {
  epochs: number;
  batchSize: number;
  frameBudgetMs: number;
  signal: AbortSignal;
  onProgress(progress: { stage?: number; stages?: number }): void;
}

/** The description of an open model. */
export type Outline = Pick<Opened, 'shown' | 'widths' | 'parameters' | 'codeSize' | 'normalizing'>;

export interface Subject {
  readonly model: Autoencoder | Gan;
  readonly collection: Collection;
  readonly training: Dataset;
  fit(settings: Settings, fitting: Fitting): Pick<Training, 'pause' | 'resume' | 'stop'> & Promise<Trained>;
  pretrain?(settings: Settings, options: Pretraining): Promise<unknown>;
  judge(at: number): Promise<Verdict>;
  /** Returns samples of the same draws each time; for `label` see `Requests`. */
  samples(label: number): Promise<Float32Array>;
  file(kind: FileKind): Promise<Uint8Array>;
  outline(settings: Settings): Outline;
  /** Frees the model and the data. */
  dispose(): void;
}

/** The parts of a fit's history that a run uses. */
export interface Trained {
  steps: number;
  loss: number[];
}

export const parametersOf = (layers: LayerInfo[]): number => layers.reduce((sum, layer) => sum + layer.parameters, 0);

/** Returns the width of the input and those of the layers, in order. */
export const widthsOf = (first: number, layers: LayerInfo[]): number[] => [
  first,
  ...layers.map(({ outputShape }) => outputShape.reduce((product, n) => product * n, 1)),
];

/** Returns the training examples; `without` is a class that is left out, or -1. */
export function trainedOn(all: Dataset, { trained, count, labels }: Collection, without: number): Dataset {
  const taken = trained === count ? all : all.take(trained);
  return without < 0 ? taken : taken.filter((_, i) => labels?.[i] !== without);
}

/** Returns the held-out examples; if there are few, all of them are both training and held-out examples. */
export const heldOut = (all: Dataset, { trained, count }: Collection): Dataset =>
  trained === count ? all : all.filter((_, i) => i >= trained);
