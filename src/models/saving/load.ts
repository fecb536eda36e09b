import { OptionError } from '../../errors.ts';
import { checkGpu, type Gpu } from '../../runtime/device.ts';
import { checkOptions } from '../../runtime/options.ts';
import type { Autoencoder } from '../autoencoder.ts';
import type { Classifier } from '../classifier.ts';
import type { Gan } from '../gan.ts';
import type { Jigsaw } from '../jigsaw.ts';
import { asLoss, type Loss } from '../parts/losses.ts';
import { readers } from '../parts/makers.ts';
import type { TableAutoencoder } from '../table/table-autoencoder.ts';

/** Imports the reading of files on demand: pages that only train do not load it. */
const reading = () => import('./read-model.ts');

/** The parts of an autoencoder that its file cannot contain. */
export interface LoadOptions {
  /** The losses made by `elementwise`; a file has only their names. */
  losses?: Loss[];
}

/**
 * Makes the model in a file of `Autoencoder.save`, also for tables: `loadAutoencoder<TableAutoencoder>(gpu, bytes)`.
 * Its training continues exactly where it stopped: the same data and options give the same bits as without the
 * interruption.
 * @param gpu what `openGpu` returned
 * @param bytes the whole file
 * @param options your own losses, if the model has one
 * @returns the model with its weights and, if the file has them, the optimizer's moments
 * @example
 * ```ts
 * import { loadAutoencoder, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const response = await fetch('digits.safetensors'); // what `model.save()` returned
 * const model = await loadAutoencoder(gpu, new Uint8Array(await response.arrayBuffer()));
 * console.log(model.summary());
 * ```
 * @throws FormatError for another file; OptionError, also where the model's own loss is not given; OutOfMemoryError,
 * DeviceLostError
 */
export async function loadAutoencoder<M extends Autoencoder | TableAutoencoder = Autoencoder>(
  gpu: Gpu,
  bytes: Uint8Array,
  options: LoadOptions = {},
): Promise<M> {
  checkGpu('loadAutoencoder', gpu);
  checkOptions('loadAutoencoder', options, ['losses']);
  const { losses = [] } = options;
  if (!Array.isArray(losses))
    throw new OptionError('loadAutoencoder: losses must be a list of what elementwise returns');
  const own = Array.from(losses, (each) => asLoss('loadAutoencoder: each of the losses', each));
  return (await (await reading()).readAutoencoder(gpu, bytes, readers, own)) as M;
}

/**
 * Makes the classifier in a file of `Classifier.save`; see `loadAutoencoder`.
 * @param gpu what `openGpu` returned
 * @param bytes the whole file
 * @example
 * ```ts
 * import { loadClassifier, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const response = await fetch('classifier.safetensors'); // what `save()` of a classifier returned
 * const model = await loadClassifier(gpu, new Uint8Array(await response.arrayBuffer()));
 * ```
 */
export async function loadClassifier(gpu: Gpu, bytes: Uint8Array): Promise<Classifier> {
  checkGpu('loadClassifier', gpu);
  return (await reading()).readClassifier(gpu, bytes, readers);
}

/**
 * Makes the model in a file of `Jigsaw.save`; see `loadAutoencoder`.
 * @param gpu what `openGpu` returned
 * @param bytes the whole file
 * @example
 * ```ts
 * import { loadJigsaw, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const response = await fetch('jigsaw.safetensors'); // what `save()` of a jigsaw model returned
 * const model = await loadJigsaw(gpu, new Uint8Array(await response.arrayBuffer()));
 * ```
 */
export async function loadJigsaw(gpu: Gpu, bytes: Uint8Array): Promise<Jigsaw> {
  checkGpu('loadJigsaw', gpu);
  return (await reading()).readJigsaw(gpu, bytes, readers);
}

/**
 * Makes the GAN in a file of `Gan.save`; see `loadAutoencoder`.
 * @param gpu what `openGpu` returned
 * @param bytes the whole file
 * @example
 * ```ts
 * import { loadGan, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const response = await fetch('gan.safetensors'); // what `save()` of a GAN returned
 * const model = await loadGan(gpu, new Uint8Array(await response.arrayBuffer()));
 * ```
 */
export async function loadGan(gpu: Gpu, bytes: Uint8Array): Promise<Gan> {
  checkGpu('loadGan', gpu);
  return (await reading()).readGan(gpu, bytes, readers);
}
