import { OptionError } from '../../errors.ts';
import { checkGpu, type Gpu } from '../../runtime/device.ts';
import { checkNumber, checkOptions } from '../../runtime/options.ts';
import { Autoencoder } from '../autoencoder.ts';
import { Classifier } from '../classifier.ts';
import { checkSpec, type CompleteSpec } from '../classifier-spec.ts';
import { Gan } from '../gan.ts';
import type { GanSpec } from '../gan-spec.ts';
import { Jigsaw } from '../jigsaw.ts';
import type { JigsawSpec } from '../jigsaw-spec.ts';
import { loadConditioning } from '../spec.ts';
import { asLoss, formulaName, type Loss } from '../parts/losses.ts';
import { readCorruptions, readLayers, readPenalties, readPriors } from '../parts/makers.ts';
import { Network } from '../parts/network.ts';
import { asNormalizer, Normalizer } from '../parts/normalize.ts';
import type { Part } from '../parts/part.ts';
import type { TableAutoencoder } from '../table/table-autoencoder.ts';
import { Checkpoint } from './checkpoint.ts';
import { checked, record } from './metadata.ts';
import { counts, readAround, readAutoencoder, readNormalization, readPermutations } from './specs.ts';

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
  if (!Array.isArray(losses)) throw new OptionError('loadAutoencoder: losses are a list of what elementwise returns');
  const own = Array.from(losses, (each) => asLoss('loadAutoencoder: each of the losses', each));
  const checkpoint = Checkpoint.read('autoencoder', bytes);
  if (checkpoint.spec.table !== undefined) {
    const { loadTable } = await import('../table/load.ts');
    return (await loadTable(gpu, checkpoint, { readLayers, readCorruptions, readPenalties })) as M;
  }
  const loss = ownLoss(checkpoint.spec.loss, own);
  const { spec, ...rest } = checked(() => readAutoencoder(checkpoint.spec, loss));
  const conditioning = await loadConditioning(spec);
  const model = resumed(
    checked(() => new Autoencoder(gpu, spec, checkpoint.given, conditioning)),
    (made) => made.resume(checkpoint, rest),
  );
  return (await model.prepare()) as M;
}

/** Returns the given loss whose name is in the file. @throws OptionError where it is not given */
function ownLoss(written: unknown, losses: readonly Loss[]): Loss | undefined {
  const { name, args } = (written ?? {}) as Partial<Part>;
  const formula: unknown = name === 'elementwise' && Array.isArray(args) ? args[0] : undefined;
  if (typeof formula !== 'string') return undefined;
  const found = losses.find((loss) => formulaName(loss) === formula);
  if (!found)
    throw new OptionError(
      `loadAutoencoder: the model's loss, '${formula}', is not in the file: give it again, as loadAutoencoder(gpu, bytes, { losses: [elementwise({ name: '${formula}', … })] })`,
    );
  return found;
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
  const checkpoint = Checkpoint.read('classifier', bytes);
  return checked(() => {
    const { encoder, hidden, classes, freeze, classWeights, seed } = checkpoint.spec;
    const { input, layers, around, normalize } = record(encoder, 'encoder');
    const shape = counts(input, 'input');
    const { how, clamped, fitted } = readNormalization(normalize, shape);
    const entry = how && new Normalizer(gpu, how, clamped);
    const parts = readLayers(layers);
    const code = parts.reduce((shape, layer) => layer.outputShape(shape), shape);
    const network = new Network('encoder', parts, shape, () => ({}) as never, {
      around: readAround(around, shape, code),
      entry,
    });
    const spec = { encoder: network, hidden: readLayers(hidden), classes, freeze, classWeights, seed } as CompleteSpec;
    return resumed(new Classifier(gpu, checkSpec(spec), checkpoint.given), (model) => {
      model.resume(checkpoint);
      if (fitted) asNormalizer(model.encoder.entry)?.set(fitted);
    });
  });
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
  const checkpoint = Checkpoint.read('jigsaw', bytes);
  return checked(() => {
    const { encoder, head, permutations, ...rest } = checkpoint.spec;
    const table = readPermutations(permutations, Number(rest.tiles) ** 2);
    const spec = {
      ...rest,
      permutations: table.length,
      encoder: readLayers(encoder),
      head: readLayers(head),
    } as JigsawSpec;
    return resumed(new Jigsaw(gpu, spec, { given: checkpoint.given, permutations: table }), (model) =>
      model.resume(checkpoint),
    );
  });
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
  const checkpoint = Checkpoint.read('gan', bytes);
  return checked(() => {
    const { generator, discriminator, prior, samples, ...rest } = checkpoint.spec;
    const spec = {
      ...rest,
      generator: readLayers(generator),
      discriminator: readLayers(discriminator),
      prior: readPriors([prior])[0],
    } as GanSpec;
    const count = checkNumber('samples', samples, { least: 0, most: 2 ** 32 - 1, whole: true });
    return resumed(new Gan(gpu, spec, checkpoint.given), (model) => {
      model.resume(checkpoint);
      model.resumeSamples(count);
    });
  });
}

/** Restores the state of a model, and disposes it where the file turns out wrong. */
function resumed<M extends { dispose(): void }>(model: M, resume: (model: M) => void): M {
  try {
    resume(model);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}
