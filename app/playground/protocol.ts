/** What the page and its worker say to each other. The worker has the GPU, the data and the model; the page has the pictures. */
import type { ExampleKind, Normalizing } from './shapes.ts';
import type { Settings } from './settings.ts';

/** Which of the visitor's examples each one is: the page has them in another order. */
export interface Origin {
  /** of a table: rows of the file below its header, from 0 */
  rows?: Uint32Array;
  /** of pictures: names of files, or of a collection's images */
  names?: string[];
}

/** Examples with what belongs to them, as a visitor brings them. */
export interface Examples {
  name: string;
  kind: ExampleKind;
  /** of one example */
  shape: number[];
  /** row after row; bytes mean value / 255 */
  values: Uint8Array | Float32Array;
  labels?: Int32Array;
  /** the names of the classes */
  classes?: string[];
  /** of a table */
  columns?: string[];
  /** of pictures */
  names?: string[];
}

/** Of each column of a table or pixel of a picture, over the examples trained on. */
export interface ColumnFigures {
  least: Float32Array;
  most: Float32Array;
  mean: Float32Array;
  deviation: Float32Array;
}

export interface OpenRequest {
  settings: Settings;
  /** where the digits lie: a folder's address */
  digits: string;
  /** the address of the bundled model's file, if that is what to begin with */
  bundled?: string;
  /** go on with what was saved last, if it has these settings */
  resume: boolean;
  /** a visitor's examples; kept for later calls */
  own?: Examples;
}

/** What a loss may be made of, and what is told beside it, under the library's names. */
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
  /** passes over the data, when it was taken */
  at: number;
  loss: number;
}

export interface History {
  /** means over epochs */
  epochs: LossPoint[];
  /** of single steps, now and then */
  steps: LossPoint[];
  /** on examples held out */
  heldOut: LossPoint[];
}

export interface Opened {
  origin: 'new' | 'bundled' | 'saved';
  adapter: { name: string; software: boolean };
  data: {
    name: string;
    kind: ExampleKind;
    shape: number[];
    count: number;
    /** the first of the examples; the others are held out */
    trained: number;
    labels?: Int32Array;
    classes: string[];
    columns?: string[];
    origin: Origin;
    /** a column with values outside of [0, 1], which not every loss can work with as they are */
    beyond?: string;
    /** of a table, and of pictures that are normalised */
    figures?: ColumnFigures;
  };
  /** rows of the examples that are shown with their reconstructions, and their values; of a GAN, which has none, no rows */
  shown: { rows: number[]; values: Float32Array };
  /** widths of the layers, from end to end; of a GAN, from a code over an example to a logit */
  widths: number[];
  parameters: number;
  codeSize: number;
  normalizing: Normalizing;
  history: History;
  progress: Progress;
}

export interface Progress {
  training: boolean;
  /** in pretraining: which layer's turn it is, and of how many */
  stage?: { layer: number; layers: number };
  steps: number;
  /** passes over the data */
  epochs: number;
  /** of training, by the clock; unknown of a model that came with the page */
  seconds?: number;
  imagesPerSecond: number;
  submitsPerSecond: number;
  /** on the device */
  bytes: number;
}

/** What the model makes of the data just now. */
export interface Look {
  /** x and y of every example on the map */
  points: Float32Array;
  /** the middle of each class on the map, x and y */
  middles: Float32Array;
  /** what the examples shown look like to the model, where something is done to them first */
  seen?: Float32Array;
  reconstructions: Float32Array;
  /** how much of the codes' variance the map shows, from 0 to 1 */
  share: number;
}

/** How good it is just now, on examples held out. */
export interface Verdict {
  at: number;
  losses: Omit<LossPoint, 'at'>;
  /** of what reconstructs: mean squared error of an element over all examples held out, as PCA's */
  squaredError?: number;
  /** share of held-out examples whose ten nearest neighbours by code vote for their class */
  probe?: number;
}

/** What it is compared with: the mean squared error of PCA with as many numbers, and of the mean alone; the lowest possible cross-entropy. */
export interface Yardsticks {
  pca?: number;
  mean: number;
  floor?: number;
}

/** Where an example lies, and what becomes of it. */
export interface Encoded {
  x: number;
  y: number;
  code: Float32Array;
  reconstruction: Float32Array;
  /** the reconstruction loss of it alone */
  error: number;
  /** of a Gaussian code: standard deviations along the map's axes, and their covariance */
  ellipse?: { xx: number; xy: number; yy: number };
  /** of a model that is told labels: what its code decodes to with each of them */
  byLabel?: Float32Array;
  /** the nearest examples by code, and their values */
  neighbors: { rows: number[]; values: Float32Array };
}

export interface Point {
  x: number;
  y: number;
}

export interface Scores {
  /** reconstruction loss of every example */
  scores: Float32Array;
  /** of training, when they were taken */
  steps: number;
}

/** The entries of a quantised code, and which of them examples take. */
export interface CodebookLook {
  /** sides of an example's grid of entries; none where its code is one entry */
  places: number[];
  /** in how many places of the examples held out each entry is taken */
  uses: Uint32Array;
  /** what is decoded where all places have the same entry, entry by entry */
  pictures: Float32Array;
  /** the entries of the examples shown, place by place */
  shown: Uint32Array;
}

/** One latent of a sparse code. */
export interface LatentLook {
  latent: number;
  /** how many examples have it */
  uses: number;
  /** what it adds to an example */
  direction: Float32Array;
  /** the examples in which it is largest, how large it is there, and their values */
  rows: number[];
  activations: number[];
  values: Float32Array;
}

export interface DictionaryLook {
  latents: number;
  examples: number;
  /** latents that no example has */
  dead: number;
  page: LatentLook[];
}

/** How many samples are shown. */
export const sampleCount = 60;
export const samplesAcross = 10;

export type FileKind = 'safetensors' | 'onnx';

/** Each request with what it asks and what it is answered. */
export interface Requests {
  open(ask: OpenRequest): Opened;
  play(): Progress;
  pause(): Progress;
  step(): Progress;
  /** rate, optimizer, batch size: taken over at once */
  adjust(ask: Settings): Progress;
  pace(ask: 'full' | 'slow'): void;
  look(): Look;
  /** what is made of the same draws each time, [samples, features]; of a model that is told labels, for one of them, or for −1 ten draws with each */
  samples(ask: number): Float32Array;
  /** the label that places, codes and drawings are decoded with from now on */
  tell(ask: number): void;
  codebook(): CodebookLook;
  /** so many latents of a sparse code, from one of them on in the order of how many examples have them */
  dictionary(ask: { from: number; count: number }): DictionaryLook;
  judge(): Verdict;
  yardsticks(): Yardsticks;
  /** a place on the map as an example */
  decode(ask: Point): Float32Array;
  /** a whole code as examples, [examples, code] */
  decodeCodes(ask: Float32Array): Float32Array;
  encode(ask: Float32Array): Encoded;
  /** the way from one place to the other, in so many pictures */
  walk(ask: { from: Point; to: Point; count: number }): Float32Array;
  /** the code of a place */
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

/** An error loses its class on the way; its name and message do not. */
export interface Trouble {
  name: string;
  message: string;
}

export type ToWorker = { id: number; name: RequestName; ask: unknown };

export type FromWorker =
  | { kind: 'answer'; id: number; answer: unknown }
  | { kind: 'failure'; id: number; trouble: Trouble }
  /** not asked for: how training goes on, with the losses since the last one */
  | { kind: 'progress'; progress: Progress; news: History }
  /** training ended in an error */
  | { kind: 'trouble'; trouble: Trouble };
