/**
 * What an autoencoder computes from examples; see the methods of `Autoencoder` with the same names for the contract.
 */
import type { Examples, Labels } from '../../data/labels.ts';
import { OptionError } from '../../errors.ts';
import { add } from '../../kernels/elementwise.ts';
import { elementLosses, loss, rowSums } from '../../kernels/loss.ts';
import { sum } from '../../kernels/reduce.ts';
import { logvarBounds } from '../../kernels/reparameterize.ts';
import { blanksAsNaN } from '../../runtime/blank.ts';
import { checkFlag, checkOptions, checkSeed } from '../../runtime/options.ts';
import { scoped } from '../../runtime/scope.ts';
import type { Matrix, Tensor } from '../../runtime/tensor.ts';
import type { Codes } from '../parts/layer.ts';
import type { Network } from '../parts/network.ts';
import { predict, type Recording } from '../predict.ts';
import {
  countedIn,
  factorOf,
  isGaussian,
  putChecked,
  recordDistance,
  recordFilled,
  recordInput,
  recordTarget,
  type AnyHourglass,
  type Hourglass,
} from '../training/hourglass.ts';
import type { Pass } from '../training/pass.ts';

/**
 * Returns mean and log-variance of a Gaussian code, each [examples, code].
 * @throws OptionError where the code is not Gaussian
 */
export async function posterior(model: AnyHourglass, data: Examples): Promise<{ mean: Matrix; logvar: Matrix }> {
  const { encoder } = model;
  const { head } = gaussianOf('posterior', encoder);
  const [units] = encoder.outputShape;
  const heads = await encoder.compute('posterior', data, [2 * units], (pass, x) => encoder.recordCode(pass, x, head));
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

/** Returns the Gaussian code at the end of an encoder. @throws OptionError where the code is not Gaussian */
export function gaussianOf(where: string, encoder: Network): Codes['gaussian'] {
  const { code } = encoder;
  if (code?.kind !== 'gaussian')
    throw new OptionError(`${where}: needs a Gaussian code: an encoder whose last layer is gaussian(units)`);
  return code;
}

/** Encodes and decodes examples. */
export async function reconstruct(model: Hourglass, data: Examples): Promise<Matrix> {
  const { encoder, decoder } = model;
  const record: Recording = (pass, x) => recordReconstruction(model, pass, x);
  return encoder.compute('reconstruct', data, decoder.outputShape, record);
}

/** Returns examples as the model's corruption leaves them. @throws OptionError where the model has no corruption */
export async function corrupt(
  model: Hourglass,
  data: Examples,
  options: { seed?: number },
  modelSeed: number,
): Promise<Matrix> {
  checkOptions('corrupt', options, ['seed']);
  const { seed = modelSeed } = options;
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
  const owner = labelled ? encoder.owner() : { ...encoder.owner(), classes: undefined };
  return predict(owner, 'corrupt', data, inputShape, inputShape, record, { seed });
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
  const { encoder } = model;
  return scoped(async (scope) => {
    const set = scope.ownSet(await putChecked(model, 'errors', encoder.owner(), examples));
    const shape = perFeature ? encoder.inputShape : [1];
    const record: Recording = (pass, x) => recordErrors(model, pass, x, perFeature);
    const { data } = await encoder.compute('errors', set, shape, record, { scores: true });
    return set.storage.blanks && perFeature ? blanksAsNaN(data) : data;
  });
}

/** Records outputs in the data's own units. */
export const recordOutput = ({ normalizer }: AnyHourglass, { tape }: Pass, y: Tensor): Tensor =>
  normalizer?.inverse(tape, y) ?? y;

/** Records the reconstruction of x; with a Gaussian code, through its mean. */
export function recordReconstruction(model: AnyHourglass, pass: Pass, x: Tensor): Tensor {
  const y = model.decoder.record(pass, model.encoder.recordFromData(pass, x));
  return model.loss.exit?.inverse(pass.tape, y) ?? recordOutput(model, pass, y);
}

/** Records the reconstruction loss of each example, [rows], or of each of its elements. */
export function recordErrors(model: AnyHourglass, pass: Pass, examples: Tensor, perFeature: boolean): Tensor {
  const x = recordTarget(model, pass, examples);
  const y = model.decoder.record(pass, model.encoder.record(pass, recordFilled(pass, x)), {
    logits: model.loss.probabilities,
  });
  const { tape, state, blanks } = pass;
  const { recorded, kernel } = model.loss;
  const factor = factorOf(model, x);
  // Clamped to [0, 1], every value outside would get the score of the edge, so its distance is added.
  const outside = model.normalizer?.clamped ? model.normalizer.outside?.(tape, examples, blanks) : undefined;
  if (perFeature) {
    if (recorded) return recorded.elements(tape, y, x, state);
    const losses = elementLosses(tape, kernel, y, x, state, isGaussian(model) ? factor : 1, blanks);
    return outside ? add(tape, losses, outside) : losses;
  }
  const losses = sum(tape, recordDistance(model, pass, y, x), 1);
  if (!outside) return losses;
  const sums = blanks
    ? loss(tape, 'mae', add(tape, x, outside), x, state, factor, { blanks: countedIn(model) })
    : rowSums(tape, 'value', { y: outside }, state, factor);
  return add(tape, losses, sum(tape, sums, 1));
}
