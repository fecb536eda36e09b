import type { Table, TableAutoencoder } from '../../src/index.ts';

/** Rows that are explained at a time. */
const atOnce = 10_000;

/**
 * All rows of a file as it has them, the strangest first: the row's number, 1 being the first below the header, its score, the column to blame with the
 * value found and the value expected, and then all columns of the file.
 */
export async function scoresCsv(
  model: TableAutoencoder,
  table: Table,
  file: Table,
  scores: Float32Array,
  order: readonly number[],
): Promise<string> {
  const names = Object.keys(file.row(0));
  const times = new Set(file.columns.filter(({ kind }) => kind === 'time').map(({ name }) => name));
  // As people read it, and as the file had it.
  const shown = (name: string, value: string | number | null) =>
    field(times.has(name) && value !== null ? new Date(1000 * Number(value)).toISOString() : value);
  const written = [['row', 'score', 'column', 'found', 'expected', ...names.map(field)].join(',')];
  for (let first = 0; first < order.length; first += atOnce) {
    for (const { row, columns } of await model.explain(table, { rows: order.slice(first, first + atOnce) })) {
      const [{ column, found, expected }] = columns;
      const own = file.row(row);
      const reason = [field(column), shown(column, found), shown(column, expected)];
      const cells = names.map((name) => shown(name, own[name]));
      written.push([row + 1, scores[row].toPrecision(6), ...reason, ...cells].join(','));
    }
  }
  return `${written.join('\n')}\n`;
}

const field = (value: string | number | null): string => {
  const text = value === null ? '' : `${value}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
