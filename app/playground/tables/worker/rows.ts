/** A model of a table's rows, with the methods that the page calls. */
import type { ExplainedRow, Gpu, Table, TableAutoencoder } from '../../../../src/index.ts';
import { stopOn } from '../../../stopping.ts';
import { filledCsv } from '../../../table/filled.ts';
import { judged, type Judged } from '../../../table/judged.ts';
import { lengths, modelFor, optimizerFor } from '../../../table/model.ts';
import { scoresCsv } from '../../../table/scores.ts';
import { CodeMap } from '../../worker/map.ts';
import type { Choices } from '../choices.ts';
import type { FileKind, FilledBlank, RankedRow, RowMap, TrainingProgress } from '../protocol.ts';

/** The smallest number of rows that the file explains. */
const explained = 1000;

export class RowsJob {
  readonly #reasons = new Map<number, ExplainedRow>();
  #filled: Promise<Table> | undefined;

  private constructor(
    /** The table with all columns of the file. */
    readonly file: Table,
    /** The table with the columns that the model uses. */
    private readonly table: Table,
    private readonly model: TableAutoencoder,
    readonly judged: Judged,
    readonly training: { seconds: number; stopped: boolean },
  ) {}

  static async learn(
    gpu: Gpu,
    { file, table }: { file: Table; table: Table },
    { seed, steps: asked }: Choices,
    hear: (progress: TrainingProgress) => void,
    signal: AbortSignal,
  ): Promise<RowsJob> {
    const { steps, batch } = lengths(table, { steps: asked });
    const model = await modelFor(gpu, table, seed);
    const training = model.fit(table, {
      ...{ steps, batchSize: batch, optimizer: optimizerFor(steps), progressEveryMs: 250 },
      onProgress: ({ step, examplesPerSecond }) =>
        hear({ step, steps, secondsLeft: ((steps - step) * batch) / examplesPerSecond }),
    });
    stopOn(signal, training);
    const { seconds, stopped } = await training;
    return new RowsJob(file, table, model, await judged(model, table), { seconds, stopped: stopped === 'user' });
  }

  get blankCount(): number {
    return this.table.columns.reduce((sum, { missing }) => sum + missing, 0);
  }

  async ranked(from: number, to: number): Promise<RankedRow[]> {
    const rows = this.judged.order.slice(from, to);
    const reasons = await this.#reasonsOf(rows);
    return rows.map((row, i) => ({
      score: this.judged.scores[row],
      cells: this.file.row(row),
      reason: reasons[i],
    }));
  }

  async #reasonsOf(rows: number[]): Promise<ExplainedRow[]> {
    const unknown = rows.filter((row) => !this.#reasons.has(row));
    const { hidden } = this.judged;
    for (const reason of await this.model.explain(this.table, { rows: unknown, hidden }))
      this.#reasons.set(reason.row, reason);
    return rows.map((row) => this.#reasons.get(row)!);
  }

  async blanks(most: number): Promise<FilledBlank[]> {
    const filled = await this.#whole();
    const found: FilledBlank[] = [];
    for (let row = 0; row < this.table.length && found.length < most; row++) {
      const own = this.table.row(row);
      for (const { name } of this.table.columns)
        if (own[name] === null && found.length < most) found.push({ row, column: name, value: filled.row(row)[name] });
    }
    return found;
  }

  #whole(): Promise<Table> {
    return (this.#filled ??= this.model.impute(this.table));
  }

  async map(): Promise<RowMap> {
    const codes = await this.model.encode(this.table);
    return { ...new CodeMap(this.model.codeSize).draw(codes), size: this.model.codeSize };
  }

  async write(kind: FileKind, strange: number): Promise<Blob> {
    const { scores, order } = this.judged;
    switch (kind) {
      case 'scores': {
        const reasons = await this.#reasonsOf(order.slice(0, Math.max(explained, strange)));
        return new Blob([scoresCsv(this.file, scores, order, reasons)], { type: 'text/csv' });
      }
      case 'filled':
        return new Blob([filledCsv(this.file, await this.#whole())], { type: 'text/csv' });
      case 'weights':
        return new Blob([await this.model.save()]);
      case 'onnx':
        return new Blob([await this.model.toOnnx()]);
    }
  }
}
