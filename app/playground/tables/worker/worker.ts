/**
 * The worker of the view of tables. It reads a file, trains a model and scores the rows, so that the page only draws.
 * One worker has one file, read with one set of choices.
 */
import { expose } from 'comlink';
import { openGpu, readTable, type Table, type TableOptions } from '../../../../src/index.ts';
import { chosen, factsOf } from '../../../table/columns.ts';
import { adapterOf } from '../../adapter.ts';
import { readingOptions, wishesOf, type Choices } from '../choices.ts';
import { examples } from '../examples.ts';
import type { ColumnValues, JudgedRows, JudgedSeries, NotRead, Source, TableWorker, Understood } from '../protocol.ts';
import { RowsJob } from './rows.ts';
import { SeriesJob } from './series.ts';

/** The number of rows that are examined if the whole file cannot be read. */
const firstRows = 50;

const stopping = new AbortController();
let file: Table | undefined;
let rows: RowsJob | undefined;
let series: SeriesJob | undefined;

const api: TableWorker = {
  async read(source, choices, hear) {
    try {
      file = await read(source, { ...readingOptions(choices), onProgress: (progress) => hear(progress.rows) });
      return understood(file, choices);
    } catch (error) {
      return notRead(source, choices, error);
    }
  },
  async learnRows(choices, hear) {
    const gpu = await openGpu();
    const { table } = chosen(current(), wishesOf(choices));
    rows = await RowsJob.learn(gpu, { file: current(), table }, choices, hear, stopping.signal);
    const { scores, order } = rows.judged;
    return {
      adapter: adapterOf(gpu),
      ...rows.training,
      scores: Float32Array.from(order, (row) => scores[row]),
      order: Uint32Array.from(order),
      blanks: rows.blankCount,
    } satisfies JudgedRows;
  },
  async learnSeries(choices, hear) {
    const gpu = await openGpu();
    const left = Object.keys(choices.columns).filter((name) => choices.columns[name] === 'leave');
    const table = left.length ? current().without(...left) : current();
    series = await SeriesJob.learn(gpu, table, choices, hear, stopping.signal);
    const { window, windows, seconds, scores, perChannel } = series.learnt;
    return {
      adapter: adapterOf(gpu),
      ...{ seconds, stopped: series.stopped, window, windows, scores, perChannel },
      ...series.drawn,
    } satisfies JudgedSeries;
  },
  stop: () => stopping.abort(),
  ranked: (from, to) => learnt().ranked(from, to),
  blanks: (most) => learnt().blanks(most),
  map: () => learnt().map(),
  values(column): ColumnValues {
    const table = current();
    const { labels, classes } = table;
    const found = table.columns.find(({ name }) => name === column);
    if (!found) return { kind: 'category', values: labels ?? [], names: classes ?? [] };
    const values = table.values(column);
    return found.kind === 'category'
      ? { kind: 'category', values, names: found.categories ?? [] }
      : { kind: found.kind, values };
  },
  async file(kind, strange) {
    return series ? series.write(kind, strange) : learnt().write(kind, strange);
  },
};

expose(api);

const read = (source: Source, options: TableOptions): Promise<Table> =>
  readTable(typeof source === 'string' ? examples[source].text() : source, options);

function current(): Table {
  if (!file) throw new Error('no file has been read');
  return file;
}

function learnt(): RowsJob {
  if (!rows) throw new Error('nothing has been learned yet');
  return rows;
}

function understood(table: Table, choices: Choices): Understood {
  const label = Object.keys(choices.columns).find((name) => choices.columns[name] === 'label');
  return {
    rows: table.length,
    columns: factsOf(table, wishesOf(choices)),
    ...(label !== undefined && { label: { name: label, classes: table.classes!.length } }),
    dialect: table.dialect,
  };
}

/** Returns why a file cannot be read, and the columns of its first rows, so that the visitor can choose their kinds. */
async function notRead(source: Source, choices: Choices, error: unknown): Promise<NotRead> {
  const why = error instanceof Error ? error.message : String(error);
  const first = await read(source, { ...readingOptions({ ...choices, columns: {} }), maxRows: firstRows }).catch(
    // The first rows cannot be read either, for the same reason.
    () => undefined,
  );
  return { why, columns: first ? factsOf(first) : [] };
}
