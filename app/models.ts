import {
  adam,
  autoencoder,
  contractive,
  cosine,
  dense,
  gaussian,
  gaussianNoise,
  stochasticContractive,
  type Autoencoder,
  type Gpu,
  type Layer,
  type Optimizer,
  type Penalty,
} from '../src/index.ts';
import { pcaErrors } from './analysis/pca.ts';
import { codes } from './figures/codes.ts';
import { contraction } from './figures/contraction.ts';
import { denoising } from './figures/denoising.ts';
import type { DrawFigure, Trained } from './figures/figure.ts';
import { interpolations } from './figures/interpolations.ts';
import { loss } from './figures/loss.ts';
import { manifold } from './figures/manifold.ts';
import { reconstructions } from './figures/reconstructions.ts';
import { samples } from './figures/samples.ts';
import { subspace } from './figures/subspace.ts';
import type facts from './models.json';
import type { Reference } from './pictures/lossCurve.ts';

/** What can be trained: one entry here and one, with what the command line must know, in models.json. */
export type ModelName = keyof typeof facts;

/** `features` is the number of pixels of one image. */
export type Build = (gpu: Gpu, features: number, seed: number) => Promise<Autoencoder>;

export interface Model {
  title: string;
  /** what its losses are measured in */
  unit: string;
  /** figures on MNIST that its test loss is compared with */
  references: Reference[];
  /** the same, computed here from the same images */
  yardstick?: (trained: Omit<Trained, 'references'>) => Reference;
  build: Build;
  /** `steps`: how many the training has */
  optimizer(steps: number): Optimizer;
  /** its layers are trained one by one before the whole */
  pretrained?: boolean;
  /** models that are trained in the same way, to compare it with */
  rivals?: { name: string; build: Build }[];
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

  linear: {
    title: 'Linear autoencoder',
    unit: 'squared error a pixel',
    references: [],
    yardstick: pcaError,
    build: (gpu, features, seed) =>
      autoencoder(gpu, {
        input: features,
        encoder: [dense(32)],
        decoder: [dense(features)],
        loss: 'mse',
        seed,
      }),
    optimizer: (steps) => adam(cosine(3e-3, { steps, to: 1e-5 })),
    figures: [reconstructions, subspace, loss],
  },

  stacked: {
    title: 'Stacked autoencoder',
    unit: 'squared error a pixel',
    references: [],
    yardstick: pcaError,
    build: (gpu, features, seed) =>
      autoencoder(gpu, {
        input: features,
        encoder: [dense(128, 'relu'), dense(64, 'relu'), dense(30)],
        decoder: [dense(64, 'relu'), dense(128, 'relu'), dense(features, 'sigmoid')],
        loss: 'mse',
        seed,
      }),
    optimizer: () => adam(1e-3),
    pretrained: true,
    figures: [reconstructions, loss],
  },

  denoising: {
    title: 'Denoising autoencoder',
    unit: 'binary cross-entropy a pixel',
    references: [],
    build: (gpu, features, seed) =>
      autoencoder(gpu, {
        input: features,
        encoder: [dense(128, 'relu')],
        decoder: [dense(features, 'sigmoid')],
        loss: 'bce',
        corrupt: gaussianNoise(0.5),
        seed,
      }),
    optimizer: () => adam(1e-3),
    figures: [denoising, reconstructions, loss],
  },

  'stochastic-contractive': {
    title: 'Stochastic contractive autoencoder',
    unit: 'binary cross-entropy a pixel',
    references: [],
    build: oneSigmoidLayer(stochasticContractive(0.1, 0.1)),
    optimizer: () => adam(1e-3),
    rivals: [
      { name: 'contractive', build: oneSigmoidLayer(contractive(1e-3)) },
      { name: 'plain', build: oneSigmoidLayer() },
    ],
    figures: [contraction, reconstructions, loss],
  },

  contractive: {
    title: 'Contractive autoencoder',
    unit: 'binary cross-entropy a pixel',
    references: [],
    build: oneSigmoidLayer(contractive(1e-3)),
    optimizer: () => adam(1e-3),
    rivals: [{ name: 'plain', build: oneSigmoidLayer() }],
    figures: [contraction, reconstructions, loss],
  },

  variational: {
    title: 'Variational autoencoder',
    unit: 'nats an image',
    references: [{ name: 'PyTorch’s example, 10 epochs', value: 105.6 }],
    build: variational(dense(400, 'relu'), 20),
    optimizer: () => adam(1e-3),
    figures: [reconstructions, samples, interpolations, loss],
  },

  'variational-2d': {
    title: 'Variational autoencoder with a code of two numbers',
    unit: 'nats an image',
    references: [],
    build: variational(dense(256, 'relu'), 2),
    optimizer: () => adam(1e-3),
    figures: [manifold, codes, reconstructions, interpolations, loss],
  },
};

/** What a code of that size could do if it were linear. */
function pcaError({ model, test, components }: Omit<Trained, 'references'>): Reference {
  const size = model.codeSize;
  return { name: 'PCA', value: pcaErrors(components(), test.pixels, size)[size] };
}

function oneSigmoidLayer(penalty?: Penalty): Build {
  return (gpu, features, seed) =>
    autoencoder(gpu, {
      input: features,
      encoder: [dense(100, 'sigmoid')],
      decoder: [dense(features, 'sigmoid')],
      loss: 'bce',
      penalty: penalty ?? [],
      seed,
    });
}

function variational(hidden: Layer, code: number): Build {
  return (gpu, features, seed) =>
    autoencoder(gpu, {
      input: features,
      encoder: [hidden, gaussian(code, { beta: 1 })],
      decoder: [hidden, dense(features, 'sigmoid')],
      loss: 'bce',
      seed,
    });
}
