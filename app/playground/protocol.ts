/** The messages between the page and its worker. The worker has the GPU, the data and the model, and the page draws. */
import type { Normalizing } from './normalizing.ts';
import type { Settings } from './settings.ts';

/** A visitor's own pictures with their shape and names. */
export interface Examples {
  name: string;
  /** The height, width and channels of one example. */
  shape: number[];
  /** The values, example by example; a byte counts as its value / 255. */
  values: Uint8Array;
  /** The name of each example. */
  names: string[];
}

/** Statistics of each pixel over the training examples. */
export interface PixelFigures {
  least: Float32Array;
  most: Float32Array;
  mean: Float32Array;
  deviation: Float32Array;
}

export interface OpenRequest {
  settings: Settings;
  /** The address of the folder with the digits. */
  digits: string;
  /** The address of the bundled model's file, if training begins with it. */
  bundled?: string;
  /** Whether to continue with the saved model, if it has these settings. */
  resume: boolean;
  /** A visitor's own examples, which are kept for later calls. */
  own?: Examples;
}

/** The terms of losses, and the figures reported with them, by the library's names. */
export const lossTerms = [
  'reconstruction',
  'kl',
  'penalty',
  'adversary',
  'mmd',
  'discriminator',
  'commitment',
  'perplexity',
  'deadLatents',
  'dead',
] as const;

export interface LossPoint extends Partial<Record<(typeof lossTerms)[number], number>> {
  /** The number of epochs when the loss was measured. */
  at: number;
  loss: number;
}

export interface History {
  /** The mean losses of epochs. */
  epochs: LossPoint[];
  /** The losses of some single steps. */
  steps: LossPoint[];
  /** The losses on held-out examples. */
  heldOut: LossPoint[];
}

export interface Opened {
  origin: 'new' | 'bundled' | 'saved';
  adapter: { name: string; software: boolean };
  data: {
    name: string;
    shape: number[];
    count: number;
    /** The number of training examples, which come first; the others are held out. */
    trained: number;
    labels?: Int32Array;
    classes: string[];
    /** The name of each example. */
    names: string[];
    /** The statistics of normalised pictures. */
    figures?: PixelFigures;
  };
  /** The rows and values of the examples that are shown with their reconstructions; none for a GAN. */
  shown: { rows: number[]; values: Float32Array };
  /** The widths of all layers in order; for a GAN, from the code through the example to the logit. */
  widths: number[];
  parameters: number;
  codeSize: number;
  normalizing: Normalizing;
  history: History;
  progress: Progress;
}

export interface Progress {
  training: boolean;
  /** In pretraining: the number of the layer in training, and the number of layers. */
  stage?: { layer: number; layers: number };
  steps: number;
  /** The number of epochs. */
  epochs: number;
  /** The seconds of training; undefined for the bundled model. */
  seconds?: number;
  imagesPerSecond: number;
  submitsPerSecond: number;
  /** The bytes on the device. */
  bytes: number;
}

/** The present outputs of the model for the data. */
export interface Look {
  /** The x and y of every example on the map. */
  points: Float32Array;
  /** The x and y of the middle of each class on the map. */
  middles: Float32Array;
  /** The shown examples after corruption, if the model has one. */
  seen?: Float32Array;
  reconstructions: Float32Array;
  /** The share of the codes' variance that the map shows, from 0 to 1. */
  share: number;
}

/** The present quality of the model on held-out examples. */
export interface Verdict {
  at: number;
  losses: Omit<LossPoint, 'at'>;
  /**
   * For models that reconstruct: the mean squared error of an element over all held-out examples, comparable to that of
   * PCA.
   */
  squaredError?: number;
  /** The share of held-out examples whose class wins the vote of their ten nearest neighbours by code. */
  probe?: number;
}

/**
 * Reference values for a model: the mean squared error of PCA with as many numbers, that of the mean alone, and the
 * lowest possible cross-entropy.
 */
export interface Yardsticks {
  pca?: number;
  mean: number;
  floor?: number;
}

