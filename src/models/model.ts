import type { Data } from '../data/dataset.ts';
import { LatentGpuError } from '../errors.ts';
import { checkNumber, checkOptions, checkSeed } from '../runtime/options.ts';
import type { Parameters } from '../runtime/parameters.ts';
import type { Matrix } from '../runtime/tensor.ts';
import type { Layout } from './parts/layout.ts';
import { table, type LayerInfo, type Network } from './parts/network.ts';
import { prepareAll, type Preparable } from './parts/part.ts';
import type { Checkpoint, ModelKind, Saveable, SaveOptions } from './saving/checkpoint.ts';
import { readWeights, writeWeights, type Weights } from './saving/weights.ts';
import { startFit } from './training/fit.ts';
import type { FitOptions, Training } from './training/fit-options.ts';
import { Gate } from './training/gate.ts';
import type { AnyLoss } from './training/losses.ts';
import type { Owner, Trainable } from './training/trainable.ts';

/** What each kind of model provides to the methods that all models share. */
export interface Inside<L extends AnyLoss, D> {
  readonly kind: ModelKind;
  readonly trainable: Trainable<L, D>;
  /** The networks in the order of the table of layers. */
  readonly networks: readonly Network[];
  /** The places of all weights. */
  readonly parameterSets: readonly Parameters<Layout>[];
  /** Other objects that the model has on the device. */
  readonly others: readonly ({ dispose(): void } | undefined)[];
  /** What the model prepares before its first use, beside its layers. */
  readonly parts?: readonly Preparable[];
  /** Returns the tensors that a file keeps beside the weights, by name. */
  extras?(): Record<string, Matrix>;
  /** Called when `setWeights` has replaced weights. */
  weightsChanged?(): void;
  /** Returns the parts of the model as plain data, for a file that is saved with these options. */
  spec(options: SaveOptions): object;
}

/** The base of all models: weights by name, saving, a table of layers, and `dispose`. */
export abstract class Model<L extends AnyLoss, D = Data> {
  readonly #gate = new Gate();
  #disposed = false;

  /** @internal */
  protected abstract readonly inside: Inside<L, D>;

  /** The networks in the order of the table of layers. @internal */
  get networks(): readonly Network[] {
    return this.inside.networks;
  }

  /** Returns all weights by name, in PyTorch's layout: `encoder.0.weight` is [out, in]. */
  async weights(): Promise<Record<string, Matrix>> {
    return readWeights(this.placed());
  }

  /**
   * Sets some or all weights by name.
   * @throws ShapeError for a wrong name or shape, DataError for a value that is not finite; in both cases no weight is
   * set
   */
  setWeights(weights: Record<string, Matrix>): void {
    writeWeights(this.placed(), weights);
    this.inside.weightsChanged?.();
  }

  /**
   * Returns the model as a safetensors file: weights in PyTorch's names and layout, the optimizers' moments, the state
   * of training, the mixture of `fitSampler`, and the parts of the model in the metadata. The matching `load…` function
   * continues from it exactly as this model would. With `optimizer: false` the file has the weights alone, as
   * `load_state_dict` requires. It may be called while `fit` runs.
   * @throws OptionError
   */
  async save(options: SaveOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const model = this.#saveable();
    // Imported on demand: pages that save no model do not load it.
    const { writeCheckpoint } = await import('./saving/checkpoint.ts');
    return writeCheckpoint(model, () => this.inside.spec(options), options);
  }

  /** Returns a table of layers, shapes and parameters, as Keras prints it. */
  summary(): string {
    return table(this.inside.kind, this.describe());
  }

  /** Returns the rows of the table of layers as data. */
  describe(): LayerInfo[] {
    return this.inside.networks.flatMap((network) => network.describe());
  }

  /** Frees the model's memory on the device. Data sets are not freed with it. */
  dispose(): void {
    if (!this.#disposed) for (const each of [...this.inside.parameterSets, ...this.inside.others]) each?.dispose();
    this.#disposed = true;
  }

  /** Continues from the point where a model was saved; its weights are there already. @throws FormatError @internal */
  resume(checkpoint: Checkpoint): void {
    checkpoint.restore(this.#saveable());
  }

  /** Prepares layers, losses and the like for their first use; if that fails, the model is disposed. @internal */
  async prepare(): Promise<this> {
    const { networks, parts = [] } = this.inside;
    try {
      await prepareAll([...networks.flatMap(({ layers }) => layers), ...parts], this.alive().gpu);
      return this;
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Starts training; an error before the first step rejects the promise. @internal */
  protected start(data: D, options: FitOptions<L, D>, trainable = this.inside.trainable): Training<L> {
    return this.#gate.fit(() => {
      this.alive();
      return startFit(trainable, data, options);
    });
  }

  /** Computes the loss over a data set. @throws OptionError, and the errors of uploading the data @internal */
  protected async measure(
    data: D,
    options: { batchSize?: number; seed?: number },
    known: readonly string[] = ['batchSize', 'seed'],
  ): Promise<L> {
    checkOptions('evaluate', options, known);
    const { batchSize, seed } = options;
    if (batchSize !== undefined) checkNumber('evaluate: batchSize', batchSize, { least: 1, whole: true });
    if (seed !== undefined) checkSeed('evaluate', seed);
    this.alive();
    // Imported on demand: pages that evaluate nothing do not load it.
    const { evaluate } = await import('./training/evaluation.ts');
    return evaluate(this.inside.trainable, data, { batchSize, seed });
  }

  /** Blocks other trainings of the model until the returned function is called. @internal */
  protected enter(where: string): () => void {
    this.alive();
    return this.#gate.enter(where);
  }

  /** Returns the owner of its networks. @throws LatentGpuError where the model was disposed @internal */
  protected alive(): Owner {
    if (this.#disposed) throw new LatentGpuError('the model was disposed');
    return this.inside.trainable.owner;
  }

  /** Returns the places of the weights. @internal */
  protected placed(): Weights {
    const { gpu, turns } = this.alive();
    return { gpu, turns, parameterSets: this.inside.parameterSets };
  }

  #saveable(): Saveable {
    const { trainable, kind, networks, extras } = this.inside;
    return { ...this.placed(), kind, networks, phases: trainable.phases, place: trainable.place, extras };
  }
}
