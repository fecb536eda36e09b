/** What the page and the command line say to each other. Everything in here survives JSON; files travel as base64. */
import type { NamedNumber } from './figures/figure.ts';
import type { ModelName } from './models.ts';
import type { Outcome } from './outcome.ts';
import type { Reference } from './pictures/lossCurve.ts';
import type { Figures } from './subject.ts';

/** As given on the command line; what was not asked for is missing. */
export interface JobOptions {
  model: ModelName;
  epochs?: number;
  steps?: number;
  batch?: number;
  images?: number;
  seed: number;
  /** the data is MNIST: only then do the figures of others say anything */
  mnist: boolean;
}

/** The options with every default filled in. */
export interface JobSettings {
  model: ModelName;
  epochs?: number;
  /** of each training, where a job has several */
  steps: number;
  batch: number;
  images: number;
  testImages: number;
  seed: number;
}

export interface JobStart {
  title: string;
  /** one name each; a single one has none */
  trainings: string[];
  settings: JobSettings;
}

export interface JobProgress {
  /** where a job has several: the name of the one that runs */
  training?: string;
  /** of the whole job, from 0 to 1; if missing, this training is all there is */
  done?: number;
  /** in pretraining: which layer's turn it is, from 1 on */
  stage?: number;
  epoch: number;
  epochs: number;
  /** of all epochs, not of this one */
  step: number;
  steps: number;
  /** the newest that is known; when the epoch has ended, its mean */
  loss?: number;
  imagesPerSecond: number;
  secondsLeft: number;
  epochEnded: boolean;
}

export interface PictureFile {
  /** the file's name without its ending */
  name: string;
  title: string;
  caption: string;
  /** the picture that stands alone, title and all: a PNG as base64 */
  file: string;
  /** the same for a page that writes the title itself: light and dark, wide and narrow */
  variants: { theme: 'light' | 'dark'; size: 'wide' | 'narrow'; width: number; height: number; png: string }[];
}

/** A training beside the main one: of a layer before it, of a rival after it. */
export interface SideTraining {
  name: string;
  seconds: number;
  steps: number;
  epochs: Figures[];
  loss: number[];
  /** of a rival */
  test?: Figures;
}

/** The figures at its top are those of the model's training as a whole. */
export interface JobResult {
  title: string;
  unit: string;
  settings: JobSettings;
  adapter: { vendor: string; architecture: string; description: string; isFallback: boolean };
  summary: string;
  /** by hand: in which training, after how many of its steps */
  stopped?: { training: string; steps: number };
  /** the training alone */
  seconds: number;
  steps: number;
  imagesSeen: number;
  epochs: Figures[];
  loss: number[];
  test: Figures;
  references: Reference[];
  /** what the pictures come down to */
  numbers: NamedNumber[];
  pretraining: SideTraining[];
  rivals: SideTraining[];
  pictures: PictureFile[];
  weights: string;
}

export interface Job {
  run(options: JobOptions): Promise<Outcome<JobResult>>;
  /** Ends the training early; `run` goes on to the test and the pictures. */
  stop(): void;
}

declare global {
  interface Window {
    /** set by train.ts */
    job: Job;
    /** set by the command line before the page loads */
    jobStarted(start: JobStart): Promise<void>;
    jobProgress(progress: JobProgress): Promise<void>;
    /** the training is over; the test and the pictures follow */
    jobTrained(): Promise<void>;
  }
}
