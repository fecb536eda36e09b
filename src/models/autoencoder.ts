import { asDataset, type Data, type Dataset } from '../data/dataset.ts';
import { OptionError, ShapeError } from '../errors.ts';
import { checkGpu, type Gpu } from '../runtime/device.ts';
import { checkFlag, checkNumber, checkOptions, checkSeed, checkWord } from '../runtime/options.ts';
import { Parameters } from '../runtime/parameters.ts';
import { roomFor, type Matrix, type Tensor } from '../runtime/tensor.ts';
import { Turns } from '../runtime/turns.ts';
import { type Checkpoint } from './saving/checkpoint.ts';
import type { FitOptions, History, Training } from './training/fit-options.ts';
import {
  isGaussian,
  recordErrors,
  recordInput,
  recordOutput,
  recordReconstruction,
  trainable,
  type Hourglass,
} from './training/hourglass.ts';
import { Model, type Inside } from './model.ts';
import { predict } from './predict.ts';
import { normal, type Prior } from './parts/priors.ts';
import { linearPath, sphericalPath } from './downstream/interpolate.ts';
import { Sampler, type SamplerFit, type SamplerOptions, type WrittenSampler } from './downstream/sampler.ts';
import type { Losses } from './training/losses.ts';
import { firstValues, type Given } from './parts/first-values.ts';
import type { Network } from './parts/network.ts';
import type { Fitted } from './parts/normalize.ts';
import type { OnnxPart } from './saving/onnx.ts';
import type { Pass } from './training/pass.ts';
import { readSpec, writeSpec, type AutoencoderSpec, type Parts } from './spec.ts';
import type { Host } from './training/trainable.ts';
import { startPlace } from './training/place.ts';

/**
 * Makes an autoencoder: an encoder, a narrow code, a decoder. The members of the family differ only in the parts handed in.
 * @param gpu what `openGpu` returned
 * @param spec the shape of an example, the layers of encoder and decoder, the loss, and further parts
 * @returns the model with its first weights on the device, not trained yet
 * @example
 * ```ts
 * import { autoencoder, dense, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const model = await autoencoder(gpu, {
 *   input: 784,
 *   encoder: [dense(32, 'relu')],
 *   decoder: [dense(784, 'sigmoid')],
 *   loss: 'bce',
 * });
 * const examples = Float32Array.from({ length: 100 * 784 }, Math.random); // 100 rows of 784 values
 * await model.fit(examples, { epochs: 10 });
 * const codes = await model.encode(examples); // { data, shape: [100, 32] }
 * ```
 * @throws OptionError an option that does not exist or cannot be; ShapeError where layers do not fit, with every layer's shape
 */
export async function autoencoder(gpu: Gpu, spec: AutoencoderSpec): Promise<Autoencoder> {
  checkGpu('autoencoder', gpu);
  return new Autoencoder(gpu, spec).prepare();
}

/** An encoder and a decoder that are trained together; `autoencoder` makes it. */
export class Autoencoder extends Model<Losses> {
  /** From the input to the code, on its own. It shares the model's weights: training the model trains it. */
  readonly encoder: Network;
  /** From the code back, likewise. */
  readonly decoder: Network;
  /** What an adversarial penalty trains against the model: one logit for each example, high for what it takes for real. */
  readonly discriminator: Network | undefined;
  /** @internal */
  protected readonly inside: Inside<Losses, Data>;
  readonly #parts: Parts;
  readonly #hourglass: Hourglass;
  /** What `sample` draws from, unless a mixture has been fitted. */
  readonly #prior: Prior | undefined;
  readonly #sampler: Sampler;
  #samples = 0;

