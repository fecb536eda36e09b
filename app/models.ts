import {
  adam,
  adversarial,
  autoencoder,
  contractive,
  cosine,
  dense,
  gaussian,
  mmd,
  stochasticContractive,
  type Autoencoder,
  type Gpu,
  type Jigsaw,
  type Layer,
  type Optimizer,
  type Penalty,
} from '../src/index.ts';
import { pcaErrors } from './analysis/pca.ts';
import {
  denoiser,
  enlarger,
  kerasConvolutional,
  puzzleSolver,
  stack,
  tileRestorer,
  type ImageShape,
  type Puzzle,
} from './architectures.ts';
import { codes } from './figures/codes.ts';
import { contraction } from './figures/contraction.ts';
import type { DrawFigure, Trained } from './figures/figure.ts';
import { interpolations } from './figures/interpolations.ts';
import { loss } from './figures/loss.ts';
import { manifold } from './figures/manifold.ts';
import { puzzles } from './figures/puzzles.ts';
import { reconstructions } from './figures/reconstructions.ts';
import { denoising, superResolution, tileOrder } from './figures/restoration.ts';
import { samples } from './figures/samples.ts';
import { subspace } from './figures/subspace.ts';
import type facts from './models.json';
import type { Reference } from './pictures/lossCurve.ts';
import type { AnySubject } from './subject.ts';

/** What can be trained: one entry here and one, with what the command line must know, in models.json. */
export type ModelName = keyof typeof facts;

/** `shape` is that of one image. */
export type Build<M extends AnySubject = Autoencoder> = (gpu: Gpu, shape: ImageShape, seed: number) => Promise<M>;

export interface Model<M extends AnySubject = Autoencoder> {
  title: string;
  /** what its losses are measured in */
  unit: string;
  /** figures on MNIST that its test loss is compared with */
  references: Reference[];
  /** the same, computed here from the same images */
  yardstick?: (trained: Omit<Trained<M>, 'references'>) => Reference;
  build: Build<M>;
  /** `steps`: how many the training has */
  optimizer(steps: number): Optimizer;
  /** its layers are trained one by one before the whole */
  pretrained?: boolean;
  /** models that are trained in the same way, to compare it with */
  rivals?: { name: string; build: Build<M> }[];
  figures: DrawFigure<M>[];
}

/** Not all are autoencoders. */
export const models: Record<Exclude<ModelName, 'jigsaw'>, Model> & Record<'jigsaw', Model<Jigsaw>> = {
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
  adversarial: {
    title: 'Adversarial autoencoder with a code of two numbers',
    unit: 'nats a pixel, and the adversary’s part',
    references: [],
    build: pulled(2, adversarial([dense(128, 'relu'), dense(128, 'relu')], { weight: 0.02 })),
    optimizer: () => adam(1e-3),
    figures: [manifold, codes, samples, reconstructions, interpolations, loss],
  },
  wae: {
    title: 'Wasserstein autoencoder',
    unit: 'nats a pixel, and the discrepancy’s part',
    references: [],
    build: pulled(8, mmd(0.05)),
    optimizer: () => adam(1e-3),
    figures: [samples, reconstructions, interpolations, loss],
  },
  'vae-gan': {
    title: 'VAE/GAN',
    unit: 'nats an image, and the adversary’s part',
    references: [],
    build: variational(dense(256, 'relu'), 20, adversarial([dense(256, 'leakyRelu')], { on: 'output', weight: 20 })),
    optimizer: () => adam(1e-3),
    figures: [samples, reconstructions, interpolations, loss],
  },

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

const featuresOf = ([height, width, channels]: ImageShape): number => height * width * channels;

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

/** A plain encoder and decoder, whose codes a penalty pulls to a prior. */
function pulled(code: number, penalty: Penalty): Build {
  return (gpu, shape, seed) =>
    autoencoder(gpu, {
      input: featuresOf(shape),
      encoder: [dense(256, 'relu'), dense(code)],
      decoder: [dense(256, 'relu'), dense(featuresOf(shape), 'sigmoid')],
      loss: 'bce',
      penalty,
      seed,
    });
}

function variational(hidden: Layer, code: number, penalty: Penalty[] | Penalty = []): Build {
  return (gpu, shape, seed) =>
    autoencoder(gpu, {
      input: featuresOf(shape),
      encoder: [hidden, gaussian(code, { beta: 1 })],
      decoder: [hidden, dense(featuresOf(shape), 'sigmoid')],
      loss: 'bce',
      penalty,
      seed,
    });
}
