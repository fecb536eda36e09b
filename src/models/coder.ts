import type { Data } from '../data/dataset.ts';
import type { Examples, Labels } from '../data/labels.ts';
import { onDemand } from '../runtime/on-demand.ts';
import { checkOptions, checkWord } from '../runtime/options.ts';
import { sizeOf, type Matrix } from '../runtime/tensor.ts';
import type { Indices } from './downstream/indices.ts';
import type { LikelihoodOptions } from './downstream/likelihood.ts';
import { Model } from './model.ts';
import type { Network } from './parts/network.ts';
import type { OnnxPart } from './saving/onnx.ts';
import type { Hourglass } from './training/hourglass.ts';
import type { Losses } from './training/losses.ts';

/** Imports what reads a model on demand: pages that only train do not load it. */
const reading = onDemand(() => import('./downstream/reading.ts'));

/**
 * A model with an encoder and a decoder: what it computes from examples and codes, and its export to other programs.
 */
export abstract class Coder extends Model<Losses, Examples> {
  /** The network from the input to the code. */
  abstract readonly encoder: Network;
  /** The network from the code back to an example. */
  abstract readonly decoder: Network;
  /** @internal */
  protected abstract readonly hourglass: Hourglass;

  /** The number of values in a code. */
  get codeSize(): number {
    return sizeOf(this.encoder.outputShape);
  }

  /**
   * Returns codes, [examples, code]; for a Gaussian code, its mean. `labels` are those of the examples, for a model
   * with a `condition`; they replace a data set's own.
   * @throws OptionError, ShapeError, DataError
   */
  async encode(data: Examples, options: { labels?: Labels } = {}): Promise<Matrix> {
    return this.encoder.predict(withLabels('encode', data, options));
  }

  /**
   * Returns mean and log-variance of a Gaussian code, each [examples, code].
   * @throws OptionError where the code is not Gaussian; ShapeError, DataError
   */
  async posterior(data: Examples): Promise<{ mean: Matrix; logvar: Matrix }> {
    await reading.prepare();
    return reading().posterior(this.hourglass, data);
  }

  /**
   * Returns the codebook entries that a quantised code takes, [examples, …places], without places for a code of one
   * vector.
   * @throws OptionError where the code is not quantised; ShapeError, DataError
   */
  async indices(data: Examples): Promise<Indices> {
    const { indices } = await import('./downstream/indices.ts');
    return indices(this.hourglass, data);
  }

  /**
   * Decodes rows of codes to examples; for a quantised code also the numbers that `indices` returns. `labels` are those
   * to decode with, for a model with a `condition`.
   * @throws OptionError, ShapeError, DataError
   */
  async decode(codes: Matrix | Float32Array | Indices, options: { labels?: Labels } = {}): Promise<Matrix> {
    const { data } = (codes ?? {}) as Partial<Indices>;
    if (!(data instanceof Uint32Array)) return this.decoder.predict(withLabels('decode', codes as Matrix, options));
    const { entriesAt } = await import('./downstream/indices.ts');
    const entries = await entriesAt(this.hourglass, codes as Indices);
    return this.decoder.predict(withLabels('decode', entries, options));
  }

  /**
   * Encodes and decodes examples, through the mean of a Gaussian code. `labels` are used for both halves of a model
   * with a `condition`; they replace a data set's own.
   * @throws OptionError, ShapeError, DataError
   */
  async reconstruct(data: Examples, options: { labels?: Labels } = {}): Promise<Matrix> {
    const labelled = withLabels('reconstruct', data, options);
    await reading.prepare();
    return reading().reconstruct(this.hourglass, labelled);
  }

  /**
   * Returns examples as the model's corruption leaves them, the same for the same seed (default: the model's).
   * @throws OptionError, ShapeError, DataError
   */
  async corrupt(data: Examples, options: { seed?: number } = {}): Promise<Matrix> {
    await reading.prepare();
    return reading().corrupt(this.hourglass, data, options, this.inside.trainable.seed);
  }

