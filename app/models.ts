import {
  adam,
  autoencoder,
  contractive,
  cosine,
  dense,
  stochasticContractive,
  type Gan,
  type Jigsaw,
  type Penalty,
} from '../src/index.ts';
import { pcaErrors } from './analysis/pca.ts';
import {
  denoiser,
  dictionaryOf,
  enlarger,
  kerasConvolutional,
  puzzleSolver,
  residualStack,
  stack,
  tileRestorer,
  type Puzzle,
} from './architectures.ts';
import { contraction } from './figures/contraction.ts';
import { dictionary } from './figures/dictionary.ts';
import type { Trained } from './figures/figure.ts';
import { loss } from './figures/loss.ts';
import { puzzles } from './figures/puzzles.ts';
import { reconstructions } from './figures/reconstructions.ts';
import { denoising, superResolution, tileOrder } from './figures/restoration.ts';
import { subspace } from './figures/subspace.ts';
import type facts from './models.json';
import { featuresOf, type Build, type Model } from './models/entry.ts';
import { generative } from './models/generative.ts';
import type { Reference } from './pictures/lossCurve.ts';

/** What can be trained: one entry here and one, with what the command line must know, in models.json. */
export type ModelName = keyof typeof facts;

/** Those that are no autoencoders. */
interface Others {
  gan: Model<Gan>;
  jigsaw: Model<Jigsaw>;
}

export const models: Record<Exclude<ModelName, keyof Others>, Model> & Others = {
  simple: {
    title: 'Simple autoencoder',
    unit: 'binary cross-entropy a pixel',
    references: [
      { name: 'Keras blog', value: 0.09 },
      { name: 'lowest possible', value: 0.058 }, // grey pixels have an entropy of their own, which no model can beat
    ],
    build: (gpu, shape, seed) =>
      autoencoder(gpu, {
        input: featuresOf(shape),
        encoder: [dense(32, 'relu')],
        decoder: [dense(featuresOf(shape), 'sigmoid')],
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
    build: (gpu, shape, seed) =>
      autoencoder(gpu, {
        input: featuresOf(shape),
        encoder: [dense(32)],
        decoder: [dense(featuresOf(shape))],
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
    build: (gpu, shape, seed) => stack(gpu, featuresOf(shape), seed),
    optimizer: () => adam(1e-3),
    pretrained: true,
    figures: [reconstructions, loss],
  },

  residual: {
    title: 'Residual autoencoder',
    unit: 'squared error a pixel',
    references: [],
    yardstick: pcaError,
    build: (gpu, shape, seed) => residualStack(gpu, featuresOf(shape), seed),
    optimizer: () => adam(1e-3),
    figures: [reconstructions, loss],
  },

  denoising: {
    title: 'Denoising autoencoder',
    unit: 'binary cross-entropy a pixel',
    references: [],
    build: (gpu, shape, seed) => denoiser(gpu, featuresOf(shape), 0.5, seed),
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

  'sparse-dictionary': {
    title: 'Sparse dictionary',
    unit: 'squared error a pixel',
    references: [],
    build: (gpu, shape, seed) => dictionaryOf(gpu, featuresOf(shape), seed),
    optimizer: () => adam(1e-3),
    figures: [dictionary, reconstructions, loss],
  },

  ...generative,

  convolutional: {
    title: 'Convolutional autoencoder',
    unit: 'binary cross-entropy a pixel',
    references: [{ name: 'Keras blog, 50 epochs', value: 0.094 }],
    build: (gpu, _, seed) => kerasConvolutional(gpu, seed),
    optimizer: () => adam(1e-3),
    figures: [reconstructions, loss],
  },

  'super-resolution': {
    title: 'Super-resolution',
    unit: 'binary cross-entropy a pixel',
    references: [],
    build: (gpu, shape, seed) => enlarger(gpu, shape, 4, seed),
    optimizer: () => adam(1e-3),
    figures: [superResolution(4), loss],
  },

  tiles: {
    title: 'Tiles put in order',
    unit: 'binary cross-entropy a pixel',
    references: [],
    build: tileRestorer,
    optimizer: () => adam(1e-3),
    figures: [tileOrder, loss],
  },

  jigsaw: {
    title: 'Jigsaw puzzles',
    unit: 'nats a puzzle',
    references: [],
    yardstick: () => ({ name: 'guessing', value: Math.log(puzzle.permutations) }),
    build: (gpu, shape, seed) => puzzleSolver(gpu, shape, puzzle, seed),
    optimizer: () => adam(1e-3),
    figures: [puzzles, loss],
  },
};

const puzzle: Puzzle = { tiles: 3, permutations: 30 };

/** What a code of that size could do if it were linear. */
function pcaError({ model, test, components }: Omit<Trained, 'references'>): Reference {
  const size = model.codeSize;
  return { name: 'PCA', value: pcaErrors(components(), test.pixels, size)[size] };
}

function oneSigmoidLayer(penalty?: Penalty): Build {
  return (gpu, shape, seed) =>
    autoencoder(gpu, {
      input: featuresOf(shape),
      encoder: [dense(100, 'sigmoid')],
      decoder: [dense(featuresOf(shape), 'sigmoid')],
      loss: 'bce',
      penalty: penalty ?? [],
      seed,
    });
}
