/** The members of the family that new images can be drawn from. */
import {
  adam,
  adversarial,
  autoencoder,
  cosine,
  dense,
  dropout,
  gan,
  gaussian,
  mmd,
  type Gan,
  type Layer,
  type Penalty,
} from '../../src/index.ts';
import { samplesByLabel } from '../figures/byLabel.ts';
import { codebook } from '../figures/codebook.ts';
import { codes, codesAndPrior } from '../figures/codes.ts';
import { interpolations } from '../figures/interpolations.ts';
import { learning } from '../figures/learning.ts';
import { loss } from '../figures/loss.ts';
import { manifold } from '../figures/manifold.ts';
import { reconstructions } from '../figures/reconstructions.ts';
import { samples, samplesByFrequency } from '../figures/samples.ts';
import { sides } from '../figures/sides.ts';
import { quantised } from '../architectures.ts';
import { featuresOf, type Build, type Model } from './entry.ts';

type Name = 'variational' | 'variational-2d' | 'iwae' | 'conditional' | 'adversarial' | 'wae' | 'vae-gan' | 'vq';

export const generative: Record<Name, Model> & Record<'gan', Model<Gan>> = {
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

  iwae: {
    title: 'Importance-weighted autoencoder',
    unit: 'nats an image, the bound of five samples',
    references: [],
    build: (gpu, shape, seed) =>
      autoencoder(gpu, {
        input: featuresOf(shape),
        encoder: [dense(200, 'relu'), gaussian(20, { samples: 5 })],
        decoder: [dense(200, 'relu'), dense(featuresOf(shape), 'sigmoid')],
        loss: 'bce',
        seed,
      }),
    optimizer: () => adam(1e-3),
    figures: [reconstructions, samples, interpolations, loss],
  },

  conditional: {
    title: 'Conditional variational autoencoder',
    unit: 'nats an image, β = 4',
    references: [],
    build: (gpu, shape, seed) =>
      autoencoder(gpu, {
        input: featuresOf(shape),
        // With β = 1 the code still says which digit it is after a few epochs, and what is drawn is often another than the one asked for.
        encoder: [dense(256, 'relu'), gaussian(10, { beta: 4 })],
        decoder: [dense(256, 'relu'), dense(featuresOf(shape), 'sigmoid')],
        loss: 'bce',
        condition: { classes: 10 },
        seed,
      }),
    optimizer: () => adam(1e-3),
    figures: [samplesByLabel, loss],
  },

  adversarial: {
    title: 'Adversarial autoencoder with a code of two numbers',
    unit: 'nats a pixel, and the adversary’s part',
    references: [],
    build: pulled(2, adversarial([dense(128, 'relu'), dense(128, 'relu')], { weight: 0.02 })),
    optimizer: () => adam(1e-3),
    sampled: true,
    figures: [manifold, codesAndPrior, learning, samples, reconstructions, interpolations, sides, loss],
  },

  wae: {
    title: 'Wasserstein autoencoder',
    unit: 'nats a pixel, and the discrepancy’s part',
    references: [],
    build: pulled(8, mmd(0.05)),
    optimizer: () => adam(1e-3),
    sampled: true,
    figures: [samples, learning, reconstructions, interpolations, loss],
  },

  'vae-gan': {
    title: 'VAE/GAN',
    unit: 'nats an image, and the adversary’s part',
    references: [],
    build: variational(dense(256, 'relu'), 20, adversarial([dense(256, 'leakyRelu')], { on: 'output', weight: 20 })),
    optimizer: () => adam(1e-3),
    sampled: true,
    figures: [samples, learning, reconstructions, interpolations, sides, loss],
  },

  vq: {
    title: 'Vector-quantised autoencoder',
    unit: 'nats a pixel, and the commitment’s part',
    references: [],
    build: quantised,
    optimizer: () => adam(2e-3),
    figures: [reconstructions, codebook, samplesByFrequency, loss],
  },

  gan: {
    title: 'GAN',
    unit: 'nats, the generator’s loss',
    references: [],
    build: (gpu, shape, seed) =>
      gan(gpu, {
        code: 32,
        generator: [dense(256, 'relu'), dense(featuresOf(shape), 'sigmoid')],
        discriminator: [dropout(0.2), dense(256, 'leakyRelu'), dropout(0.3)],
        seed,
      }),
    // What is made comes to rest as the rate falls; at a steady one its pixels tremble from step to step.
    optimizer: (steps) => adam(cosine(1e-3, { steps, to: 1e-4 }), { beta1: 0.5 }),
    sampled: true,
    figures: [samples, learning, sides],
  },
};

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
