import type { Autoencoder, Gpu, Optimizer } from '../../src/index.ts';
import type { ImageShape } from '../architectures.ts';
import type { DrawFigure, Trained } from '../figures/figure.ts';
import type { Reference } from '../pictures/lossCurve.ts';
import type { AnySubject } from '../subject.ts';

/** `shape` is that of one image. */
export type Build<M extends AnySubject = Autoencoder> = (gpu: Gpu, shape: ImageShape, seed: number) => Promise<M>;

export interface Model<M extends AnySubject = Autoencoder> {
  title: string;
  /** The unit of its losses. */
  unit: string;
  /** Published figures on MNIST, for comparison with its test loss. */
  references: Reference[];
  /** Computes a figure for comparison from the same images. */
  yardstick?: (trained: Omit<Trained<M>, 'references'>) => Reference;
  build: Build<M>;
  /** `steps`: how many the training has; of a GAN it is that of both sides */
  optimizer(steps: number): Optimizer;
  /** Whether its layers are trained one by one before the whole. */
  pretrained?: boolean;
  /** Models that are trained in the same way, for comparison. */
  rivals?: { name: string; build: Build<M> }[];
  /** Whether samples are taken during training. */
  sampled?: boolean;
  figures: DrawFigure<M>[];
}

export const featuresOf = ([height, width, channels]: ImageShape): number => height * width * channels;
