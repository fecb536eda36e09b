/** The likelihood of examples under a model with a Gaussian code; see `Autoencoder.logLikelihood` for the contract. */
import type { Examples } from '../../data/labels.ts';
import { OptionError } from '../../errors.ts';
import { importance } from '../../kernels/importance.ts';
import { mostCounted } from '../../kernels/shapes.ts';
import { checkNumber, checkOptions, checkSeed } from '../../runtime/options.ts';
import { philox, streams } from '../../runtime/random.ts';
import { scoped } from '../../runtime/scope.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import type { Recording } from '../predict.ts';
import { factorOf, putChecked, recordInput, type Hourglass } from '../training/hourglass.ts';
import { gaussianOf } from './reading.ts';

/** The most values of a decoder's outputs for one batch, which limits the number of samples at a time. */
const mostAtOnce = 2 ** 22;

/** Options of `Autoencoder.logLikelihood`. */
export interface LikelihoodOptions {
  /** The number of codes drawn for each example. Default 100. */
  samples?: number;
  /** The seed of the draws. Default: the model's. */
  seed?: number;
}

/** Returns the importance-weighted bound of each example. @throws OptionError, ShapeError, DataError */
export async function logLikelihood(
  model: Hourglass,
  data: Examples,
  options: LikelihoodOptions,
  modelSeed: number,
): Promise<Float32Array> {
  checkOptions('logLikelihood', options, ['samples', 'seed']);
  const { samples = 100, seed = modelSeed } = options;
  checkNumber('logLikelihood: samples', samples, { least: 1, most: mostCounted, whole: true });
  checkSeed('logLikelihood', seed);
  const { encoder, decoder, loss, normalizer } = model;
  const code = gaussianOf('logLikelihood', encoder);
  if (loss.logPartition === undefined)
    throw new OptionError(
      `logLikelihood: the loss ${loss.name} defines no probability density: take 'bce', 'mse' or 'mae'`,
    );
  const { owner, inputShape } = encoder;
  const features = sizeOf(inputShape);
  const logPartition = features * loss.logPartition;
  return scoped(async (scope) => {
    const set = scope.ownSet(await putChecked(model, 'logLikelihood', { ...owner(), blanks: false }, data));
    const together = Math.max(1, Math.min(samples, Math.floor(mostAtOnce / (features * Math.min(256, set.length)))));
    const totals = new Float64Array(set.length).fill(-Infinity);
    for (let done = 0, part = 0; done < samples; done += together, part++) {
      const count = Math.min(together, samples - done);
      const record: Recording = (pass, examples) => {
        const head = encoder.recordCode(pass, examples, code.head);
        const { z, bound } = importance(pass.tape, head, count, pass.draws());
        const y = decoder.record(pass, z, { logits: loss.probabilities });
        return bound(loss.kernel, y, recordInput(model, pass, examples), factorOf(model, y)).bound;
      };
      const [drawn] = philox([part, 0, 0, 0], [seed, streams.likelihood]);
      const { data: bounds } = await encoder.compute('logLikelihood', set, [1], record, { seed: drawn, scores: true });
      bounds.forEach((bound, i) => (totals[i] = addExponents(totals[i], Math.log(count) - bound)));
    }
    // Converts the density of normalised data to that of the original data.
    const stretched = normalizer?.fitted?.spread.reduce((sum, spread) => sum + Math.log(spread), 0) ?? 0;
    const constant = logPartition + stretched + Math.log(samples);
    return Float32Array.from(totals, (total) => total - constant);
  });
}

/** Returns log(e^a + e^b). */
const addExponents = (a: number, b: number): number => {
  const most = Math.max(a, b);
  return most === -Infinity ? most : most + Math.log1p(Math.exp(Math.min(a, b) - most));
};