  /** `given`: weights to start from. @internal */
  constructor(gpu: Gpu, spec: AutoencoderSpec, given?: Given) {
    super();
    const rival = () => ({ ...this.alive(), parameters: rivals!, place: undefined });
    const parts = readSpec(gpu, spec, () => this.alive(), rival);
    const { encoder, decoder, discriminator, penalties, seed } = parts;
    this.encoder = encoder;
    this.decoder = decoder;
    this.discriminator = discriminator;
    const networks = [encoder, decoder, ...(discriminator ? [discriminator] : [])];
    const [first, second, third] = firstValues(gpu, networks, seed, given);
    const parameters = new Parameters(gpu, [...first, ...second]);
    const rivals = discriminator && new Parameters(gpu, third);
    const penalty = penalties.find((each) => each.opponent)?.opponent;
    const opponent = penalty && { penalty, network: discriminator!, parameters: rivals! };
    this.#parts = parts;
    this.#hourglass = { ...parts, opponent, weights: () => parameters.withRole('weight') };
    this.#prior = penalties.find(({ prior }) => prior)?.prior ?? (isGaussian(parts) ? normal() : undefined);
    const host: Host = { gpu, parameters, turns: new Turns(), place: startPlace() };
    const model = trainable(this.#hourglass, host, seed);
    this.#sampler = new Sampler(model.place);
    this.inside = {
      kind: 'autoencoder',
      trainable: model,
      networks,
      places: [parameters, ...(rivals ? [rivals] : [])],
      others: [parts.normalizer],
      beside: () => this.#sampler.tensors(),
      spec: (options) => ({ ...writeSpec(parts), samples: this.#samples, ...this.#sampler.describe(options) }),
    };
  }

  /** Goes on where a model was saved; its weights are there already. @throws FormatError @internal */
  override resume(
    checkpoint: Checkpoint,
    { samples = 0, fitted, sampler }: { samples?: number; fitted?: Fitted; sampler?: WrittenSampler } = {},
  ): void {
    if (sampler) this.#sampler.restore(sampler, this.codeSize, checkpoint);
    super.resume(checkpoint);
    if (fitted) this.#parts.normalizer?.set(fitted);
    this.#samples = samples;
  }

  /** Compiles what the model's loss needs before it can be used. @throws OptionError where that cannot be; the model is disposed of then @internal */
  async prepare(): Promise<this> {
    try {
      await this.#parts.loss.prepare?.(this.alive().gpu);
      return this;
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Numbers in a code. */
  get codeSize(): number {
    return this.encoder.outputShape.reduce((product, n) => product * n, 1);
  }

  /**
   * Trains, on top of what was trained before. Weights may be read meanwhile: `encode`, `evaluate` and the like are served between submits.
   * An interrupted epoch is taken up where it stopped, if the number of examples, the batch size and shuffling are the same.
   *
   * Rejects with OptionError, ShapeError, DataError before the first dispatch; with DivergedError, DeviceLostError, or the signal's reason.
   */
  fit(data: Data, options: FitOptions): Training {
    return this.#sampler.during(this.start(data, options));
  }

  /**
   * Trains the layers one after the other, from the outside in (Bengio et al. 2007; Vincent et al. 2010), each with its counterpart in the decoder
   * as an autoencoder of its own: it reconstructs the clean codes of the layers before it, which stay as they are, from corrupted ones, under
   * the model's penalties. `fit` then trains all together. The options count for each layer; the result is one history a layer.
   *
   * The outermost stage has the model's loss. The others have it as well if it is `'mae'` or Huber's, or if it is `'bce'` and what they reconstruct
   * comes from a sigmoid and goes into one; else `'mse'`.
   * @throws OptionError, ShapeError where the decoder does not mirror the encoder; else as `fit`
   */
  async pretrain(data: Data, options: FitOptions): Promise<History[]> {
    const leave = this.enter('pretrain');
    try {
      // A page that pretrains nothing does not load it.
      const { pretrainLayers } = await import('./training/pretrain.ts');
      return await pretrainLayers(this.#hourglass, this.inside.trainable, data, options);
    } finally {
      this.#sampler.weightsChanged();
      leave();
    }
  }

  /**
   * The loss over all examples, nothing trained: nothing corrupted, nothing dropped. A Gaussian code is sampled, once for each example, and
   * penalties that draw do so from `seed` (default: the model's), so that the same call gives the same figures.
   *
   * `reconstruction` is the mean over all elements, as in Keras; with a Gaussian code it is minus the log-likelihood in nats an example, summed
   * over its elements, `kl` the divergence, and `loss` minus the evidence lower bound, with β times `kl`. `penalty` is that of the model's penalties.
   * @throws ShapeError, DataError
   */
  async evaluate(data: Data, options: { batchSize?: number; seed?: number } = {}): Promise<Losses> {
    return this.measure(data, options);
  }

  /** Codes, [examples, code]; of a Gaussian code, the mean. @throws ShapeError, DataError */
  encode(data: Data): Promise<Matrix> {
    return this.encoder.predict(data);
  }

  /** Mean and log-variance of a Gaussian code, each [examples, code]. @throws OptionError where the code is none; ShapeError, DataError */
  async posterior(data: Data): Promise<{ mean: Matrix; logvar: Matrix }> {
    this.#needGaussian('posterior');
    const [units] = this.encoder.outputShape;
    const record = (pass: Pass, x: Tensor) => this.encoder.recordHead(pass, x);
    const { data: heads, shape } = await predict(
      this.alive(),
      'posterior',
      data,
      this.encoder.inputShape,
      [2 * units],
      record,
    );
    const half = (offset: number): Matrix => {
      const values = Float32Array.from(
        { length: shape[0] * units },
        (_, i) => heads[i + (Math.floor(i / units) + offset) * units],
      );
      return { data: values, shape: [shape[0], units] };
    };
    return { mean: half(0), logvar: half(1) };
  }

  /** Rows of codes back to examples. @throws ShapeError, DataError */
  decode(codes: Matrix | Float32Array): Promise<Matrix> {
    return this.decoder.predict(codes);
  }

  /** Examples through the code and back; through the mean of a Gaussian code. @throws ShapeError, DataError */
  async reconstruct(data: Data): Promise<Matrix> {
    const record = (pass: Pass, x: Tensor) => recordReconstruction(this.#hourglass, pass, x);
    return predict(this.alive(), 'reconstruct', data, this.encoder.inputShape, this.decoder.outputShape, record);
  }

  /** Examples as the model's corruption leaves them, the same ones for the same seed (default: the model's). @throws OptionError, ShapeError, DataError */
  async corrupt(data: Data, options: { seed?: number } = {}): Promise<Matrix> {
    checkOptions('corrupt', options, ['seed']);
    const { seed = this.inside.trainable.seed } = options;
    checkSeed('corrupt', seed);
    const { corruptions } = this.#hourglass;
    if (!corruptions.length) throw new OptionError('corrupt: the model has no corruption');
    const { inputShape } = this.encoder;
    const corrupted = (pass: Pass, x: Tensor) =>
      corruptions.reduce((seen, corruption) => corruption.record(pass, seen, inputShape), x);
    const record = (pass: Pass, x: Tensor) =>
      recordOutput(this.#hourglass, pass, corrupted(pass, recordInput(this.#hourglass, pass, x)));
    return predict(this.alive(), 'corrupt', data, inputShape, inputShape, record, { seed });
  }

  /**
   * The reconstruction loss of each example, through the mean of a Gaussian code, in the units of `evaluate`: an anomaly score, higher is stranger.
   * With `perFeature` that of each element, examples × features in one array. A score too large for float32 is infinite. Under `minMax` and 'bce' an
   * element outside of [0, 1] counts as its edge there, and here by its distance from it on top: the score grows with that.
   * @throws ShapeError, DataError
   */
  async errors(data: Data, options: { perFeature?: boolean } = {}): Promise<Float32Array> {
    checkOptions('errors', options, ['perFeature']);
    const { perFeature = false } = options;
    checkFlag('errors: perFeature', perFeature);
    const { inputShape } = this.encoder;
    return this.#withData('errors', data, async (set) => {
      const record = (pass: Pass, x: Tensor) => recordErrors(this.#hourglass, pass, x, perFeature);
      const { data: values } = await predict(
        this.alive(),
        'errors',
        set,
        inputShape,
        perFeature ? inputShape : [1],
        record,
        { scores: true },
      );
      return values;
    });
  }

  /**
   * Fits a mixture of Gaussians to the codes of examples, of a Gaussian code to its means; `sample` draws from it from then on, whatever the
   * code. It is fitted on the host, to at most 20,000 of the examples, drawn at random from the seed if they are more, and is kept in the file
   * of `save`. Training and `setWeights` make it old: then it has to be fitted again.
   *
   * An expectation-maximisation from starts by k-means++; Ghosh et al. 2020 sample from autoencoders so. An iteration takes a time that grows
   * with examples × components × (numbers of the code)²; the page goes on meanwhile.
   * @throws OptionError, also for more components than examples; ShapeError, DataError
   */
  async fitSampler(data: Data, options: SamplerOptions = {}): Promise<SamplerFit> {
    return this.#sampler.fit(this.alive(), this.encoder, data, options, this.inside.trainable.seed);
  }

  /**
   * Decodes `count` codes drawn from the mixture of `fitSampler`; without one, from the prior that a penalty pulls the codes to; without such a
   * penalty, from N(0, I), to which a Gaussian code is pulled. With a seed the same ones again; without, others in each call.
   * @throws OptionError, where there is none of these; LatentGpuError where the weights have changed since `fitSampler`
   */
  async sample(count: number, options: { seed?: number } = {}): Promise<Matrix> {
    this.#checkRows('sample: count', checkNumber('sample: count', count, { least: 1, whole: true }));
    checkOptions('sample', options, ['seed']);
    const given = options.seed === undefined ? undefined : checkSeed('sample', options.seed);
    this.#sampler.check(this.#prior !== undefined);
    const [seed, which] = given === undefined ? [this.inside.trainable.seed, ++this.#samples] : [given, 0];
    return this.decode(this.#sampler.draw(count, seed, which) ?? this.#prior!.draw(count * this.codeSize, seed, which));
  }

  /**
   * Decodes `steps` codes on the way from one example to another, both ends included. The default path is spherical for a Gaussian code, else linear.
   * @throws OptionError, ShapeError, DataError
   */
  async interpolate(
    from: Data,
    to: Data,
    steps: number,
    options: { path?: 'linear' | 'spherical' } = {},
  ): Promise<Matrix> {
    checkOptions('interpolate', options, ['path']);
    this.#checkRows('interpolate: steps', checkNumber('interpolate: steps', steps, { least: 2, whole: true }));
    const { path = this.#gaussian ? 'spherical' : 'linear' } = options;
    checkWord('interpolate: the path', path, ['linear', 'spherical']);
    return this.#withOne('interpolate: from', from, (first) =>
      this.#withOne('interpolate: to', to, async (last) => {
        const [start, end] = [await this.encode(first), await this.encode(last)];
        return this.decode((path === 'linear' ? linearPath : sphericalPath)(start.data, end.data, steps));
      }),
    );
  }

  /** Decodes an example's code with one of its dimensions (from 0 on) set to each of `values`. */
  async traverse(data: Data, dimension: number, values: number[]): Promise<Matrix> {
    checkNumber('traverse: dimension', dimension, { least: 0, most: this.codeSize - 1, whole: true });
    if (!Array.isArray(values) || !values.length)
      throw new OptionError('traverse: values are a list of at least one number');
    this.#checkRows('traverse: values', values.length);
    const numbers = Array.from(values, (value) => checkNumber('traverse: value', value));
    return this.#withOne('traverse', data, async (set) => {
      const { data: code } = await this.encode(set);
      const codes = roomFor('traverse', numbers.length * code.length);
      numbers.forEach((value, i) => {
        codes.set(code, i * code.length);
        codes[i * code.length + dimension] = value;
      });
      return this.decode(codes);
    });
  }

  /** Sets some weights or all. @throws ShapeError on a wrong name or shape, DataError on a value that is not finite; then none is set */
  override setWeights(weights: Record<string, Matrix>): void {
    super.setWeights(weights);
    this.#sampler.weightsChanged();
  }

  /**
   * The model, or half of it, as an ONNX file of standard operators (operator set 13) that takes batches of any size: `input` → `reconstruction`;
   * the encoder `input` → `code`, of a Gaussian code its mean, and `logvar`; the decoder `code` → `reconstruction`. Rows are as everywhere here,
   * images with their channels last; a normalisation is part of it.
   * @throws OptionError; LatentGpuError where a normalisation has not been fitted
   */
  async toOnnx(part: OnnxPart = 'autoencoder'): Promise<Uint8Array<ArrayBuffer>> {
    const { encoder, decoder } = this;
    const parts: Record<OnnxPart, { encoder?: Network; decoder?: Network }> = {
      autoencoder: { encoder, decoder },
      encoder: { encoder },
      decoder: { decoder },
    };
    checkWord('toOnnx: the part', part, Object.keys(parts));
    const weights = this.placed();
    const { normalizer } = this.#parts;
    normalizer?.needFitted();
    // A page that exports nothing does not load it.
    const { writeOnnx } = await import('./saving/onnx.ts');
    return writeOnnx(part, { weights, normalizer, ...parts[part] });
  }

  /** What is made at once comes in one array, of at most 2 GiB: some engines hold no more. @throws OptionError */
  #checkRows(where: string, rows: number): void {
    const values = Math.max(
      this.codeSize,
      this.decoder.outputShape.reduce((product, n) => product * n, 1),
    );
    const most = Math.floor(2 ** 29 / values);
    if (rows > most)
      throw new OptionError(
        `${where}: ${rows} examples of ${4 * values} bytes take more than 2 GiB in one array; ask for at most ${most} at a time`,
      );
  }

  get #gaussian(): boolean {
    return isGaussian(this);
  }

  #needGaussian(where: string): void {
    if (!this.#gaussian)
      throw new OptionError(`${where}: needs a Gaussian code: an encoder whose last layer is gaussian(units)`);
  }

  async #withData<T>(where: string, data: Data, work: (set: Dataset) => Promise<T>): Promise<T> {
    this.alive();
    const { set, release } = await this.inside.trainable.put(where, data);
    try {
      return await work(set);
    } finally {
      release();
    }
  }

  /** Does something with a single example. */
  async #withOne<T>(where: string, data: Data, work: (set: Dataset) => Promise<T>): Promise<T> {
    const { set, release } = await asDataset(
      where,
      this.alive().gpu,
      data,
      this.encoder.inputShape,
      this.inside.trainable.place.trainedOn,
    );
    try {
      if (set.length !== 1) throw new ShapeError(`${where}: takes one example, not ${set.length}`);
      return await work(set);
    } finally {
      release();
    }
  }
}
