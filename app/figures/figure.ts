import type { Autoencoder, Losses } from '../../src/index.ts';
import type { Pca } from '../analysis/pca.ts';
import type { ImageSet, TestSet } from '../data.ts';
import type { Look } from '../pictures/look.ts';
import type { LossStage, Reference } from '../pictures/lossCurve.ts';

/** All that a figure may show. */
export interface Trained {
  /** in a word, to tell it from its rivals */
  name: string;
  model: Autoencoder;
  /** its trainings in their order; mostly there is one */
  stages: LossStage[];
  stepsPerEpoch: number;
  /** the images it was trained on */
  train: ImageSet;
  test: TestSet;
  testLosses: Losses;
  unit: string;
  references: Reference[];
  /** models trained in the same way, to compare it with */
  rivals: Rival[];
  /** of the training images; computed when first asked for, which takes seconds */
  components(): Pca;
}

export interface Rival {
  /** with a word on it if its training was cut short */
  name: string;
  model: Autoencoder;
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
export type DrawFigure = (trained: Trained) => Promise<Figure>;
