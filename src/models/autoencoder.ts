import { needsCondition, type Examples } from '../data/labels.ts';
import { OptionError } from '../errors.ts';
import { checkGpu, type Gpu } from '../runtime/device.ts';
import { checkNumber, checkOptions, checkSeed } from '../runtime/options.ts';
import type { Matrix } from '../runtime/tensor.ts';
import { Assembler } from './assembly.ts';
import { Coder } from './coder.ts';
import type { Sampler, SamplerFit, SamplerOptions, WrittenSampler } from './downstream/sampler.ts';
import { checkRows } from './downstream/walks.ts';
import type { Inside } from './model.ts';
import type { Conditioning, SampleLabels } from './parts/condition.ts';
import type { Given } from './parts/first-values.ts';
import type { Network } from './parts/network.ts';
import type { Fitted } from './parts/normalize.ts';
import type { Checkpoint } from './saving/checkpoint.ts';
import { loadConditioning, readSpec, writeSpec, type AutoencoderSpec, type Parts } from './spec.ts';
import { isTableSpec } from './table/is-table-spec.ts';
import type { TableSpec } from './table/spec.ts';
import type { TableAutoencoder } from './table/table-autoencoder.ts';
import type { FitOptions, History, Training } from './training/fit-options.ts';
import type { Hourglass } from './training/hourglass.ts';
import type { Losses } from './training/losses.ts';

/**
 * Makes an autoencoder of the rows of a table: numbers, categories and times, with blanks. The last layer, one output for each number and one for each
 * category, and the loss follow from the columns.
 * @param gpu what `openGpu` returned
 * @param spec the columns of the table, the layers of encoder and decoder, and further parts
 * @returns the model with its first weights on the device, not trained yet
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
 * @throws OptionError an option that does not exist or cannot be; ShapeError where layers do not fit, with every layer's shape
 */
export async function autoencoder(gpu: Gpu, spec: TableSpec): Promise<TableAutoencoder>;
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
export async function autoencoder(gpu: Gpu, spec: AutoencoderSpec): Promise<Autoencoder>;
export async function autoencoder(
  gpu: Gpu,
  spec: AutoencoderSpec | TableSpec,
): Promise<Autoencoder | TableAutoencoder> {
  checkGpu('autoencoder', gpu);
  if (isTableSpec(spec)) {
    // A page that has no tables does not load it.
    const { TableAutoencoder } = await import('./table/table-autoencoder.ts');
    return new TableAutoencoder(gpu, spec).prepare();
  }
  return new Autoencoder(gpu, spec, undefined, await loadConditioning(spec)).prepare();
}

/** An encoder and a decoder that are trained together; `autoencoder` makes it. */
export class Autoencoder extends Coder {
  /** From the input to the code, on its own. It shares the model's weights: training the model trains it. */
  readonly encoder: Network;
  /** From the code back to an example, on its own. It shares the model's weights, too. */
  readonly decoder: Network;
  /** What an adversarial penalty trains against the model: one logit for each example, high for what it takes for real. */
  readonly discriminator: Network | undefined;
  /** @internal */
  protected readonly inside: Inside<Losses, Examples>;
  /** @internal */
  protected readonly hourglass: Hourglass;
  readonly #parts: Parts;
  readonly #sampler: Sampler;

  /** `given`: weights to start from; `conditioning`: what a condition needs. @internal */
  constructor(
    gpu: Gpu,
    spec: AutoencoderSpec,
    given?: Given,
    private readonly conditioning?: Conditioning,
  ) {
    super();
    const assembler = new Assembler(() => this.alive());
    const parts = readSpec(gpu, spec, assembler.hosts, conditioning);
    const { hourglass, sampler, inside } = assembler.assemble(gpu, parts, { classes: parts.classes }, given);
    this.encoder = parts.encoder;
    this.decoder = parts.decoder;
    this.discriminator = parts.discriminator;
    this.#parts = parts;
    this.hourglass = hourglass;
    this.#sampler = sampler;
    this.inside = { ...inside, spec: (options) => ({ ...writeSpec(parts), ...sampler.describe(options) }) };
  }

  /** Goes on where a model was saved; its weights are there already. @throws FormatError @internal */
  override resume(
    checkpoint: Checkpoint,
    { samples = 0, fitted, sampler }: { samples?: number; fitted?: Fitted; sampler?: WrittenSampler } = {},
  ): void {
    if (sampler) this.#sampler.restore(sampler, checkpoint);
    super.resume(checkpoint);
    if (fitted) this.#parts.normalizer?.set(fitted);
    this.#sampler.resume(samples);
  }

