import { needsCondition, type Examples } from '../data/labels.ts';
import { OptionError } from '../errors.ts';
import { checkGpu, type Gpu } from '../runtime/device.ts';
import type { Matrix } from '../runtime/tensor.ts';
import { Assembler } from './assembly.ts';
import { Coder } from './coder.ts';
import type { Sampler, SamplerFit, SamplerOptions, ReadSampler } from './downstream/sampler.ts';
import type { Inside } from './model.ts';
import type { SampleLabels } from './parts/condition.ts';
import type { SavedValues } from './parts/first-values.ts';
import type { Network } from './parts/network.ts';
import type { Fitted } from './parts/normalize.ts';
import type { Checkpoint } from './saving/checkpoint.ts';
import { conditioning, prepareSpec, readSpec, writeSpec, type AutoencoderSpec, type Parts } from './spec.ts';
import { isTableSpec } from './table/is-table-spec.ts';
import type { TableSpec } from './table/spec.ts';
import type { TableAutoencoder } from './table/table-autoencoder.ts';
import type { FitOptions, History, Training } from './training/fit-options.ts';
import type { Hourglass } from './training/hourglass.ts';
import type { Losses } from './training/losses.ts';

/**
 * Makes an autoencoder for the rows of a table of numbers, categories and times, with blanks. The last layer (one
 * output for each number and each category) and the loss follow from the columns.
 * @param gpu what `openGpu` returned
 * @param spec the columns of the table, the layers of encoder and decoder, and further parts
 * @returns the model with its initial weights on the device, not trained yet
 * @example
 * ```ts
 * import { autoencoder, dense, hideCells, openGpu, readTable } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const table = await readTable(await fetch('machines.csv'));
 * const model = await autoencoder(gpu, {
 *   input: table.columns,
 *   encoder: [dense(64, 'gelu'), dense(8)],
 *   decoder: [dense(64, 'gelu')],
 *   corrupt: hideCells(0.2),
 * });
 * await model.fit(table, { epochs: 30 });
 * const scores = await model.errors(table); // one for each row: the largest are of the strangest rows
 * const complete = await model.impute(table); // the same table, its blanks filled in
 * ```
 * @throws OptionError for an unknown option or an impossible value; ShapeError where layers do not fit, with the shape
 * of every layer
 */
export async function autoencoder(gpu: Gpu, spec: TableSpec): Promise<TableAutoencoder>;
/**
 * Makes an autoencoder: an encoder, a narrow code and a decoder. The members of the family differ only in the parts
 * that you pass.
 * @param gpu what `openGpu` returned
 * @param spec the shape of an example, the layers of encoder and decoder, the loss, and further parts
 * @returns the model with its initial weights on the device, not trained yet
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
 * @throws OptionError for an unknown option or an impossible value; ShapeError where layers do not fit, with the shape
 * of every layer
 */
export async function autoencoder(gpu: Gpu, spec: AutoencoderSpec): Promise<Autoencoder>;
export async function autoencoder(
  gpu: Gpu,
  spec: AutoencoderSpec | TableSpec,
): Promise<Autoencoder | TableAutoencoder> {
  checkGpu('autoencoder', gpu);
  if (isTableSpec(spec)) {
    // Imported on demand: pages without tables do not load it.
    const { TableAutoencoder } = await import('./table/table-autoencoder.ts');
    return new TableAutoencoder(gpu, spec).prepare();
  }
  await prepareSpec(spec);
  return new Autoencoder(gpu, spec).prepare();
}

/** An encoder and a decoder that are trained together. `autoencoder` makes it. */
export class Autoencoder extends Coder {
  /** The network from the input to the code. It shares the model's weights, so training the model trains it. */
  readonly encoder: Network;
  /** The network from the code back to an example. It shares the model's weights, so training the model trains it. */
  readonly decoder: Network;
  /**
   * The network that an adversarial penalty trains against the model. It computes one logit for each code or example,
   * high for those that it judges to be real.
   */
  readonly discriminator: Network | undefined;
  /** @internal */
  protected readonly inside: Inside<Losses, Examples>;
  /** @internal */
  protected readonly hourglass: Hourglass;
  readonly #parts: Parts;
  readonly #sampler: Sampler;

  /** Starts from the weights in `savedValues` if it is present. `prepareSpec` has prepared the spec. @internal */
  constructor(gpu: Gpu, spec: AutoencoderSpec, savedValues?: SavedValues) {
    super();
    const assembler = new Assembler(() => this.alive());
    const parts = readSpec(gpu, spec, assembler.owners);
    const { hourglass, sampler, inside } = assembler.assemble(gpu, parts, { classes: parts.classes }, savedValues);
    this.encoder = parts.encoder;
    this.decoder = parts.decoder;
    this.discriminator = parts.discriminator;
    this.#parts = parts;
    this.hourglass = hourglass;
    this.#sampler = sampler;
    this.inside = { ...inside, spec: (options) => ({ ...writeSpec(parts), ...sampler.describe(options) }) };
  }

  /** Continues from the point where a model was saved; its weights are there already. @throws FormatError @internal */
  override resume(
    checkpoint: Checkpoint,
    { samples = 0, fitted, sampler }: { samples?: number; fitted?: Fitted; sampler?: ReadSampler } = {},
  ): void {
    super.resume(checkpoint);
    if (sampler) this.#sampler.restore(sampler);
    if (fitted) this.#parts.normalizer?.set(fitted);
    this.#sampler.resume(samples);
  }

