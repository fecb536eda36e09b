/** What the command line says of a table's strange rows. */
import { adapter, counted, duration, short, whole } from './words.mjs';

/** @typedef {import('../../app/table/job.ts').TableJobResult} TableJobResult */

/** Columns of a row that are blamed, at most, */
const mostBlamed = 3;
/** and no others than those that add so much of what the first one adds. */
const leastShare = 0.3;

/** The columns to blame for a row. @param {TableJobResult['strange'][number]} row */
export function blamed({ columns }) {
  const most = columns[0]?.error ?? NaN;
  return columns.filter(({ error }, i) => i < mostBlamed && error >= leastShare * most);
}

/** A value as people read it. @param {string | number | null} value @param {string} kind */
export function valueWords(value, kind) {
  if (value === null) return 'nothing';
  if (kind === 'time') return new Date(1000 * Math.round(Number(value))).toISOString().replace('.000Z', 'Z');
  return typeof value === 'number' ? `${Number(value.toPrecision(5))}` : `'${value}'`;
}

/** Why a row is strange. @param {TableJobResult['strange'][number]} row @param {TableJobResult} result */
export function reason(row, { columns }) {
  const kindOf = (/** @type {string} */ name) => columns.find((column) => column.name === name)?.kind ?? 'number';
  return blamed(row)
    .map(({ column, found, expected }) => {
      const kind = kindOf(column);
      return `${column} is ${valueWords(found, kind)}, expected ${valueWords(expected, kind)}`;
    })
    .join('; ');
}

/** The strangest rows, one a line. @param {TableJobResult} result @param {number} count */
export function reasonsOf(result, count) {
  const rows = result.strange.slice(0, count);
  const width = Math.max(3, ...rows.map(({ row }) => `${row + 1}`.length));
  const lines = rows.map(
    (each) =>
      `  ${`${each.row + 1}`.padStart(width)}  ${each.score.toPrecision(3).padStart(8)}  ${reason(each, result)}`,
  );
  return [`  ${'row'.padStart(width)}  ${'score'.padStart(8)}  why`, ...lines, ''].join('\n');
}

/**
 * What came of it.
 * @param {TableJobResult} result
 * @param {number} seconds in all
 * @param {string[]} written
 */
export function tableSummary({ adapter: info, rows, columns, training, filled }, seconds, written) {
  const left = columns.filter((column) => column.left);
  const lines = [
    ['adapter', adapter(info)],
    ['table', `${whole(rows)} rows, ${counted(columns.length - left.length, 'column')}`],
    ...left.map((column) => ['left out', `${column.name}: ${column.left}`]),
    ['time', `${duration(training.seconds)} of training, ${duration(seconds)} in all`],
    ['blanks', filled ? `${whole(filled)}, filled in` : 'none'],
    ...written.map((file, i) => [i ? '' : 'written', short(file)]),
  ];
  return `\n${lines.map(([name = '', value]) => `  ${name.padEnd(11)}${value}`).join('\n')}\n`;
}
