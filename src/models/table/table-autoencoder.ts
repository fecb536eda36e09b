import { Dataset, type OnDevice } from '../../data/dataset.ts';
import { putAgain, putCells, tableOf } from '../../data/table/table-dataset.ts';
import { Table } from '../../data/table/table.ts';
import type { ModelColumn } from '../../data/table/cells.ts';
import { DataError, OptionError } from '../../errors.ts';
import type { Gpu } from '../../runtime/device.ts';
import { checkWord } from '../../runtime/options.ts';
import type { Matrix } from '../../runtime/tensor.ts';
import { Assembler } from '../assembly.ts';
import type { Indices } from '../downstream/indices.ts';
import { posterior } from '../downstream/reading.ts';
import type { Sampler, SamplerFit, SamplerOptions, ReadSampler } from '../downstream/sampler.ts';
import { checkSample } from '../downstream/check-rows.ts';
import { Model, type Inside } from '../model.ts';
import type { SavedValues } from '../parts/first-values.ts';
import type { Network } from '../parts/network.ts';
import type { Checkpoint } from '../saving/checkpoint.ts';
import type { OnnxPart } from '../saving/onnx.ts';
import type { FitOptions, Training } from '../training/fit-options.ts';
import type { AnyHourglass } from '../training/hourglass.ts';
import type { Losses } from '../training/losses.ts';
import { explain, type ExplainedRow } from './explain.ts';
import { decodeTable, reconstruct } from './reading.ts';
import { scores } from './scores.ts';
import { readTableSpec, writeTableSpec, type Scaled, type TableData, type TableParts, type TableSpec } from './spec.ts';
import { filled } from './tables.ts';

/** An autoencoder for the rows of a table. `autoencoder` makes it when its `input` are the columns of a table. */
export class TableAutoencoder extends Model<Losses, TableData> {
  /** The network from a row's cells to the code. It shares the model's weights, so training the model trains it. */
  readonly encoder: Network;
  /**
   * The network from the code to the outputs of all columns: a number in deviations for each number, and logits for the
   * categories. It shares the model's weights.
   */
  readonly decoder: Network;
  /** @internal */
  protected readonly inside: Inside<Losses, TableData>;
  readonly #parts: TableParts;
  readonly #hourglass: AnyHourglass;
  readonly #sampler: Sampler;

  /** Starts from the weights in `savedValues` if it is present. @internal */
  constructor(gpu: Gpu, spec: TableSpec, savedValues?: SavedValues) {
    super();
    const assembler = new Assembler(() => this.alive());
    const parts = readTableSpec(gpu, spec, assembler.owners);
    const put = (where: string, data: unknown) => this.#put(where, data);
    const { hourglass, sampler, inside } = assembler.assemble(gpu, parts, { put }, savedValues);
    this.encoder = parts.encoder;
    this.decoder = parts.decoder;
    this.#parts = parts;
    this.#hourglass = hourglass;
    this.#sampler = sampler;
    this.inside = {
      ...(inside as unknown as Inside<Losses, TableData>),
      others: [parts.normalizer, parts.schema],
      spec: (options) => ({ table: writeTableSpec(parts), ...sampler.describe(options) }),
    };
  }

  /** The columns that the model was made for, in their order. */
  get columns(): readonly ModelColumn[] {
    return this.#parts.schema.columns;
  }

  /** The number of values in a code. */
  get codeSize(): number {
    return this.encoder.outputShape[0];
  }

  /** Continues from the point where a model was saved; its weights are there already. @throws FormatError @internal */
  override resume(
    checkpoint: Checkpoint,
    { samples = 0, scaled, sampler }: { samples?: number; scaled?: Scaled; sampler?: ReadSampler } = {},
  ): void {
    super.resume(checkpoint);
    if (sampler) this.#sampler.restore(sampler);
    if (scaled) {
      this.#parts.schema.settle(scaled.cells);
      this.#parts.normalizer.set(scaled.fitted);
    }
    this.#sampler.resume(samples);
  }

