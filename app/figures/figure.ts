import type { Autoencoder } from '../../src/index.ts';
import type { Snapshot } from '../album.ts';
import type { Pca } from '../analysis/pca.ts';
import type { ImageSet, TestSet } from '../data.ts';
import type { Look } from '../pictures/look.ts';
import type { LossStage, Reference } from '../pictures/lossCurve.ts';
import type { AnySubject, Figures } from '../subject.ts';

/** All that a figure may show. */
export interface Trained<M extends AnySubject = Autoencoder> {
  /** A short name that tells it from its rivals. */
  name: string;
  model: M;
  /** Its trainings in their order; most models have one. */
  stages: LossStage[];
  stepsPerEpoch: number;
  /** The mean losses of each epoch of the last training. */
  epochs: Figures[];
  /** The samples that were taken during training, if they were requested. */
  snapshots: Snapshot[];
  /** The images that it was trained on. */
  train: ImageSet;
  test: TestSet;
  testLosses: Figures;
  unit: string;
  references: Reference[];
  /** Models that were trained in the same way, for comparison. */
  rivals: Rival<M>[];
  /** Returns the principal components of the training images. The first call takes seconds. */
  components(): Pca;
}

export interface Rival<M extends AnySubject = Autoencoder> {
  /** The name, with a remark if its training was cut short. */
  name: string;
  model: M;
}

/** A picture with its words. `draw` is called once for each look it is wanted in. */
export interface Figure {
  /** The name of the file. */
  name: string;
  title: string;
  caption: string;
  /** The main results, for the head of the report. */
  numbers?: NamedNumber[];
  draw(look: Look): HTMLCanvasElement;
}

export interface NamedNumber {
  name: string;
  value: number;
}

/** Asks the model for what the picture needs; from then on drawing needs no GPU. */
export type DrawFigure<M extends AnySubject = Autoencoder> = (trained: Trained<M>) => Promise<Figure>;
