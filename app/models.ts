import { adam, autoencoder, dense, type Autoencoder, type Gpu, type Optimizer } from '../src/index.ts';
import type { DrawFigure } from './figures/figure.ts';
import { loss } from './figures/loss.ts';
import { reconstructions } from './figures/reconstructions.ts';
import type facts from './models.json';
import type { Reference } from './pictures/lossCurve.ts';

/** What can be trained: one entry here and one, with what the command line must know, in models.json. */
export type ModelName = keyof typeof facts;

export interface Model {
  title: string;
  /** what its losses are measured in */
  unit: string;
  /** figures on MNIST that its test loss is compared with */
  references: Reference[];
  /** `features` is the number of pixels of one image */
  build(gpu: Gpu, features: number, seed: number): Promise<Autoencoder>;
  optimizer(): Optimizer;
  figures: DrawFigure[];
}

export const models: Record<ModelName, Model> = {
  simple: {
    title: 'Simple autoencoder',
    unit: 'binary cross-entropy a pixel',
    references: [
      { name: 'Keras blog', value: 0.09 },
      { name: 'lowest possible', value: 0.058 }, // grey pixels have an entropy of their own, which no model can beat
    ],
    build: (gpu, features, seed) =>
      autoencoder(gpu, {
        input: features,
        encoder: [dense(32, 'relu')],
        decoder: [dense(features, 'sigmoid')],
        loss: 'bce',
        seed,
      }),
    optimizer: () => adam(1e-3),
    figures: [reconstructions, loss],
  },
};
