import type { Autoencoder } from '../../src/index.ts';
import type { Snapshot } from '../album.ts';
import type { Pca } from '../analysis/pca.ts';
import type { ImageSet, TestSet } from '../data.ts';
import type { Look } from '../pictures/look.ts';
import type { LossStage, Reference } from '../pictures/lossCurve.ts';
import type { AnySubject, Figures } from '../subject.ts';

/** All that a figure may show. */
export interface Trained<M extends AnySubject = Autoencoder> {
  /** in a word, to tell it from its rivals */
  name: string;
  model: M;
  /** its trainings in their order; mostly there is one */
  stages: LossStage[];
  stepsPerEpoch: number;
  /** the means of the last one over each of its epochs */
  epochs: Figures[];
  /** samples taken while it learned, if they were asked for */
  snapshots: Snapshot[];
  /** the images it was trained on */
  train: ImageSet;
  test: TestSet;
  testLosses: Figures;
  unit: string;
  references: Reference[];
  /** models trained in the same way, to compare it with */
  rivals: Rival<M>[];
  /** of the training images; computed when first asked for, which takes seconds */
  components(): Pca;
}

export interface Rival<M extends AnySubject = Autoencoder> {
  /** with a word on it if its training was cut short */
  name: string;
  model: M;
}

/** A picture with its words. `draw` is called once for each look it is wanted in. */
export interface Figure {
  /** names the file */
  name: string;
  title: string;
  caption: string;
  /** what it comes down to, for the head of the report */
  numbers?: NamedNumber[];
  draw(look: Look): HTMLCanvasElement;
}

export interface NamedNumber {
  name: string;
  value: number;
}

/** Asks the model for what the picture needs; from then on drawing needs no GPU. */
export type DrawFigure<M extends AnySubject = Autoencoder> = (trained: Trained<M>) => Promise<Figure>;
