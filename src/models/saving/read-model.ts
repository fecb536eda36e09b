import { OptionError } from '../../errors.ts';
import type { Gpu } from '../../runtime/device.ts';
import { checkNumber } from '../../runtime/options.ts';
import { Autoencoder } from '../autoencoder.ts';
import { Classifier } from '../classifier.ts';
import { checkSpec, type CompleteSpec } from '../classifier-spec.ts';
import { Gan } from '../gan.ts';
import type { GanSpec } from '../gan-spec.ts';
import { Jigsaw } from '../jigsaw.ts';
import type { JigsawSpec } from '../jigsaw-spec.ts';
import { loadExtras } from '../spec.ts';
import { formulaName, type Loss } from '../parts/losses.ts';
import { Network } from '../parts/network.ts';
import { asNormalizer, Normalizer } from '../parts/normalizer.ts';
import type { Part } from '../parts/part.ts';
import type { TableAutoencoder } from '../table/table-autoencoder.ts';
import { Checkpoint } from './checkpoint.ts';
import { checked, record } from './metadata.ts';
import { readSampler } from './read-sampler.ts';
import { counts, readAround, readAutoencoderSpec, readNormalization, readPermutations } from './specs.ts';

/**
 * The makers of parts from plain data. They are passed as an argument, since an import here would put all layers into
 * every bundle that may load a model.
 */
export type Readers = typeof import('../parts/makers.ts').readers;

/** Makes the autoencoder in a file; `own` are the losses that are not in it. @throws FormatError, OptionError */
export async function readAutoencoder(
  gpu: Gpu,
  bytes: Uint8Array,
  readers: Readers,
  own: readonly Loss[],
): Promise<Autoencoder | TableAutoencoder> {
  const checkpoint = Checkpoint.read('autoencoder', bytes);
  if (checkpoint.spec.table !== undefined) {
    const { loadTable } = await import('../table/load.ts');
    return loadTable(gpu, checkpoint, readers);
  }
  const { sampler, ...written } = checkpoint.spec;
  const loss = ownLoss(written.loss, own);
  const { spec, ...rest } = checked(() => readAutoencoderSpec(written, readers, loss));
  const extras = await loadExtras(spec);
  const model = resumed(
    checked(() => new Autoencoder(gpu, spec, checkpoint.savedValues, extras)),
    (made) =>
      made.resume(checkpoint, {
        ...rest,
        sampler: checked(() => readSampler(sampler, made.encoder, checkpoint.savedValues)),
      }),
  );
  return model.prepare();
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

/** Makes the classifier in a file. @throws FormatError */
export async function readClassifier(gpu: Gpu, bytes: Uint8Array, readers: Readers): Promise<Classifier> {
  const checkpoint = Checkpoint.read('classifier', bytes);
  const model = checked(() => {
    const { encoder, hidden, classes, freeze, classWeights, seed } = checkpoint.spec;
    const { input, layers, around, normalize } = record(encoder, 'encoder');
    const shape = counts(input, 'input');
    const { how, clamped, fitted } = readNormalization(normalize, shape, readers);
    const entry = how && new Normalizer(gpu, how, clamped);
    const parts = readers.readLayers(layers);
    const code = parts.reduce((shape, layer) => layer.outputShape(shape), shape);
    const network = new Network('encoder', parts, shape, () => ({}) as never, {
      around: readAround(around, shape, code),
      entry,
    });
    const spec = {
      encoder: network,
      hidden: readers.readLayers(hidden),
      classes,
      freeze,
      classWeights,
      seed,
    } as CompleteSpec;
    return resumed(new Classifier(gpu, checkSpec(spec), checkpoint.savedValues), (model) => {
      model.resume(checkpoint);
      if (fitted) asNormalizer(model.encoder.entry)?.set(fitted);
    });
  });
  return model.prepare();
}

/** Makes the jigsaw model in a file. @throws FormatError */
export async function readJigsaw(gpu: Gpu, bytes: Uint8Array, readers: Readers): Promise<Jigsaw> {
  const checkpoint = Checkpoint.read('jigsaw', bytes);
  const model = checked(() => {
    const { encoder, head, permutations, ...rest } = checkpoint.spec;
    const table = readPermutations(permutations, Number(rest.tiles) ** 2);
    const spec = {
      ...rest,
      permutations: table.length,
      encoder: readers.readLayers(encoder),
      head: readers.readLayers(head),
    } as JigsawSpec;
    return resumed(new Jigsaw(gpu, spec, { savedValues: checkpoint.savedValues, permutations: table }), (model) =>
      model.resume(checkpoint),
    );
  });
  return model.prepare();
}

/** Makes the GAN in a file. @throws FormatError */
export async function readGan(gpu: Gpu, bytes: Uint8Array, readers: Readers): Promise<Gan> {
  const checkpoint = Checkpoint.read('gan', bytes);
  const model = checked(() => {
    const { generator, discriminator, prior, samples, ...rest } = checkpoint.spec;
    const spec = {
      ...rest,
      generator: readers.readLayers(generator),
      discriminator: readers.readLayers(discriminator),
      prior: readers.readPriors([prior])[0],
    } as GanSpec;
    const count = checkNumber('samples', samples, { least: 0, most: 2 ** 32 - 1, whole: true });
    return resumed(new Gan(gpu, spec, checkpoint.savedValues), (model) => {
      model.resume(checkpoint);
      model.resumeSamples(count);
    });
  });
  return model.prepare();
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
