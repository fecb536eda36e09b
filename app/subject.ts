import type { Autoencoder, Dataset, Gan, Jigsaw, LayerInfo, Matrix, Optimizer } from '../src/index.ts';
import type { Reports } from './progress.ts';

/** How well a model of any kind does. */
export interface Figures {
  loss: number;
  reconstruction?: number;
  kl?: number;
  penalty?: number;
  adversary?: number;
  mmd?: number;
  deadLatents?: number;
  dead?: number;
  commitment?: number;
  codebook?: number;
  perplexity?: number;
  generator?: number;
  discriminator?: number;
  accuracy?: number;
}

export interface JobHistory {
  epochs: Figures[];
  loss: number[];
  stopped: 'finished' | 'patience' | 'user';
  seconds: number;
  steps: number;
}

export interface FitSettings extends Reports {
  epochs?: number;
  steps?: number;
  batchSize: number;
  optimizer?: Optimizer;
  generator?: Optimizer;
  discriminator?: Optimizer;
}

/** What a job trains: what all models have in common. */
export interface Subject {
  fit(data: Dataset, options: FitSettings): Promise<JobHistory> & { stop(): void };
  evaluate(data: Dataset): Promise<Figures>;
  weights(): Promise<Record<string, Matrix>>;
  summary(): string;
  describe(): LayerInfo[];
}

export type AnySubject = Autoencoder | Gan | Jigsaw;

/** An optimizer as the model's `fit` takes it: of a GAN it is that of both sides. */
export const optimizers = (model: Subject, optimizer: Optimizer): Partial<FitSettings> =>
  'generator' in model ? { generator: optimizer, discriminator: optimizer } : { optimizer };