  /**
   * Trains the model further; see `fit` of `Autoencoder`. The first call learns the mean and the deviation of each
   * column of numbers from the training rows.
   *
   * Rejects with OptionError, ShapeError for a table with other columns, or DataError before the first dispatch, and
   * later with DivergedError, DeviceLostError, or the signal's reason.
   */
  fit(data: TableData, options: FitOptions<Losses, TableData>): Training {
    return this.#sampler.during(this.start(data, options));
  }

  /**
   * Computes the loss over all rows, without training or hidden cells: the mean of the scores that `errors` returns,
   * plus the model's penalties. A Gaussian code is sampled from `seed` (default: the model's), and `kl` is its
   * divergence; `loss` is then minus a bound of the log-likelihood, up to a constant.
   * @throws ShapeError, DataError
   */
  evaluate(data: TableData, options: { batchSize?: number; seed?: number } = {}): Promise<Losses> {
    return this.measure(data, options);
  }

  /**
   * Returns codes, [rows, code]; for a Gaussian code, its mean.
   * @throws ShapeError, DataError; LatentGpuError before the first fit
   */
  encode(data: TableData): Promise<Matrix> {
    return this.encoder.predict(data as Dataset);
  }

  /**
   * Returns mean and log-variance of a Gaussian code, each [rows, code].
   * @throws OptionError where the code is not Gaussian; ShapeError, DataError
   */
  posterior(data: TableData): Promise<{ mean: Matrix; logvar: Matrix }> {
    return posterior(this.#hourglass, data as Dataset);
  }

  /**
   * Encodes and decodes rows. Returns a table of the model's columns without blanks: numbers in their original units,
   * and the most probable name of each category.
   * @throws ShapeError, DataError; LatentGpuError before the first fit
   */
  reconstruct(data: TableData): Promise<Table> {
    return reconstruct(this.#hourglass, this.#parts, data);
  }

  /** Decodes rows of codes to a table. @throws ShapeError, DataError; LatentGpuError before the first fit */
  decode(codes: Matrix | Float32Array | Indices): Promise<Table> {
    return decodeTable(this.#parts, codes as Matrix);
  }

  /**
   * Returns the table with its blanks filled in by the model's reconstruction of each row, and nothing else changed. A
   * model trained with `corrupt: hideCells(rate)` does this best.
   * @throws ShapeError, DataError; LatentGpuError before the first fit
   */
  async impute(data: TableData): Promise<Table> {
    const reconstructed = await this.reconstruct(data);
    return filled(this.#tableOf('impute', data), reconstructed);
  }

  /**
   * Returns the reconstruction error of each row, through the mean of a Gaussian code: an anomaly score, higher for
   * stranger rows. It is the mean over the cells that are not blank, with a Gaussian code their sum: ½ (y − x)² in
   * deviations for a number, −log p for a category. `perColumn` returns that of each cell, rows × columns in one array
   * in the order of `columns`, NaN where the cell is blank. A score too large for float32 is infinite.
   *
   * With `hidden` each cell is judged from the other cells of its row while it is hidden from the encoder, so that even
   * a wide model cannot copy it. This is for models trained with `corrupt: hideCells(rate)`, and takes as many passes
   * as there are columns.
   * @throws ShapeError, DataError; LatentGpuError before the first fit
   */
  errors(data: TableData, options: { perColumn?: boolean; hidden?: boolean } = {}): Promise<Float32Array> {
    return scores(this.#hourglass, data, options);
  }

  /**
   * Explains the scores of rows, given by number from 0 (default: all): the columns of each row, ordered by their
   * errors, with the value that was found and the expected one (for a category the most probable name). Blank cells come
   * last.
   *
   * With `hidden` errors are as for `errors`, and up to ten columns of each row, those with the largest errors, come in
   * another order: first the one without whose value the errors of the other cells are least. What is predicted from a
   * strange cell looks strange as well, and no longer does if that cell is blank. It takes as many passes for each row as
   * up to ten rows take in `errors`.
   * @throws OptionError for a row that does not exist; ShapeError, DataError; LatentGpuError before the first fit
   */
  async explain(
    data: TableData,
    options: { rows?: ArrayLike<number>; hidden?: boolean } = {},
  ): Promise<ExplainedRow[]> {
    return explain(this.#hourglass, this.#parts, data, this.#tableOf('explain', data), options);
  }

  /**
   * Fits a mixture of Gaussians to the codes of rows, from which `sample` then draws; see `fitSampler` of
   * `Autoencoder`.
   */
  fitSampler(data: TableData, options: SamplerOptions = {}): Promise<SamplerFit> {
    return this.#sampler.fit(this.alive(), data as Dataset, options, this.inside.trainable.seed);
  }

  /**
   * Returns a table of `count` new rows, decoded from codes that are drawn from the mixture of `fitSampler`, or without
   * one from the prior. The same seed gives the same rows; without a seed each call gives others.
   * @throws OptionError where the model has no mixture and no prior; LatentGpuError where the weights have changed
   * since `fitSampler`
   */
  async sample(count: number, options: { seed?: number } = {}): Promise<Table> {
    const seed = checkSample(this.decoder, count, options);
    return this.decode(await this.#sampler.draw(count, this.inside.trainable.seed, seed));
  }

  /**
   * Writes the model, or half of it, as an ONNX file of standard operators (operator set 13, and 2 of ai.onnx.ml for
   * texts) for batches of any size. Each column is an input of its own, [batch], in the units of the table: a double
   * for numbers and times, NaN for a blank; a text for categories, '' for a blank. Its name is that of the column in
   * `columns`: of one without a name in the file, its number there. The outputs are each column as
   * `reconstruction.NAME`, and `score` [batch] and `cells` [batch, columns] as from `errors`. The encoder gives `code`,
   * with `logvar` for a Gaussian one and `indices` for a quantised one, and the decoder takes it.
   * @throws OptionError, also for a column whose name is that of an output, or has a zero character or an unpaired
   * surrogate; LatentGpuError before the first fit
   */
  async toOnnx(part: OnnxPart = 'autoencoder'): Promise<Uint8Array<ArrayBuffer>> {
    checkWord('toOnnx: the part', part, ['autoencoder', 'encoder', 'decoder']);
    const weights = this.placed();
    this.#parts.normalizer.needFitted();
    const { writeTableOnnx } = await import('./onnx.ts');
    return writeTableOnnx(part, this.#parts, weights);
  }

  /**
   * Returns the table of the data.
   * @throws OptionError; DataError for anything that is not a table, and was not made from one
   */
  #tableOf(where: string, data: unknown): Table {
    if (data instanceof Table) return data;
    if (!(data instanceof Dataset)) throw new OptionError(`${where}: takes what readTable or table returns`);
    return tableOf(where, data);
  }

  /** Uploads rows as cells with the meaning that they have for this model. */
  async #put(where: string, data: unknown): Promise<OnDevice> {
    const { gpu } = this.alive();
    const { schema, normalizer } = this.#parts;
    const first = where === 'fit' && !normalizer.fitted;
    // An earlier fit that was refused must not decide the units: its rows may have been of another size.
    if (first) schema.settle(undefined);
    if (data instanceof Dataset) {
      if (data.gpu !== gpu) throw new DataError(`${where}: the data set is on another Gpu than the model`);
      if (data.disposed) throw new DataError(`${where}: the data set was disposed`);
      const cells = data.storage.cells?.columns;
      if (cells && schema.takes(cells)) {
        await data.bringBack();
        if (first) schema.settle(cells);
        return { set: data, release: () => {} };
      }
    }
    // Cells in other units, or with categories in another order, are made again from the table.
    const own = this.#tableOf(where, data);
    const cells = schema.cellsOf(where, own);
    const set = data instanceof Dataset ? await putAgain(data, own, cells) : await putCells(gpu, own, cells);
    if (first) schema.settle(cells);
    return { set, release: () => set.dispose() };
  }
}