  /**
   * Trains the model further, from its present weights. `encode`, `evaluate` and the like may be called meanwhile and
   * are answered between submits. If the last training ended within an epoch, this one continues there, provided that
   * the number of examples, the batch size and shuffling are the same. With a `condition`, data are a data set with
   * labels or `{ data, labels }`, here and in all other methods.
   *
   * Rejects with OptionError, ShapeError or DataError before the first dispatch, and later with DivergedError,
   * DeviceLostError, or the signal's reason.
   */
  fit(data: Examples, options: FitOptions<Losses, Examples>): Training {
    return this.#sampler.during(this.start(data, options));
  }

  /**
   * Trains one layer after the other, from the outside in (Bengio et al. 2007; Vincent et al. 2010). Each layer and its
   * counterpart in the decoder form an autoencoder of their own. It reconstructs the clean codes of the layers before
   * it, which stay fixed, from corrupted ones, under the model's penalties. Layers without weights, such as an
   * activation, go with the layer before them. `fit` then trains all layers together. The options hold for each layer;
   * the result is one history for each layer.
   *
   * The outermost stage uses the model's loss. The other stages use it too if it is `'mae'` or Huber's, or if it is
   * `'bce'` and both their targets and their outputs come from a sigmoid; otherwise they use `'mse'`.
   * @throws OptionError; ShapeError where the decoder does not mirror the encoder; otherwise as `fit`
   */
  async pretrain(data: Examples, options: FitOptions<Losses, Examples>): Promise<History[]> {
    const leave = this.enter('pretrain');
    try {
      // Imported on demand: pages that do not pretrain do not load it.
      const { pretrainLayers } = await import('./training/pretrain.ts');
      return await pretrainLayers(this.hourglass, this.inside.trainable, data, options, () =>
        this.#sampler.weightsChanged(),
      );
    } finally {
      leave();
    }
  }

  /**
   * Computes the loss over all examples, without training, corruption or dropout. A Gaussian code is sampled once for
   * each example. The samples, and the draws of penalties, come from `seed` (default: the model's), so that the same
   * call gives the same figures.
   *
   * Without a Gaussian code, `reconstruction` is the mean over all elements, as in Keras. With one, `reconstruction` is
   * minus the log-likelihood in nats per example, summed over its elements, `kl` is the divergence, and `loss` is minus
   * the evidence lower bound, with β times `kl`. `penalty` is the sum of the model's penalties.
   * @throws ShapeError, DataError
   */
  async evaluate(data: Examples, options: { batchSize?: number; seed?: number } = {}): Promise<Losses> {
    return this.measure(data, options);
  }

  /**
   * Fits a mixture of Gaussians to the codes of examples (to the means of a Gaussian code). From then on `sample` draws
   * from it. The fit runs on the host, on at most 20,000 of the examples, drawn at random from the seed if there are
   * more, and `save` keeps the mixture. Training and `setWeights` make it out of date: then fit it again.
   *
   * For a quantised code it counts how often each place takes each entry, over all examples; `sample` then draws each
   * place independently. `components` and `iterations` are refused there.
   *
   * With a `condition` it is one mixture for all labels. To draw a class from the codes of that class, fit it to the
   * examples of that class alone.
   *
   * The method is expectation-maximisation from k-means++ starts (as in Ghosh et al. 2020). The time of an iteration
   * grows with examples × components × (numbers in a code)²; the page stays responsive meanwhile.
   * @throws OptionError, also for more components than examples; ShapeError, DataError
   */
  async fitSampler(data: Examples, options: SamplerOptions = {}): Promise<SamplerFit> {
    return this.#sampler.fit(this.alive(), data, options, this.inside.trainable.seed);
  }

  /**
   * Decodes `count` codes drawn from the mixture of `fitSampler`. If `fitSampler` was not called, they are drawn from
   * the prior of a penalty; for a Gaussian code without such a penalty, from N(0, I). The same seed gives the same
   * samples; without a seed each call gives others. A model with a `condition` takes `label`, one for all samples, or
   * `labels`, one for each.
   * @throws OptionError where the model has no mixture and no prior; ShapeError, DataError for wrong labels;
   * LatentGpuError where the weights have changed since `fitSampler`
   */
  async sample(count: number, options: { seed?: number } & SampleLabels = {}): Promise<Matrix> {
    // Imported on demand: pages that draw no samples do not load it.
    const { checkSample } = await import('./downstream/check-rows.ts');
    const seed = checkSample(this.decoder, count, options, ['seed', 'label', 'labels']);
    const { classes } = this.#parts;
    if (classes === undefined && (options.label !== undefined || options.labels !== undefined))
      throw new OptionError(needsCondition('sample'));
    const labels = classes === undefined ? undefined : conditioning().sampleLabels(classes, count, options);
    return this.decode(await this.#sampler.draw(count, this.inside.trainable.seed, seed), { labels });
  }

  /** Returns a table of layers, shapes and parameters, as Keras prints it, and names the layers that receive labels. */
  override summary(): string {
    const { encoder, decoder, classes } = this.#parts;
    if (classes === undefined) return super.summary();
    const conditioned = [encoder, decoder].flatMap(({ placed }) => placed.filter(({ layer }) => layer.classes));
    return `${super.summary()}\nlabels of ${classes} classes: used by ${conditioned.map(({ name }) => name).join(' and ')}`;
  }
}
