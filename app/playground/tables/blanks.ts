import type { ColumnFacts } from '../../table/job.ts';
import { byId, tableOf, writeText } from '../dom.ts';
import type { FilledBlank } from './protocol.ts';
import { counted, filledWords, whole } from './words.ts';

/** The most blanks that are shown; the file has all of them. */
export const mostBlanks = 50;

/** Shows the first blanks of a table, with the values that the model fills in. */
export function showBlanks(found: readonly FilledBlank[], count: number, columns: readonly ColumnFacts[]): void {
  const kinds = new Map(columns.map(({ name, kind }) => [name, kind]));
  const more = count > found.length ? ` These are the first ${found.length}; filled.csv has all.` : '';
  writeText(
    byId('t-blanks-about'),
    count
      ? `${counted(count, 'blank')}. Each gets the value that the model expects from the other cells of its row.${more}`
      : 'There are none in the columns that the model sees.',
  );
  byId('t-blanks-table').replaceChildren(
    ...(found.length
      ? [
          tableOf(
            ['row', 'column', 'filled in'],
            found.map(({ row, column, value }) => [
              whole(row + 1),
              column,
              filledWords(value, kinds.get(column) ?? 'number'),
            ]),
          ),
        ]
      : []),
  );
}
