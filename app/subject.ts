import type { Autoencoder, Dataset, Jigsaw, LayerInfo, Matrix, Optimizer } from '../src/index.ts';
import type { Reports } from './progress.ts';

/** How well a model of any kind does. */
export interface Figures {
  loss: number;
  reconstruction?: number;
  kl?: number;
  penalty?: number;
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
  optimizer: Optimizer;
}

/** What a job trains: what all models have in common. */
export interface Subject {
  fit(data: Dataset, options: FitSettings): Promise<JobHistory> & { stop(): void };
  evaluate(data: Dataset): Promise<Figures>;
  weights(): Promise<Record<string, Matrix>>;
  summary(): string;
  describe(): LayerInfo[];
}

export type AnySubject = Autoencoder | Jigsaw;
