/** What the worker has to know of a model of any kind beside its data: whatever else there is to see of it is its kind's own. */
import type { Autoencoder, Dataset, Gan, LayerInfo, Training } from '../../../src/index.ts';
import type { FileKind, LossPoint, Opened, Verdict } from '../protocol.ts';
import type { Settings } from '../settings.ts';
import type { Collection } from './examples.ts';

/** What a run asks of each fit, whatever is trained. */
export interface Fitting {
  epochs?: number;
  steps?: number;
  batchSize: number;
  progressEveryMs?: number;
  frameBudgetMs: number;
  onProgress(progress: { step: number; loss?: number }): void;
  onEpochEnd(losses: Omit<LossPoint, 'at'>): void;
}

/** Layer by layer, before all of them together. */
export interface Pretraining {
  epochs: number;
  batchSize: number;
  frameBudgetMs: number;
  signal: AbortSignal;
  onProgress(progress: { stage?: number; stages?: number }): void;
}

/** What there is to say of a model that has been opened. */
export type Outline = Pick<Opened, 'shown' | 'widths' | 'parameters' | 'codeSize' | 'normalizing'>;

export interface Subject {
  readonly model: Autoencoder | Gan;
  readonly collection: Collection;
  readonly training: Dataset;
  fit(settings: Settings, fitting: Fitting): Pick<Training, 'pause' | 'resume' | 'stop'> & Promise<Trained>;
  pretrain?(settings: Settings, options: Pretraining): Promise<unknown>;
  judge(at: number): Promise<Verdict>;
  /** of the same draws each time; `label`: as `Requests` has it */
  samples(label: number): Promise<Float32Array>;
  file(kind: FileKind): Promise<Uint8Array>;
  outline(settings: Settings): Outline;
  /** Frees the model and the data. */
  dispose(): void;
}

/** What a run wants of a fit's history. */
export interface Trained {
  steps: number;
  loss: number[];
}

export const parametersOf = (layers: LayerInfo[]): number => layers.reduce((sum, layer) => sum + layer.parameters, 0);

/** One after the other, behind what goes into the first. */
export const widthsOf = (first: number, layers: LayerInfo[]): number[] => [
  first,
  ...layers.map(({ outputShape }) => outputShape.reduce((product, n) => product * n, 1)),
];

/** Those that are trained on; `without`: a class that is not, or -1. */
export function trainedOn(all: Dataset, { trained, count, labels }: Collection, without: number): Dataset {
  const taken = trained === count ? all : all.take(trained);
  return without < 0 ? taken : taken.filter((_, i) => labels?.[i] !== without);
}

/** Few examples are all trained on, and held out as well. */
export const heldOut = (all: Dataset, { trained, count }: Collection): Dataset =>
  trained === count ? all : all.filter((_, i) => i >= trained);
