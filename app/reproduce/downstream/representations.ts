/** Models that are trained on images alone, each with a code of 32 numbers. */
import {
  adam,
  autoencoder,
  contractive,
  conv2d,
  convTranspose2d,
  dense,
  downsample,
  flatten,
  gaussian,
  gaussianNoise,
  jigsaw,
  reshape,
  type AutoencoderSpec,
  type Gpu,
  type Matrix,
  type Network,
} from '../../../src/index.ts';
import { pcaCodes } from '../../analysis/pca.ts';
import { standardTiles } from '../../analysis/tiles.ts';
import type { ExampleSet, Work } from '../row.ts';

export const codeSize = 32;

/** What an image becomes. */
export interface Representation {
  name: string;
  encode(set: ExampleSet): Promise<Matrix>;
  /** The network from whole images to their codes, if there is one: trained, and with its initial weights. */
  encoder?: { trained: Network; fresh(seed: number): Promise<{ encoder: Network; dispose(): void }> };
  dispose(): void;
}

export interface Training {
  epochs: number;
  batch: number;
  rate: number;
  seed: number;
}

type Parts = Pick<AutoencoderSpec, 'encoder' | 'decoder' | 'corrupt' | 'penalty' | 'tied'>;

const shallow = { encoder: [dense(codeSize, 'relu')], decoder: [dense(784, 'sigmoid')] } satisfies Parts;

const strided = { stride: 2, padding: 'same' } as const;
const convolutional = {
  encoder: [conv2d(16, 3, 'relu', strided), conv2d(32, 3, 'relu', strided), flatten(), dense(codeSize)],
  decoder: [
    dense(7 * 7 * 32, 'relu'),
    reshape([7, 7, 32]),
    convTranspose2d(16, 3, 'relu', strided),
    convTranspose2d(1, 3, 'sigmoid', strided),
  ],
} satisfies Parts;

const family: Record<string, Parts> = {
  simple: shallow,
  denoising: { ...shallow, corrupt: gaussianNoise(0.5) },
  // As in Rifai et al. 2011: a decoder of its own could undo what the penalty does to the encoder.
  contractive: {
    encoder: [dense(codeSize, 'sigmoid')],
    decoder: [dense(784, 'sigmoid')],
    tied: true,
    penalty: contractive(1e-4),
  },
  variational: {
    encoder: [dense(400, 'relu'), gaussian(codeSize)],
    decoder: [dense(400, 'relu'), dense(784, 'sigmoid')],
  },
  convolutional,
  'super-resolution': { ...convolutional, corrupt: downsample(4) },
};

export const pixelsOf = ({ pixels, count }: ExampleSet): Matrix => ({
  data: Float32Array.from(pixels, (byte) => byte / 255),
  shape: [count, 784],
});

/** One after the other, so that only one lies on the device. */
export async function* representations(work: Work, training: Training): AsyncGenerator<Representation> {
  yield { name: 'raw pixels', encode: async (set) => pixelsOf(set), dispose() {} };
  await work.say('principal components in float64');
  const components = work.components();
  yield { name: `PCA-${codeSize}`, encode: async ({ pixels }) => pcaCodes(components, pixels, codeSize), dispose() {} };
  for (const [name, parts] of Object.entries(family)) yield autoencoding(work, training, name, parts);
  yield solving(work, training);
}

async function autoencoding(
  { gpu, train, fit }: Work,
  { epochs, batch, rate, seed }: Training,
  name: string,
  parts: Parts,
): Promise<Representation> {
  const model = await make(gpu, parts, seed);
  await fit(name, model, train.data, { epochs, batchSize: batch, optimizer: adam(rate) });
  return {
    name,
    encode: ({ data }) => model.encode(data),
    encoder: { trained: model.encoder, fresh: (seed) => make(gpu, parts, seed) },
    dispose: () => model.dispose(),
  };
}

const make = (gpu: Gpu, parts: Parts, seed: number) =>
  autoencoder(gpu, {
    input: parts.encoder.some(({ name }) => name === 'conv2d') ? [28, 28, 1] : 784,
    loss: 'bce',
    ...parts,
    seed,
  });

/** Its code of an image is those of the image's four quarters, a quarter as long each. */
async function solving({ gpu, train, fit }: Work, { epochs, batch, rate, seed }: Training): Promise<Representation> {
  const tiles = 2;
  const model = await jigsaw(gpu, {
    input: [28, 28, 1],
    tiles,
    permutations: 24,
    encoder: [conv2d(16, 3, 'relu', strided), conv2d(32, 3, 'relu', strided), flatten(), dense(codeSize / tiles ** 2)],
    head: [dense(256, 'relu')],
    seed,
  });
  await fit('jigsaw', model, train.data, { epochs, batchSize: batch, optimizer: adam(rate) });
  const [height, width] = model.encoder.inputShape;
  return {
    name: 'jigsaw',
    async encode({ pixels, shape, count }) {
      const { data } = await model.encode(standardTiles({ pixels, shape }, tiles, [height, width]));
      return { data, shape: [count, codeSize] };
    },
    dispose: () => model.dispose(),
  };
}
