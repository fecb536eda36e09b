/** A model of a table's steps in time, with the methods that the page calls. */
import type { Gpu, Table } from '../../../../src/index.ts';
import { reporting } from '../../../progress.ts';
import { channelsOf } from '../../../series/channels.ts';
import { momentOf, seriesCsv } from '../../../series/csv.ts';
import { learnSeries, type LearntSeries } from '../../../series/learn.ts';
import type { Choices } from '../choices.ts';
import type { FileKind, TrainingProgress } from '../protocol.ts';

export class SeriesJob {
  private constructor(
    private readonly table: Table,
    readonly learnt: LearntSeries,
    readonly stopped: boolean,
  ) {}

  static async learn(
    gpu: Gpu,
    table: Table,
    { seed, steps }: Choices,
    hear: (progress: TrainingProgress) => void,
    signal: AbortSignal,
  ): Promise<SeriesJob> {
    const learnt = await learnSeries(
      gpu,
      table,
      { seed, steps },
      {
        begins: () => undefined,
        reports: (batch) => reporting(batch, ({ step, steps, secondsLeft }) => hear({ step, steps, secondsLeft })),
        signal,
      },
    );
    return new SeriesJob(table, learnt, signal.aborted);
  }

  /** The values that the page draws: times, and the numbers of each channel. */
  get drawn(): {
    channels: string[];
    left: string[];
    blanks: number;
    times?: ArrayLike<number>;
    values: ArrayLike<number>[];
  } {
    const { channels, left, blanks } = channelsOf(this.table);
    const time = this.table.columns.find(({ kind }) => kind === 'time')?.name;
    return {
      ...{ channels, left, blanks },
      times: time === undefined ? undefined : this.table.values(time),
      values: channels.map((name) => this.table.values(name)),
    };
  }

  async write(kind: FileKind, limit: number): Promise<Blob> {
    const { model, scores } = this.learnt;
    switch (kind) {
      case 'scores':
        return new Blob([seriesCsv(scores, limit, momentOf(this.table))], { type: 'text/csv' });
      case 'weights':
        return new Blob([await model.save()]);
      case 'onnx':
        return new Blob([await model.toOnnx()]);
      case 'filled':
        throw new Error('the blanks of a series are skipped, not filled in');
    }
  }
}
