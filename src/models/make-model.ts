/**
 * The makers of the models beside autoencoders. Each kind is imported on demand: pages that make no such model do not
 * load it.
 */
import { checkGpu, type Gpu } from '../runtime/device.ts';
import type { Classifier } from './classifier.ts';
import type { ClassifierSpec } from './classifier-spec.ts';
import type { Gan } from './gan.ts';
import type { GanSpec } from './gan-spec.ts';
import type { Jigsaw } from './jigsaw.ts';
import type { JigsawSpec } from './jigsaw-spec.ts';

/**
 * Makes a classifier on top of an encoder. It uses the mean of a Gaussian code.
 * @param gpu the GPU that the encoder is on
 * @param spec the encoder, the number of classes, and which layers are trained
 * @returns the classifier with a copy of the encoder's weights, not trained yet
 * @example
 * ```ts
 * import { autoencoder, classifier, dense, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const model = await autoencoder(gpu, { input: 4, encoder: [dense(2, 'tanh')], decoder: [dense(4)], loss: 'mse' });
 * const examples = Float32Array.from({ length: 100 * 4 }, Math.random);
 * await model.fit(examples, { epochs: 10 });
 *
 * const labels = Array.from({ length: 100 }, (_, row) => (examples[4 * row] > 0.5 ? 1 : 0));
 * const probe = await classifier(gpu, { encoder: model.encoder, classes: 2, freeze: true });
 * await probe.fit(examples, labels, { epochs: 10 });
 * const { accuracy } = await probe.evaluate(examples, labels);
 * ```
 * @throws OptionError; ShapeError where the layers do not fit
 */
export async function classifier(gpu: Gpu, spec: ClassifierSpec): Promise<Classifier> {
  checkGpu('classifier', gpu);
  const { classifierFrom } = await import('./classifier.ts');
  return classifierFrom(gpu, spec);
}

/**
 * Makes a generative adversarial network (Goodfellow et al. 2014) with the non-saturating loss. The generator learns to
 * make examples that the discriminator, trained in turn with it, cannot tell from data.
 * @param gpu what `openGpu` returned
 * @param spec the size of a code, the layers of both sides, and the distribution of codes
 * @returns the model with its initial weights, not trained yet
 * @example
 * ```ts
 * import { dense, gan, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const model = await gan(gpu, {
 *   code: 16,
 *   generator: [dense(128, 'relu'), dense(784, 'sigmoid')],
 *   discriminator: [dense(128, 'leakyRelu')], // a last layer with one logit is added
 * });
 * const images = Float32Array.from({ length: 100 * 784 }, Math.random);
 * await model.fit(images, { epochs: 2 });
 * const made = await model.sample(9); // { data, shape: [9, 784] }
 * ```
 * @throws OptionError; ShapeError where layers do not fit
 */
export async function gan(gpu: Gpu, spec: GanSpec): Promise<Gan> {
  checkGpu('gan', gpu);
  const { Gan } = await import('./gan.ts');
  return new Gan(gpu, spec).prepare();
}

/**
 * Makes a model that solves jigsaw puzzles (Noroozi & Favaro 2016): it predicts which permutation the tiles of an image
 * are in. To do this, its encoder has to learn what parts of images look like, without labels.
 * @param gpu what `openGpu` returned
 * @param spec the images' shape, how they are cut, and the layers of encoder and head
 * @returns the model with its initial weights, not trained yet
 * @example
 * ```ts
 * import { dense, flatten, jigsaw, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const model = await jigsaw(gpu, {
 *   input: [28, 28, 1],
 *   tiles: 2,
 *   permutations: 24,
 *   encoder: [flatten(), dense(32, 'relu')],
 *   head: [dense(64, 'relu')], // a last layer with one logit for each permutation is added
 * });
 * const images = Float32Array.from({ length: 100 * 784 }, Math.random);
 * await model.fit(images, { epochs: 1 });
 * const { answers } = await model.solve(images); // for each image, a row of `model.permutations`
 * ```
 * @throws OptionError; ShapeError where the layers do not fit
 */
export async function jigsaw(gpu: Gpu, spec: JigsawSpec): Promise<Jigsaw> {
  checkGpu('jigsaw', gpu);
  const { Jigsaw } = await import('./jigsaw.ts');
  return new Jigsaw(gpu, spec).prepare();
}
