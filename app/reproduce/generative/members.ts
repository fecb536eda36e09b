/** The models whose samples are judged, all of the same width. */
import {
  adam,
  adversarial,
  autoencoder,
  contractive,
  dense,
  dropout,
  gan,
  gaussian,
  mmd,
  type Autoencoder,
  type AutoencoderSpec,
  type Dataset,
  type Gpu,
  type Matrix,
} from '../../../src/index.ts';
import type { Reports } from '../../progress.ts';

/** How all of them are trained. */
export interface Training {
  data: Dataset;
  batch: number;
  rate: number;
  seed: number;
  /** Gaussians in a mixture of codes */
  components: number;
}

/** A model in training. */
export interface Generator {
  /** Comes before the first epoch. */
  begin?(reports: Reports): Promise<unknown>;
  /** `share`: how much of its time has passed, from 0 to 1. */
  epoch(reports: Reports, share: number): Promise<unknown>;
  sample(count: number): Promise<Matrix>;
  /** Samples that something is left out of. */
  control?(count: number): Promise<Matrix>;
  dispose(): void;
}

export interface Member {
  title: string;
  /** Its layers and other particulars. */
  layers: string;
  /** A published figure of a similar model. */
  paper?: { figure: string; source: string };
  /** The property that the control lacks. */
  control?: string;
  make(gpu: Gpu, training: Training): Promise<Generator>;
}

const width = 256;
const hidden = () => dense(width, 'relu');
const pixels = () => dense(784, 'sigmoid');

export const members: Record<string, Member> = {
  contractive: {
    title: 'stacked contractive autoencoder',
    layers: `784-${width}-16 and back, sigmoid, tied; contractive(1e-5, estimated); one epoch a layer first; samples from a mixture of its codes`,
    control: 'one Gaussian for the mixture',
    paper: { figure: '121 ± 1.6', source: 'Bengio et al. 2013, its samples from a Markov chain' },
    make: async (gpu, training) => {
      const model = await autoencoder(gpu, {
        input: 784,
        encoder: [dense(width, 'sigmoid'), dense(16, 'sigmoid')],
        decoder: [dense(width, 'sigmoid'), pixels()],
        loss: 'bce',
        tied: true,
        penalty: contractive(1e-5, { estimate: true }),
        seed: training.seed,
      });
      const { data, batch, rate, components } = training;
      const { sample, ...rest } = trained(model, training);
      const mixed = async (components: number, count: number) => {
        await model.fitSampler(data, { components });
        return sample(count);
      };
      return {
        ...rest,
        begin: (reports) => model.pretrain(data, { epochs: 1, batchSize: batch, optimizer: adam(rate), ...reports }),
        sample: (count) => mixed(components, count),
        control: (count) => mixed(1, count),
      };
    },
  },
  gan: {
    title: 'GAN',
    layers: `a code of 32, generator ${width}-784, relu and sigmoid; discriminator ${width}, leakyRelu, dropout 0.2 before and 0.3 behind it; batch 64, adam with β₁ = 0.5, its rate falling from 1e-3 to 1e-4`,
    paper: { figure: '225 ± 2', source: 'Goodfellow et al. 2014' },
    make: async (gpu, { data, seed }) => {
      const model = await gan(gpu, {
        code: 32,
        generator: [hidden(), pixels()],
        discriminator: [dropout(0.2), dense(width, 'leakyRelu'), dropout(0.3)],
        seed,
      });
      return {
        // What is made comes to rest as the rate falls; at a steady one its pixels tremble from step to step.
        epoch: (reports, share) => {
          const optimizer = adam(1e-3 * (1 - 0.9 * share), { beta1: 0.5 });
          const options = { epochs: 1, batchSize: 64, generator: optimizer, discriminator: optimizer };
          return model.fit(data, { ...options, ...reports });
        },
        sample: (count) => model.sample(count, { seed: 1 }),
        dispose: () => model.dispose(),
      };
    },
  },
  adversarial: {
    title: 'adversarial autoencoder',
    layers: `784-${width}-${width}-8 and back, relu; discriminator ${width}-${width}, weight 0.02`,
    paper: { figure: '340 ± 2', source: 'Makhzani et al. 2015' },
    make: pulled({ penalty: adversarial([hidden(), hidden()], { weight: 0.02 }) }),
  },
  variational: {
    title: 'variational autoencoder',
    layers: `784-${width}-${width}-8 and back, relu, a Gaussian code`,
    make: pulled({ encoder: [hidden(), hidden(), gaussian(8)] }),
  },
  wasserstein: {
    title: 'Wasserstein autoencoder (MMD)',
    layers: `784-${width}-${width}-8 and back, relu; mmd(0.05)`,
    paper: { figure: '282 ± 2', source: 'Li et al. 2015, GMMN + AE: an MMD to codes' },
    make: pulled({ penalty: mmd(0.05) }),
  },
  'vae-gan': {
    title: 'VAE/GAN',
    layers: `784-${width}-${width}-8 and back, relu, a Gaussian code; discriminator of the output ${width}, leakyRelu, weight 20`,
    make: pulled({
      encoder: [hidden(), hidden(), gaussian(8)],
      penalty: adversarial([dense(width, 'leakyRelu')], { on: 'output', weight: 20 }),
    }),
  },
};

/** A code of 8 numbers that something pulls to N(0, I). */
function pulled(parts: Partial<AutoencoderSpec>): Member['make'] {
  return async (gpu, training) =>
    trained(
      await autoencoder(gpu, {
        input: 784,
        encoder: [hidden(), hidden(), dense(8)],
        decoder: [hidden(), hidden(), pixels()],
        loss: 'bce',
        ...parts,
        seed: training.seed,
      }),
      training,
    );
}

const trained = (model: Autoencoder, { data, batch, rate }: Training): Generator => ({
  epoch: (reports) => model.fit(data, { epochs: 1, batchSize: batch, optimizer: adam(rate), ...reports }),
  sample: (count) => model.sample(count, { seed: 1 }),
  dispose: () => model.dispose(),
});
