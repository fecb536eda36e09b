/** What the page and the command line say to each other. Everything in here survives JSON; files travel as base64. */
import type { NamedNumber } from './figures/figure.ts';
import type { ModelName } from './models.ts';
import type { Outcome } from './outcome.ts';
import type { Reference } from './pictures/lossCurve.ts';
import type { Figures } from './subject.ts';

/** The options of the command line; those that were not given are undefined. */
export interface JobOptions {
  model: ModelName;
  epochs?: number;
  steps?: number;
  batch?: number;
  images?: number;
  seed: number;
  /** Whether the data are MNIST, so that published figures apply. */
  mnist: boolean;
}

/** The options with every default filled in. */
export interface JobSettings {
  model: ModelName;
  epochs?: number;
  /** The number of steps of each training. */
  steps: number;
  batch: number;
  images: number;
  testImages: number;
  seed: number;
}

export interface JobStart {
  title: string;
  /** The names of the trainings; a single one has an empty name. */
  trainings: string[];
  settings: JobSettings;
}

export interface JobProgress {
  /** The name of the running training, if the job has several. */
  training?: string;
  /** The finished part of the whole job, from 0 to 1; undefined if it has a single training. */
  done?: number;
  /** In pretraining: the number of the layer, counted from 1. */
  stage?: number;
  epoch: number;
  epochs: number;
  /** The number of finished steps of all epochs. */
  step: number;
  steps: number;
  /** The newest known loss; at the end of an epoch, its mean. */
  loss?: number;
  imagesPerSecond: number;
  secondsLeft: number;
  epochEnded: boolean;
}

export interface PictureFile {
  /** The name of the file, without its ending. */
  name: string;
  title: string;
  caption: string;
  /** The picture with its title inside: a PNG as base64. */
  file: string;
  /** The picture without a title, for pages: light and dark, wide and narrow. */
  variants: { theme: 'light' | 'dark'; size: 'wide' | 'narrow'; width: number; height: number; png: string }[];
}

/** A training beside the main one: of a layer before it, of a rival after it. */
export interface SideTraining {
  name: string;
  seconds: number;
  steps: number;
  epochs: Figures[];
  loss: number[];
  /** The losses on the test images, for a rival. */
  test?: Figures;
}

/** The figures at its top are those of the model's training as a whole. */
export interface JobResult {
  title: string;
  unit: string;
  settings: JobSettings;
  adapter: { vendor: string; architecture: string; description: string; isFallback: boolean };
  summary: string;
  /** The training that was stopped by hand, and the number of its steps. */
  stopped?: { training: string; steps: number };
  /** The duration of the training alone. */
  seconds: number;
  steps: number;
  imagesSeen: number;
  epochs: Figures[];
  loss: number[];
  test: Figures;
  references: Reference[];
  /** The main results that the pictures show. */
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
    /** The job of this page, which train.ts sets. */
    job: Job;
    /** The command line sets these functions before the page loads. */
    jobStarted(start: JobStart): Promise<void>;
    jobProgress(progress: JobProgress): Promise<void>;
    /** Tells that training has ended; the test and the pictures follow. */
    jobTrained(): Promise<void>;
  }
}
