/** The texts of the command line about a table's anomalous rows. */
import { reason } from '../../app/table/words.mjs';
import { adapter, counted, duration, short, whole } from './words.mjs';

/** @typedef {import('../../app/table/job.ts').TableJobResult} TableJobResult */

/** Returns the rows with the highest scores, one on each line. @param {TableJobResult} result @param {number} count */
export function reasonsOf(result, count) {
  const rows = result.strange.slice(0, count);
  const width = Math.max(3, ...rows.map(({ row }) => `${row + 1}`.length));
  const lines = rows.map(
    (each) =>
      `  ${`${each.row + 1}`.padStart(width)}  ${each.score.toPrecision(3).padStart(8)}  ${reason(each, result.columns)}`,
  );
  return [`  ${'row'.padStart(width)}  ${'score'.padStart(8)}  why`, ...lines, ''].join('\n');
}

/**
 * Returns the summary of a training.
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
