import type { ExplainedRow, Table } from '../../src/index.ts';
import { cellWriter, field, namesOf } from './csv.ts';

/**
 * All rows of a file as it has them, the strangest first: the row's number, 1 being the first below the header, its score, and then all columns of the
 * file. Of the first ones the column to blame is told, with the value found and the value expected.
 */
export function scoresCsv(
  file: Table,
  scores: Float32Array,
  order: readonly number[],
  reasons: readonly ExplainedRow[],
): string {
  const names = namesOf(file);
  const shown = cellWriter(file);
  const written = [['row', 'score', 'column', 'found', 'expected', ...names.map(field)].join(',')];
  order.forEach((row, i) => {
    const own = file.row(row);
    const worst = reasons[i]?.columns[0];
    const reason = worst
      ? [field(worst.column), shown(worst.column, worst.found), shown(worst.column, worst.expected)]
      : ['', '', ''];
    const cells = names.map((name) => shown(name, own[name]));
    written.push([row + 1, scores[row].toPrecision(6), ...reason, ...cells].join(','));
  });
  return `${written.join('\n')}\n`;
}
