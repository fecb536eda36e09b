/** Which columns are to blame for the scores of rows; see `explain` of `TableAutoencoder` for the contract. */
import type { Table } from '../../data/table/table.ts';
import { checkNumber, checkNumbers, checkOptions } from '../../runtime/options.ts';
import { scoped } from '../../runtime/scope.ts';
import type { AnyHourglass } from '../training/hourglass.ts';
import { putData } from '../training/trainable.ts';
import { reconstruct } from './reading.ts';
import { hiddenScores, ofRows, scores } from './scores.ts';
import type { TableData, TableParts } from './spec.ts';
import { withBlanks } from './tables.ts';

/** The most columns of a row that are tried as the one to blame. */
const mostTried = 10;
/** The number of rows whose columns are tried at once, which bounds the memory. */
const rowsAtOnce = 2 ** 12;

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
  /** All columns, those to blame first; see `explain`. */
  columns: ExplainedCell[];
}

/** Returns rows with their columns, those to blame first. */
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
  const { owner, inputShape } = model.encoder;
  return scoped(async (scope) => {
    const set = scope.ownSet(await putData('explain', owner(), some as never, inputShape));
    const cells = await scores(model, set, { perColumn: true, hidden });
    // Hidden scores take a pass for each column, so those of the cells are used again.
    const totals = hidden ? ofRows(model, cells) : await scores(model, set, {});
    const expected = await reconstruct(model, parts, set, hidden);
    const { columns } = parts.schema;
    const width = columns.length;
    const orders = numbers.map((_, i) => largestFirst(cells.subarray(i * width, (i + 1) * width)));
    if (hidden) await tryColumns(model, parts, some, orders);
    return numbers.map((row, i) => {
      const [found, wanted] = [some.row(i), expected.row(i)];
      const explained = [...orders[i].blamed, ...orders[i].others].map((c) => {
        const { name } = columns[c];
        return { column: name, error: cells[i * width + c], found: found[name], expected: wanted[name] };
      });
      return { row, score: totals[i], columns: explained };
    });
  });
}

/** The columns of a row in their order: those with the largest errors, and the others, which begin with smaller ones. */
interface Order {
  blamed: number[];
  others: number[];
}

/** Orders the columns of a row by their errors, the largest first and blanks, whose error is NaN, last. */
function largestFirst(errors: Float32Array): Order {
  const rank = (c: number) => (Number.isNaN(errors[c]) ? -1 : errors[c]);
  const order = [...errors.keys()].sort((a, b) => ascending(rank(b), rank(a)));
  const tried = Math.min(mostTried, errors.filter((error) => !Number.isNaN(error)).length);
  return { blamed: order.slice(0, tried), others: order.slice(tried) };
}

/**
 * Orders the blamed columns of each row by what the errors of all other cells add up to while the column is blank, the
 * least first. The cells that are predicted from a strange cell look strange as well, but only as long as the model
 * sees it.
 */
async function tryColumns(model: AnyHourglass, { schema }: TableParts, table: Table, orders: Order[]): Promise<void> {
  const width = schema.columns.length;
  for (let first = 0; first < orders.length; first += rowsAtOnce) {
    const some = orders.slice(first, first + rowsAtOnce);
    // Each row once for each of its blamed columns, which is blank there.
    const rows = some.flatMap(({ blamed }, i) => blamed.map(() => first + i));
    const blanks = some.flatMap(({ blamed }) => blamed.map((column) => schema.columns[column].name));
    if (!rows.length) continue;
    const errors = await hiddenScores(model, withBlanks(table, rows, blanks), true);
    const sums = rows.map((_, i) => sumOf(errors.subarray(i * width, (i + 1) * width)));
    let next = 0;
    for (const { blamed } of some) {
      const left = new Map(blamed.map((column) => [column, sums[next++]]));
      blamed.sort((a, b) => ascending(left.get(a)!, left.get(b)!));
    }
  }
}

/** Returns the sum of the errors of cells that are not blank. */
const sumOf = (errors: Float32Array): number =>
  errors.reduce((sum, error) => (Number.isNaN(error) ? sum : sum + error), 0);

/** Compares numbers, of which several may be infinite. */
const ascending = (a: number, b: number): number => (a === b ? 0 : a - b);
