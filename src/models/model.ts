import type { Data } from '../data/dataset.ts';
import { LatentGpuError } from '../errors.ts';
import { checkNumber, checkOptions, checkSeed } from '../runtime/options.ts';
import type { Parameters } from '../runtime/parameters.ts';
import type { Matrix } from '../runtime/tensor.ts';
import type { Layout } from './parts/layout.ts';
import { table, type LayerInfo, type Network } from './parts/network.ts';
import {
  writeCheckpoint,
  type Checkpoint,
  type ModelKind,
  type Saveable,
  type SaveOptions,
} from './saving/checkpoint.ts';
import { readWeights, writeWeights, type Weights } from './saving/weights.ts';
import { startFit } from './training/fit.ts';
import type { FitOptions, Training } from './training/fit-options.ts';
import { Gate } from './training/gate.ts';
import type { AnyLoss } from './training/losses.ts';
import { evaluate } from './training/evaluation.ts';
import type { Host, Trainable } from './training/trainable.ts';

/** What a kind of model has to say of itself, for all that models have in common. */
export interface Inside<L extends AnyLoss, D> {
  readonly kind: ModelKind;
  readonly trainable: Trainable<L, D>;
  /** In the order of its table of layers. */
  readonly networks: readonly Network[];
  /** All weights. */
  readonly places: readonly Parameters<Layout>[];
  /** What else it has on the device. */
  readonly others: readonly ({ dispose(): void } | undefined)[];
  /** What it keeps in a file beside its weights, by names of its own. */
  beside?(): Record<string, Matrix>;
  /** What it is made of, as plain data, for a file that is saved with these options. */
  spec(options: SaveOptions): object;
}

/** What all models have: weights by name, a file, a table of layers, and an end. */
export abstract class Model<L extends AnyLoss, D = Data> {
  readonly #gate = new Gate();
  #disposed = false;

  /** @internal */
  protected abstract readonly inside: Inside<L, D>;

  /** Its parts, in the order of its table of layers. @internal */
  get networks(): readonly Network[] {
    return this.inside.networks;
  }

  /** All weights by name, laid out as PyTorch's: `encoder.0.weight` is [out, in]. */
  async weights(): Promise<Record<string, Matrix>> {
    return readWeights(this.placed());
  }

  /** Sets some weights or all. @throws ShapeError on a wrong name or shape, DataError on a value that is not finite; then none is set */
  setWeights(weights: Record<string, Matrix>): void {
    writeWeights(this.placed(), weights);
  }

  /**
   * The model as a safetensors file: weights named and laid out as PyTorch's, the optimizers' moments, how far training has come, the mixture of
   * `fitSampler`, and in the metadata what the model is made of. The function whose name begins with `load` goes on from it exactly as this model would. With
   * `optimizer: false` the file holds the weights alone, which is what `load_state_dict` takes. May be called while `fit` runs.
   * @throws OptionError
   */
  async save(options: SaveOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return writeCheckpoint(this.inside.kind, this.#saveable(), () => this.inside.spec(options), options);
  }

  /** A table of layers, shapes and parameters, as in Keras. */
  summary(): string {
    return table(this.inside.kind, this.describe());
  }

  /** The rows of the table of layers, as data. */
  describe(): LayerInfo[] {
    return this.inside.networks.flatMap((network) => network.describe());
  }

  /** Frees what the model has on the device. Data sets are their owner's to free. */
  dispose(): void {
    if (!this.#disposed) for (const each of [...this.inside.places, ...this.inside.others]) each?.dispose();
    this.#disposed = true;
  }

  /** Goes on where a model was saved; its weights are there already. @throws FormatError @internal */
  resume(checkpoint: Checkpoint): void {
    checkpoint.restore(this.#saveable());
  }

  /** Starts training. What refuses it rejects its promise. @internal */
  protected start(data: D, options: FitOptions<L, D>, trainable = this.inside.trainable): Training<L> {
    return this.#gate.fit(() => {
      this.alive();
      return startFit(trainable, data, options);
    });
  }

  /** Measures the loss over a data set. @throws OptionError, and what putting the data on the device does @internal */
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
    return evaluate(this.inside.trainable, data, { batchSize, seed });
  }

  /** Keeps others from training the model until what this returns is called. @internal */
  protected enter(where: string): () => void {
    this.alive();
    return this.#gate.enter(where);
  }

  /** @throws LatentGpuError where the model was disposed @internal */
  protected alive(): Host {
    if (this.#disposed) throw new LatentGpuError('the model was disposed');
    return this.inside.trainable.host;
  }

  /** Where the weights are. @internal */
  protected placed(): Weights {
    const { gpu, turns } = this.alive();
    return { gpu, turns, places: this.inside.places };
  }

  #saveable(): Saveable {
    const { trainable, beside } = this.inside;
    return { ...this.placed(), phases: trainable.phases, place: trainable.place, beside };
  }
}
