/**
 * What an autoencoder computes from examples; see the methods of `Autoencoder` with the same names for the contract.
 */
import type { Examples, Labels } from '../../data/labels.ts';
import { OptionError } from '../../errors.ts';
import { logvarBounds } from '../../kernels/reparameterize.ts';
import { blanksAsNaN } from '../../runtime/blank.ts';
import { checkFlag, checkOptions, checkSeed } from '../../runtime/options.ts';
import type { Matrix } from '../../runtime/tensor.ts';
import { predict, type Recording } from '../predict.ts';
import {
  putExamples,
  recordErrors,
  recordInput,
  recordOutput,
  recordReconstruction,
  type AnyHourglass,
  type Hourglass,
} from '../training/hourglass.ts';

/**
 * Returns mean and log-variance of a Gaussian code, each [examples, code].
 * @throws OptionError where the code is not Gaussian
 */
export async function posterior(model: AnyHourglass, data: Examples): Promise<{ mean: Matrix; logvar: Matrix }> {
  const { encoder } = model;
  const code = encoder.layers.at(-1)?.code;
  if (code?.kind !== 'gaussian')
    throw new OptionError('posterior: needs a Gaussian code: an encoder whose last layer is gaussian(units)');
  const [units] = encoder.outputShape;
  const record: Recording = (pass, x) => encoder.recordCode(pass, x, code.head);
  const heads = await predict(encoder.host(), 'posterior', data, encoder.inputShape, [2 * units], record);
  const [rows] = heads.shape;
  const half = (offset: number): Matrix => ({
    data: Float32Array.from(
      { length: rows * units },
      (_, i) => heads.data[i + (Math.floor(i / units) + offset) * units],
    ),
    shape: [rows, units],
  });
  const logvar = half(1);
  const [least, most] = logvarBounds;
  logvar.data.forEach((value, i) => (logvar.data[i] = Math.min(most, Math.max(least, value))));
  return { mean: half(0), logvar };
}

/** Encodes and decodes examples. */
export async function reconstruct(model: Hourglass, data: Examples): Promise<Matrix> {
  const { encoder, decoder } = model;
  const record: Recording = (pass, x) => recordReconstruction(model, pass, x);
  return predict(encoder.host(), 'reconstruct', data, encoder.inputShape, decoder.outputShape, record);
}

/** Returns examples as the model's corruption leaves them. @throws OptionError where the model has no corruption */
export async function corrupt(
  model: Hourglass,
  data: Examples,
  options: { seed?: number },
  usual: number,
): Promise<Matrix> {
  checkOptions('corrupt', options, ['seed']);
  const { seed = usual } = options;
  checkSeed('corrupt', seed);
  const { corruptions, encoder } = model;
  if (!corruptions.length) throw new OptionError('corrupt: the model has no corruption');
  const { inputShape } = encoder;
  const record: Recording = (pass, x) => {
    const seen = recordInput(model, pass, x);
    const corrupted = corruptions.reduce((y, corruption) => corruption.record(pass, y, inputShape), seen);
    return recordOutput(model, pass, corrupted);
  };
  // Corruption does not depend on labels, so they may be missing.
  const labelled = (data as { labels?: Labels } | undefined)?.labels !== undefined;
  const host = labelled ? encoder.host() : { ...encoder.host(), classes: undefined };
  return predict(host, 'corrupt', data, inputShape, inputShape, record, { seed });
}

/** Returns the reconstruction loss of each example, or of each of its elements. */
export async function errors(
  model: Hourglass,
  examples: Examples,
  options: { perFeature?: boolean },
): Promise<Float32Array> {
  checkOptions('errors', options, ['perFeature']);
  const { perFeature = false } = options;
  checkFlag('errors: perFeature', perFeature);
  const { host, inputShape } = model.encoder;
  const { set, release } = await putExamples(model, 'errors', host(), examples);
  try {
    const shape = perFeature ? inputShape : [1];
    const record: Recording = (pass, x) => recordErrors(model, pass, x, perFeature);
    const { data } = await predict(host(), 'errors', set, inputShape, shape, record, { scores: true });
    return set.storage.blanks && perFeature ? blanksAsNaN(data) : data;
  } finally {
    release();
  }
}
