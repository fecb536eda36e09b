/** Models of images that more than one command trains. */
import {
  autoencoder,
  conv2d,
  convTranspose2d,
  deadLatents,
  dense,
  downsample,
  flatten,
  gaussianNoise,
  jigsaw,
  maxPool2d,
  reshape,
  residual,
  shuffleTiles,
  topK,
  unitNorm,
  upsample2d,
  vectorQuantizer,
  type Autoencoder,
  type AutoencoderSpec,
  type Gpu,
  type Jigsaw,
  type JigsawSpec,
} from '../src/index.ts';

/** Height, width and channels. */
export type ImageShape = [number, number, number];

const same = { padding: 'same' } as const;

/** features-128-64-30 and back. `depth`: only as many of its layers, from the outside in, with their counterparts. */
export function stack(gpu: Gpu, features: number, seed: number, depth = 3): Promise<Autoencoder> {
  const encoder = [dense(128, 'relu'), dense(64, 'relu'), dense(30)];
  const decoder = [dense(64, 'relu'), dense(128, 'relu'), dense(features, 'sigmoid')];
  return autoencoder(gpu, {
    input: features,
    encoder: encoder.slice(0, depth),
    decoder: decoder.slice(-depth),
    loss: 'mse',
    seed,
  });
}

/** features-128-30 and back, with two pairs of layers on each side that add to their input. */
export const residualStack = (gpu: Gpu, features: number, seed: number): Promise<Autoencoder> => {
  const blocks = () => [1, 2].map(() => residual([dense(128, 'relu'), dense(128)]));
  return autoencoder(gpu, {
    input: features,
    encoder: [dense(128, 'relu'), ...blocks(), dense(30)],
    decoder: [dense(128, 'relu'), ...blocks(), dense(features, 'sigmoid')],
    loss: 'mse',
    seed,
  });
};

/** features-128-features for Gaussian noise; without any, the plain one beside it. */
export const denoiser = (gpu: Gpu, features: number, stddev: number | undefined, seed: number): Promise<Autoencoder> =>
  autoencoder(gpu, {
    input: features,
    encoder: [dense(128, 'relu')],
    decoder: [dense(features, 'sigmoid')],
    loss: 'bce',
    corrupt: stddev === undefined ? [] : gaussianNoise(stddev),
    seed,
  });

/** One sigmoid layer with tied weights, as in Rifai et al. 2011: a decoder of its own could undo what a penalty does to the encoder. */
export const tiedSigmoid = (
  gpu: Gpu,
  units: number,
  seed: number,
  parts: Partial<AutoencoderSpec>,
): Promise<Autoencoder> =>
  autoencoder(gpu, {
    input: 784,
    encoder: [dense(units, 'sigmoid')],
    decoder: [dense(784, 'sigmoid')],
    loss: 'bce',
    tied: true,
    seed,
    ...parts,
  });

/** 784-128-code-128-784: narrow enough to know only what it has seen. */
export const watchman = (gpu: Gpu, code: number, seed: number): Promise<Autoencoder> =>
  autoencoder(gpu, {
    input: 784,
    encoder: [dense(128, 'relu'), dense(code, 'relu')],
    decoder: [dense(128, 'relu'), dense(784, 'sigmoid')],
    loss: 'bce',
    seed,
  });

/** A sum of 20 of 512 entries of length 1. */
export const dictionaryOf = (gpu: Gpu, features: number, seed: number): Promise<Autoencoder> =>
  autoencoder(gpu, {
    input: features,
    encoder: [dense(512), topK(20)],
    decoder: [dense(features)],
    loss: 'mse',
    penalty: [unitNorm(), deadLatents()],
    seed,
  });

/** Two strides down, and at each place left one of 64 entries of a codebook. */
export const quantised = (gpu: Gpu, shape: ImageShape, seed: number): Promise<Autoencoder> => {
  const half = { stride: 2, ...same };
  return autoencoder(gpu, {
    input: shape,
    encoder: [conv2d(16, 3, 'relu', half), conv2d(32, 3, 'relu', half), conv2d(16, 1), vectorQuantizer(64)],
    decoder: [
      convTranspose2d(32, 3, 'relu', { stride: 2, padding: 1, outputPadding: 1 }),
      convTranspose2d(16, 3, 'relu', { stride: 2, padding: 1, outputPadding: 1 }),
      conv2d(shape[2], 3, 'sigmoid', same),
    ],
    loss: 'bce',
    seed,
  });
};

/** The Keras blog's (F. Chollet, 2016): of 28 × 28, since its one convolution without padding is there to come back to 28. */
export const kerasConvolutional = (gpu: Gpu, seed: number): Promise<Autoencoder> =>
  autoencoder(gpu, {
    input: [28, 28, 1],
    encoder: [
      conv2d(16, 3, 'relu', same),
      maxPool2d(2, same),
      conv2d(8, 3, 'relu', same),
      maxPool2d(2, same),
      conv2d(8, 3, 'relu', same),
      maxPool2d(2, same),
    ],
    decoder: [
      conv2d(8, 3, 'relu', same),
      upsample2d(2),
      conv2d(8, 3, 'relu', same),
      upsample2d(2),
      conv2d(16, 3, 'relu'),
      upsample2d(2),
      conv2d(1, 3, 'sigmoid', same),
    ],
    loss: 'bce',
    seed,
  });

/** From a picture of low resolution, block by block, to the whole one; sides are multiples of the factor. */
export function enlarger(gpu: Gpu, shape: ImageShape, factor: 2 | 4, seed: number): Promise<Autoencoder> {
  const up = { stride: 2, padding: 1 };
  const enlarging = factor === 2 ? [] : [convTranspose2d(16, 4, 'relu', up)];
  return autoencoder(gpu, {
    input: shape,
    encoder: [conv2d(32, factor, 'relu', { stride: factor }), conv2d(factor === 2 ? 32 : 64, 3, 'relu', same)],
    decoder: [...enlarging, convTranspose2d(shape[2], 4, 'sigmoid', up)],
    // The squared error behind a sigmoid has a trap: an all-black picture, from which at factor 4 no training came back.
    loss: 'bce',
    corrupt: downsample(factor),
    seed,
  });
}

/** From an image whose quarters were shuffled to the one they are of. */
export function tileRestorer(gpu: Gpu, shape: ImageShape, seed: number): Promise<Autoencoder> {
  const features = shape[0] * shape[1] * shape[2];
  return autoencoder(gpu, {
    input: shape,
    encoder: [flatten(), dense(512, 'relu'), dense(256, 'relu')],
    decoder: [dense(512, 'relu'), dense(features, 'sigmoid'), reshape(shape)],
    loss: 'bce',
    corrupt: shuffleTiles(2),
    seed,
  });
}

export type Puzzle = Pick<JigsawSpec, 'tiles' | 'permutations'>;

/** Noroozi & Favaro 2016 in small. */
export const puzzleSolver = (gpu: Gpu, shape: ImageShape, puzzle: Puzzle, seed: number): Promise<Jigsaw> =>
  jigsaw(gpu, {
    input: shape,
    ...puzzle,
    encoder: [
      conv2d(16, 3, 'relu', same),
      maxPool2d(2),
      conv2d(32, 3, 'relu', same),
      maxPool2d(2),
      flatten(),
      dense(64, 'relu'),
    ],
    head: [dense(256, 'relu')],
    seed,
  });
