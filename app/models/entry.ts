import type { Autoencoder, Gpu, Optimizer } from '../../src/index.ts';
import type { ImageShape } from '../architectures.ts';
import type { DrawFigure, Trained } from '../figures/figure.ts';
import type { Reference } from '../pictures/lossCurve.ts';
import type { AnySubject } from '../subject.ts';

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
  /** `steps`: how many the training has; of a GAN it is that of both sides */
  optimizer(steps: number): Optimizer;
  /** its layers are trained one by one before the whole */
  pretrained?: boolean;
  /** models that are trained in the same way, to compare it with */
  rivals?: { name: string; build: Build<M> }[];
  /** samples are taken while it learns */
  sampled?: boolean;
  figures: DrawFigure<M>[];
}

export const featuresOf = ([height, width, channels]: ImageShape): number => height * width * channels;
