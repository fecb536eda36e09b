import type { Data } from '../data/dataset.ts';
import type { Examples, Labels } from '../data/labels.ts';
import { checkOptions, checkWord } from '../runtime/options.ts';
import { sizeOf, type Matrix } from '../runtime/tensor.ts';
import { corrupt, errors, posterior, reconstruct } from './downstream/reading.ts';
import type { Indices } from './downstream/indices.ts';
import type { LikelihoodOptions } from './downstream/likelihood.ts';
import { interpolate, traverse } from './downstream/walks.ts';
import { Model } from './model.ts';
import type { Network } from './parts/network.ts';
import type { OnnxPart } from './saving/onnx.ts';
import type { Hourglass } from './training/hourglass.ts';
import type { Losses } from './training/losses.ts';

/** An encoder and a decoder with their weights as they are: what they make of examples and codes, and what other programs can make with them. */
export abstract class Coder extends Model<Losses, Examples> {
  /** From the input to the code. */
  abstract readonly encoder: Network;
  /** From the code back to an example. */
  abstract readonly decoder: Network;
  /** @internal */
  protected abstract readonly hourglass: Hourglass;

  /** Numbers in a code. */
  get codeSize(): number {
    return sizeOf(this.encoder.outputShape);
  }

  /**
   * Codes, [examples, code]; of a Gaussian code, the mean. `labels`: those of the examples, for a model with a `condition`, in the place of a data set's.
   * @throws OptionError, ShapeError, DataError
   */
  async encode(data: Examples, options: { labels?: Labels } = {}): Promise<Matrix> {
    return this.encoder.predict(withLabels('encode', data, options));
  }

  /** Mean and log-variance of a Gaussian code, each [examples, code]. @throws OptionError where the code is none; ShapeError, DataError */
  posterior(data: Examples): Promise<{ mean: Matrix; logvar: Matrix }> {
    return posterior(this.hourglass, data);
  }

  /**
   * Which entries of its codebook a quantised code takes, [examples, …places]: none for a code of one vector.
   * @throws OptionError where the code is none; ShapeError, DataError
   */
  async indices(data: Examples): Promise<Indices> {
    const { indices } = await import('./downstream/indices.ts');
    return indices(this.hourglass, data);
  }

  /**
   * Rows of codes back to examples; of a quantised code also the numbers of its entries, as `indices` gives them. `labels`: the one that each is decoded
   * with, for a model with a `condition`.
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
   * Examples through the code and back; through the mean of a Gaussian code. `labels`: those that they are encoded and decoded with, for a model with a
   * `condition`, in the place of a data set's.
   * @throws OptionError, ShapeError, DataError
   */
  async reconstruct(data: Examples, options: { labels?: Labels } = {}): Promise<Matrix> {
    return reconstruct(this.hourglass, withLabels('reconstruct', data, options));
  }

  /** Examples as the model's corruption leaves them, the same ones for the same seed (default: the model's). @throws OptionError, ShapeError, DataError */
  corrupt(data: Examples, options: { seed?: number } = {}): Promise<Matrix> {
    return corrupt(this.hourglass, data, options, this.inside.trainable.seed);
  }

  /**
   * An estimate of log p(x) of each example in nats, from so many draws of its Gaussian code: the importance-weighted bound (Burda et al. 2016), which
   * is below it, and closer the more draws there are. The density is that of the loss: Bernoulli's for `'bce'`, which is one of values of 0 and 1,
   * N(y, 1) for `'mse'`, Laplace's of scale 1 for `'mae'`; of normalised data, that of the data as they come.
   * @throws OptionError where the code is not Gaussian, or the loss another; ShapeError, DataError
   */
  async logLikelihood(data: Examples, options: LikelihoodOptions = {}): Promise<Float32Array> {
    const { logLikelihood } = await import('./downstream/likelihood.ts');
    return logLikelihood(this.hourglass, data, options, this.inside.trainable.seed);
  }

  /**
   * The reconstruction loss of each example, through the mean of a Gaussian code, in the units of `evaluate`: an anomaly score, higher is stranger.
   * With `perFeature` that of each element, examples × features in one array. A score too large for float32 is infinite. Under `minMax` and 'bce' an
   * element outside of [0, 1] counts as its edge there, and here by its distance from it on top: the score grows with that.
   * A value that is blank in a series counts nothing, and is NaN per feature.
   * @throws ShapeError, DataError
   */
  errors(data: Examples, options: { perFeature?: boolean } = {}): Promise<Float32Array> {
    return errors(this.hourglass, data, options);
  }

  /**
   * Decodes `steps` codes on the way from one example to another, both ends included. The default path is spherical for a Gaussian code, else linear.
   * @throws OptionError, ShapeError, DataError
   */
  interpolate(
    from: Examples,
    to: Examples,
    steps: number,
    options: { path?: 'linear' | 'spherical' } = {},
  ): Promise<Matrix> {
    return interpolate(this.hourglass, from, to, steps, options);
  }

  /** Decodes an example's code with one of its dimensions (from 0 on) set to each of `values`. */
  traverse(data: Examples, dimension: number, values: number[]): Promise<Matrix> {
    return traverse(this.hourglass, data, dimension, values);
  }

  /**
   * The model, or half of it, as an ONNX file of standard operators (operator set 13) that takes batches of any size: `input` → `reconstruction`;
   * the encoder `input` → `code`, with `logvar` of a Gaussian code, whose `code` is its mean, and `indices` (int64) of a quantised one; the decoder `code` → `reconstruction`. Rows are as everywhere here,
   * images with their channels last; a normalisation is part of it. With a `condition` each takes a second input, `label` (int64, [batch]).
   * @throws OptionError; LatentGpuError where a normalisation has not been fitted
   */
  async toOnnx(part: OnnxPart = 'autoencoder'): Promise<Uint8Array<ArrayBuffer>> {
    const { encoder, decoder } = this;
    const halves = { autoencoder: { encoder, decoder }, encoder: { encoder }, decoder: { decoder } };
    checkWord('toOnnx: the part', part, Object.keys(halves));
    const weights = this.placed();
    const { normalizer } = this.hourglass;
    normalizer?.needFitted();
    // A page that exports nothing does not load it.
    const { writeOnnx } = await import('./saving/onnx.ts');
    return writeOnnx(part, { weights, normalizer, ...halves[part] });
  }
}

/** Data with the labels of an option. @throws OptionError */
function withLabels(where: string, data: Examples, options: { labels?: Labels }): Examples {
  checkOptions(where, options, ['labels']);
  const { labels } = options;
  return labels === undefined ? data : { data: data as Data, labels };
}