/** The place of an example on the map, and its reconstruction. */
export interface Encoded {
  x: number;
  y: number;
  code: Float32Array;
  reconstruction: Float32Array;
  /** The reconstruction loss of this example. */
  error: number;
  /** For a Gaussian code: the variances along the map's axes, xx and yy, and their covariance xy. */
  ellipse?: { xx: number; xy: number; yy: number };
  /** For a conditional model: the example decoded with each label. */
  byLabel?: Float32Array;
  /** The rows and values of the nearest examples by code. */
  neighbors: { rows: number[]; values: Float32Array };
}

export interface Point {
  x: number;
  y: number;
}

export interface Scores {
  /** The reconstruction loss of every example. */
  scores: Float32Array;
  /** The number of training steps when the scores were computed. */
  steps: number;
}

/** The entries of a quantised code, and their use by examples. */
export interface CodebookLook {
  /** The shape of an example's grid of entries; empty for a code of one entry. */
  places: number[];
  /** The number of places in held-out examples that take each entry. */
  uses: Uint32Array;
  /** The decoded image of each entry, taken at all places. */
  pictures: Float32Array;
  /** The entries of the shown examples, place by place. */
  shown: Uint32Array;
}

/** One latent of a sparse code. */
export interface LatentLook {
  latent: number;
  /** The number of examples in which it is active. */
  uses: number;
  /** The values that it adds to an example. */
  direction: Float32Array;
  /** The rows of the examples in which it is largest. */
  rows: number[];
  activations: number[];
  values: Float32Array;
}

export interface DictionaryLook {
  latents: number;
  examples: number;
  /** The number of latents that are active in no example. */
  dead: number;
  page: LatentLook[];
}

/** The number of samples that are shown. */
export const sampleCount = 60;
export const samplesAcross = 10;

export type FileKind = 'safetensors' | 'onnx';

/** Each request, with its argument and its answer. */
export interface Requests {
  open(ask: OpenRequest): Opened;
  play(): Progress;
  pause(): Progress;
  step(): Progress;
  /** Applies learning rate, optimizer and batch size at once. */
  adjust(ask: Settings): Progress;
  pace(ask: 'full' | 'slow'): void;
  look(): Look;
  /**
   * Returns samples, [samples, features], of the same draws in each call. A conditional model takes a label, or −1 for
   * ten draws with each label.
   */
  samples(ask: number): Float32Array;
  /** Sets the label with which places, codes and drawings are decoded from now on. */
  tell(ask: number): void;
  codebook(): CodebookLook;
  /**
   * Returns `count` latents of a sparse code from number `from` on, ordered by the number of examples in which they are
   * active.
   */
  dictionary(ask: { from: number; count: number }): DictionaryLook;
  judge(): Verdict;
  yardsticks(): Yardsticks;
  /** Decodes a place on the map to an example. */
  decode(ask: Point): Float32Array;
  /** Decodes codes, [examples, code], to examples. */
  decodeCodes(ask: Float32Array): Float32Array;
  encode(ask: Float32Array): Encoded;
  /** Decodes `count` places on the way from one place to another. */
  walk(ask: { from: Point; to: Point; count: number }): Float32Array;
  /** Returns the code of a place. */
  codeAt(ask: Point): Float32Array;
  rows(ask: number[]): Float32Array;
  scores(): Scores;
  file(ask: FileKind): Uint8Array;
  save(): void;
  forget(): void;
}

export type RequestName = keyof Requests;
export type Ask<K extends RequestName> = Parameters<Requests[K]>[0];
export type Answer<K extends RequestName> = ReturnType<Requests[K]>;

/** An error as data, since a message keeps its name and text but not its class. */
export interface Trouble {
  name: string;
  message: string;
}

export type ToWorker = { id: number; name: RequestName; ask: unknown };

export type FromWorker =
  | { kind: 'answer'; id: number; answer: unknown }
  | { kind: 'failure'; id: number; trouble: Trouble }
  /** Progress of training, sent without a request, with the losses since the last report. */
  | { kind: 'progress'; progress: Progress; news: History }
  /** An error that has ended training. */
  | { kind: 'trouble'; trouble: Trouble };