  /**
   * Estimates log p(x) of each example in nats from draws of its Gaussian code, by the importance-weighted bound (Burda
   * et al. 2016). It is a lower bound on average, and closer with more draws. The loss gives the density: Bernoulli's
   * for `'bce'` (of values 0 and 1), N(y, 1) for `'mse'`, Laplace's of scale 1 for `'mae'`. For a model that
   * normalises, it is the density of the data before normalisation.
   * @throws OptionError where the code is not Gaussian, or for another loss; ShapeError, DataError
   */
  async logLikelihood(data: Examples, options: LikelihoodOptions = {}): Promise<Float32Array> {
    const { logLikelihood } = await import('./downstream/likelihood.ts');
    return logLikelihood(this.hourglass, data, options, this.inside.trainable.seed);
  }

  /**
   * Returns the reconstruction loss of each example, through the mean of a Gaussian code, in the units of `evaluate`:
   * an anomaly score, higher for stranger examples. With `perFeature` it returns that of each element, examples ×
   * features in one array, with NaN for a blank. A score too large for float32 is infinite. Under `minMax` and 'bce', a
   * target outside of [0, 1] counts as the nearer end, plus its distance from it.
   * @throws ShapeError, DataError
   */
  async errors(data: Examples, options: { perFeature?: boolean } = {}): Promise<Float32Array> {
    await reading.prepare();
    return reading().errors(this.hourglass, data, options);
  }

  /**
   * Decodes `steps` codes between two examples, both ends included. The default path is spherical for a Gaussian code,
   * otherwise linear.
   * @throws OptionError, ShapeError, DataError
   */
  async interpolate(
    from: Examples,
    to: Examples,
    steps: number,
    options: { path?: 'linear' | 'spherical' } = {},
  ): Promise<Matrix> {
    // Imported on demand: pages that walk no paths do not load it.
    const { interpolate } = await import('./downstream/walks.ts');
    return interpolate(this.hourglass, from, to, steps, options);
  }

  /**
   * Decodes an example's code with one of its dimensions (counted from 0) set to each of `values`.
   * @throws OptionError, ShapeError, DataError
   */
  async traverse(data: Examples, dimension: number, values: number[]): Promise<Matrix> {
    const { traverse } = await import('./downstream/walks.ts');
    return traverse(this.hourglass, data, dimension, values);
  }

  /**
   * Writes the model, or half of it, as an ONNX file of standard operators (operator set 13) for batches of any size.
   * The model maps `input` to `reconstruction`. The encoder maps `input` to `code`, with `logvar` for a Gaussian code
   * (`code` is then the mean) and `indices` (int64) for a quantised one. The decoder maps `code` to `reconstruction`.
   * Rows are as elsewhere in this library, images with their channels last; a normalisation is included. With a
   * `condition` each takes a second input, `label` (int64, [batch]).
   * @throws OptionError; LatentGpuError where a normalisation has not been fitted
   */
  async toOnnx(part: OnnxPart = 'autoencoder'): Promise<Uint8Array<ArrayBuffer>> {
    const { encoder, decoder } = this;
    const halves = { autoencoder: { encoder, decoder }, encoder: { encoder }, decoder: { decoder } };
    checkWord('toOnnx: the part', part, Object.keys(halves));
    const weights = this.placed();
    const { normalizer, loss } = this.hourglass;
    normalizer?.needFitted();
    // Imported on demand: pages that do not export do not load it.
    const { writeOnnx } = await import('./saving/onnx.ts');
    return writeOnnx(part, { weights, normalizer, groups: loss.exit?.groups, ...halves[part] });
  }
}

/** Adds the labels of an option to data, in place of their own. @throws OptionError */
function withLabels(where: string, data: Examples, options: { labels?: Labels }): Examples {
  checkOptions(where, options, ['labels']);
  const { labels } = options;
  if (labels === undefined) return data;
  // A data set and a matrix have a shape, which `{ data, labels }` has not.
  const { labels: own, shape } = (data ?? {}) as { labels?: Labels; shape?: unknown };
  const replaced = own !== undefined && shape === undefined;
  return { data: replaced ? (data as { data: Data }).data : (data as Data), labels };
}