  /** Compiles what the model's loss needs before it can be used. @throws OptionError where that cannot be; the model is disposed of then @internal */
  async prepare(): Promise<this> {
    try {
      const { loss, encoder } = this.#parts;
      await loss.prepare?.(this.alive().gpu);
      await encoder.layers.at(-1)?.prepare?.();
      return this;
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /**
   * Trains, on top of what was trained before. Weights may be read meanwhile: `encode`, `evaluate` and the like are served between submits.
   * An interrupted epoch is taken up where it stopped, if the number of examples, the batch size and shuffling are the same. With a `condition`, data
   * are a data set that has labels, or `{ data, labels }`, here and everywhere.
   *
   * Rejects with OptionError, ShapeError, DataError before the first dispatch; with DivergedError, DeviceLostError, or the signal's reason.
   */
  fit(data: Examples, options: FitOptions<Losses, Examples>): Training {
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
  async pretrain(data: Examples, options: FitOptions<Losses, Examples>): Promise<History[]> {
    const leave = this.enter('pretrain');
    try {
      // A page that pretrains nothing does not load it.
      const { pretrainLayers } = await import('./training/pretrain.ts');
      return await pretrainLayers(this.hourglass, this.inside.trainable, data, options);
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
  async evaluate(data: Examples, options: { batchSize?: number; seed?: number } = {}): Promise<Losses> {
    return this.measure(data, options);
  }

  /**
   * Fits a mixture of Gaussians to the codes of examples, of a Gaussian code to its means; `sample` draws from it from then on, whatever the
   * code. It is fitted on the host, to at most 20,000 of the examples, drawn at random from the seed if they are more, and is kept in the file
   * of `save`. Training and `setWeights` make it old: then it has to be fitted again.
   *
   * Of a quantised code it counts, place by place, how often each entry is taken, in all of the examples; places are then drawn on their own. It takes no
   * `components` and no `iterations`.
   *
   * With a `condition` it is one mixture for all labels. To draw for a class from the codes of that class, fit it to these examples alone.
   *
   * An expectation-maximisation from starts by k-means++; Ghosh et al. 2020 sample from autoencoders so. An iteration takes a time that grows
   * with examples × components × (numbers of the code)²; the page goes on meanwhile.
   * @throws OptionError, also for more components than examples; ShapeError, DataError
   */
  async fitSampler(data: Examples, options: SamplerOptions = {}): Promise<SamplerFit> {
    return this.#sampler.fit(this.alive(), data, options, this.inside.trainable.seed);
  }

  /**
   * Decodes `count` codes drawn from the mixture of `fitSampler`; without one, from the prior that a penalty pulls the codes to; without such a
   * penalty, from N(0, I), to which a Gaussian code is pulled. With a seed the same ones again; without, others in each call. A model with a
   * `condition` takes `label`, one for all samples, or `labels`, one for each.
   * @throws OptionError, where there is none of these; ShapeError, DataError for such labels; LatentGpuError where the weights have changed since `fitSampler`
   */
  async sample(count: number, options: { seed?: number } & SampleLabels = {}): Promise<Matrix> {
    checkRows('sample: count', this.hourglass, checkNumber('sample: count', count, { least: 1, whole: true }));
    checkOptions('sample', options, ['seed', 'label', 'labels']);
    const { seed } = options;
    if (seed !== undefined) checkSeed('sample', seed);
    const { classes } = this.#parts;
    if (classes === undefined && (options.label !== undefined || options.labels !== undefined))
      throw new OptionError(needsCondition('sample'));
    const labels = this.conditioning?.sampleLabels(classes!, count, options);
    return this.decode(this.#sampler.draw(count, this.inside.trainable.seed, seed), { labels });
  }

  /** A table of layers, shapes and parameters, as in Keras, and which layers are told labels. */
  override summary(): string {
    const { encoder, decoder, classes } = this.#parts;
    if (classes === undefined) return super.summary();
    const told = [encoder, decoder].flatMap(({ placed }) => placed.filter(({ layer }) => layer.classes));
    return `${super.summary()}\nlabels of ${classes} classes: told to ${told.map(({ name }) => name).join(' and ')}`;
  }

  /** Sets some weights or all. @throws ShapeError on a wrong name or shape, DataError on a value that is not finite; then none is set */
  override setWeights(weights: Record<string, Matrix>): void {
    super.setWeights(weights);
    this.#sampler.weightsChanged();
  }
}
