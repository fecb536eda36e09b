/** Cells of a complete table are hidden and filled in again: by a model, by the mean or the most frequent name, and by a linear model for each column. */
import { Matrix, solve } from 'ml-matrix';
import {
  adam,
  autoencoder,
  cosine,
  dense,
  hideCells,
  readTable,
  type Gpu,
  type Table,
  type TableAutoencoder,
  type TableRow,
} from '../../../src/index.ts';
import { encoded, encoding, uniform, type Encoded } from './numbers.ts';
import type { Complete } from './sources.ts';
import type { Reports } from '../../progress.ts';

/** How far off hidden cells are filled. */
export type Filled = {
  /** Of hidden numbers, in the deviations of their columns, over all of them. */
  rmse: number;
  /** Of hidden names, which share is right. */
  right: number;
};

/** A copy of rows in which a share of the cells is blank. */
export function withHoles(rows: readonly TableRow[], share: number, seed: number): TableRow[] {
  const u = uniform(seed);
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, u() < share ? null : value])),
  );
}

/** Rows as the library reads them. */
export const asTable = ({ kinds }: Complete, rows: readonly TableRow[]): Promise<Table> =>
  readTable(JSON.stringify(rows), { columns: kinds });

/** The model that all tables get, trained for so many steps. */
export async function trained(
  gpu: Gpu,
  table: Table,
  { steps, seed, hidden }: { steps: number; seed: number; hidden: number },
  reports: Reports,
): Promise<TableAutoencoder> {
  const model = await autoencoder(gpu, {
    input: table.columns,
    encoder: [dense(128, 'gelu'), dense(32)],
    decoder: [dense(128, 'gelu')],
    corrupt: hideCells(hidden),
    seed,
  });
  const batchSize = Math.min(64, table.length);
  await model.fit(table, { steps, batchSize, optimizer: adam(cosine(2e-3, { to: 1e-5, steps })), ...reports });
  return model;
}

/** How well cells that were hidden are filled in. */
export function measured(complete: Complete, holes: readonly TableRow[], filled: readonly TableRow[]): Filled {
  const columns = encoding(complete, complete.rows);
  let [squares, numbers, right, names] = [0, 0, 0, 0];
  holes.forEach((row, i) => {
    for (const column of columns) {
      if (row[column.name] !== null) continue;
      const [value, found] = [complete.rows[i][column.name], filled[i][column.name]];
      if (column.names) {
        names++;
        right += Number(found === value);
      } else {
        numbers++;
        squares += ((Number(found) - Number(value)) / column.deviation) ** 2;
      }
    }
  });
  return { rmse: Math.sqrt(squares / numbers), right: right / names };
}

/** Blanks filled by the mean of their column, or its most frequent name. */
export function byMean(complete: Complete, holes: readonly TableRow[]): TableRow[] {
  const columns = encoding(complete, holes);
  const usual = columns.map(({ name, names, mean }) => {
    if (!names) return mean;
    const times = names.map((each) => holes.filter((row) => row[name] === each).length);
    return names[times.indexOf(Math.max(...times))];
  });
  return holes.map((row) => Object.fromEntries(columns.map(({ name }, c) => [name, row[name] ?? usual[c]])));
}

/** Ridge regression on all other columns, with their blanks at the mean: of numbers, and of each name's indicator, of which the largest counts. */
export function byLinearModels(complete: Complete, holes: readonly TableRow[], ridge = 1): TableRow[] {
  const columns = encoding(complete, holes);
  const x = encoded(columns, holes);
  const filled = holes.map((row) => ({ ...row }));
  for (const column of columns) {
    const inputs = x.map((row) => others(row, column));
    const known = [...holes.keys()].filter((i) => holes[i][column.name] !== null);
    const a = new Matrix(known.map((i) => inputs[i]));
    const targets = new Matrix(known.map((i) => x[i].slice(column.first, column.first + column.width)));
    const products = a.transpose().mmul(a).add(Matrix.eye(a.columns).mul(ridge));
    const weights = solve(products, a.transpose().mmul(targets));
    holes.forEach((row, i) => {
      if (row[column.name] !== null) return;
      const y = new Matrix([inputs[i]]).mmul(weights).getRow(0);
      filled[i][column.name] = column.names
        ? column.names[y.indexOf(Math.max(...y))]
        : column.mean + column.deviation * y[0];
    });
  }
  return filled;
}

/** A row without a column, and a 1 for what is left over. */
const others = (row: readonly number[], { first, width }: Encoded): number[] => [
  ...row.slice(0, first),
  ...row.slice(first + width),
  1,
];
