import type { Autoencoder, History, Losses } from '../../src/index.ts';
import type { Look } from '../pictures/look.ts';
import type { Reference } from '../pictures/lossCurve.ts';
import type { TestSet } from '../data.ts';

/** All that a figure may show. */
export interface Trained {
  model: Autoencoder;
  history: History;
  stepsPerEpoch: number;
  test: TestSet;
  testLosses: Losses;
  unit: string;
  references: Reference[];
}

/** A picture with its words. `draw` is called once for each look it is wanted in. */
export interface Figure {
  /** names the file */
  name: string;
  title: string;
  caption: string;
  draw(look: Look): HTMLCanvasElement;
}

/** Asks the model for what the picture needs; from then on drawing needs no GPU. */
export type DrawFigure = (trained: Trained) => Promise<Figure>;
