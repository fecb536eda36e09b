/** What a model of tables computes from rows; see the methods of `TableAutoencoder` for the contract. */
import type { Dataset } from '../../data/dataset.ts';
import type { Table } from '../../data/table/table.ts';
import { blanksAsNaN } from '../../runtime/blank.ts';
import { checkFlag, checkNumber, checkNumbers, checkOptions } from '../../runtime/options.ts';
import { columnByColumn } from '../../kernels/cells.ts';
import type { Matrix, Tensor } from '../../runtime/tensor.ts';
import { predict, type Recording } from '../predict.ts';
import {
  isGaussian,
  recordErrors,
  recordInput,
  recordOutput,
  recordReconstruction,
  type AnyHourglass,
} from '../training/hourglass.ts';
import { putData } from '../training/trainable.ts';
import type { TableData, TableParts } from './spec.ts';
import { tableOfCells } from './tables.ts';

/** The part of a cell in the score of its row. */
export interface ExplainedCell {
  /** The name of the column. */
  column: string;
  /** The error: ½ (y − x)² in deviations for a number, −log p for a category, NaN for a blank; see `errors`. */
  error: number;
  /** The value in the row: a number, a name, seconds since 1970-01-01 (UTC), or null for a blank. */
  found: number | string | null;
  /** The value that the model expects. */
  expected: number | string | null;
}

/** The parts of a row's score. */
export interface ExplainedRow {
  /** The number of the row among the given ones, counted from 0. */
  row: number;
  /** The score of the row, as `errors` returns it. */
  score: number;
  /** All columns, those that add the most first. */
  columns: ExplainedCell[];
}

/** Encodes and decodes rows. */
export async function reconstruct(
  model: AnyHourglass,
  parts: TableParts,
  data: TableData,
  hidden = false,
): Promise<Table> {
  const { encoder } = model;
  const { columns } = parts.schema;
  const record: Recording = (pass, examples) => {
    if (!hidden) return recordReconstruction(model, pass, examples);
    const x = recordInput(model, pass, examples);
    const decoded = (cells: Tensor) => model.decoder.record(pass, encoder.record(pass, cells));
    return columnByColumn(pass.tape, x, (cells) => recordOutput(model, pass, decoded(cells)));
  };
  const { data: cells } = await predict(
    encoder.host(),
    'reconstruct',
    data as Dataset,
    encoder.inputShape,
    [columns.length],
    record,
  );
  return tableOfCells(parts, cells);
}

/** Decodes rows of codes to a table. */
export async function decodeTable(parts: TableParts, codes: Matrix): Promise<Table> {
  const { decoder, normalizer, schema } = parts;
  normalizer.needFitted();
  const record: Recording = (pass, z) => normalizer.inverse(pass.tape, decoder.record(pass, z));
  const host = { ...decoder.host(), place: undefined, put: undefined };
  const shape = [schema.columns.length];
  const { data } = await predict(host, 'decode', codes, decoder.inputShape, shape, record);
  return tableOfCells(parts, data);
}

/** Returns the score of each row, or of each cell. */
export async function scores(
  model: AnyHourglass,
  data: TableData,
  options: { perColumn?: boolean; hidden?: boolean },
): Promise<Float32Array> {
  checkOptions('errors', options, ['perColumn', 'hidden']);
  const { perColumn = false, hidden = false } = options;
  checkFlag('errors: perColumn', perColumn);
  checkFlag('errors: hidden', hidden);
  if (hidden) return hiddenScores(model, data, perColumn);
  const { host, inputShape } = model.encoder;
  const shape = perColumn ? inputShape : [1];
  const record: Recording = (pass, x) => recordErrors(model, pass, x, perColumn);
  const values = (await predict(host(), 'errors', data as Dataset, inputShape, shape, record, { scores: true })).data;
  return perColumn ? blanksAsNaN(values) : values;
}

/** Returns the score of each cell while it is hidden, or for each row their mean, with a Gaussian code their sum. */
async function hiddenScores(model: AnyHourglass, data: TableData, perColumn: boolean): Promise<Float32Array> {
  const { host, inputShape } = model.encoder;
  const record: Recording = (pass, examples) => {
    const x = recordInput(model, pass, examples);
    return columnByColumn(pass.tape, x, (hidden) => {
      const y = model.decoder.record(pass, model.encoder.record(pass, hidden));
      return model.loss.recorded!.elements(pass.tape, y, x, pass.state);
    });
  };
  const values = (await predict(host(), 'errors', data as Dataset, inputShape, inputShape, record, { scores: true }))
    .data;
  const cells = blanksAsNaN(values);
  return perColumn ? cells : ofRows(model, cells);
}

/** Returns the scores of rows from those of their cells. */
function ofRows(model: AnyHourglass, cells: Float32Array): Float32Array {
  const [width] = model.encoder.inputShape;
  return Float32Array.from({ length: cells.length / width }, (_, row) => {
    const there = cells.subarray(row * width, (row + 1) * width).filter((value) => !Number.isNaN(value));
    const sum = there.reduce((all, value) => all + value, 0);
    return isGaussian(model) || !there.length ? sum : sum / there.length;
  });
}

/** Returns rows with their columns, ordered by their part of the score. */
export async function explain(
  model: AnyHourglass,
  parts: TableParts,
  data: TableData,
  table: Table,
  options: { rows?: ArrayLike<number>; hidden?: boolean },
): Promise<ExplainedRow[]> {
  checkOptions('explain', options, ['rows', 'hidden']);
  const { rows = [...Array(table.length).keys()], hidden = false } = options;
  const numbers = Array.from(checkNumbers('explain: rows', rows), (row) =>
    checkNumber('explain: row', row, { least: 0, most: table.length - 1, whole: true }),
  );
  if (!numbers.length) return [];
  const some = table.pick(Uint32Array.from(numbers));
  const { set, release } = await putData('explain', model.encoder.host(), some as never, model.encoder.inputShape);
  try {
    const cells = await scores(model, set, { perColumn: true, hidden });
    // Hidden scores take a pass for each column, so those of the cells are used again.
    const totals = hidden ? ofRows(model, cells) : await scores(model, set, {});
    const expected = await reconstruct(model, parts, set, hidden);
    const { columns } = parts.schema;
    const width = columns.length;
    return numbers.map((row, i) => {
      const [found, wanted] = [some.row(i), expected.row(i)];
      const explained = columns.map(({ name }, c) => ({
        column: name,
        error: cells[i * width + c],
        found: found[name],
        expected: wanted[name],
      }));
      // NaN, the error of a blank, cannot be compared.
      const rank = ({ error }: ExplainedCell) => (Number.isNaN(error) ? -1 : error);
      return { row, score: totals[i], columns: explained.sort((a, b) => rank(b) - rank(a)) };
    });
  } finally {
    release();
  }
}
