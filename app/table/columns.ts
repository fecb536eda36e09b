/** Which columns of a file a model of its rows sees. */
import { OptionError, type Table, type TableColumn } from '../../src/index.ts';
import type { ColumnFacts } from './job.ts';

/** What a visitor wants of some columns, whatever would be chosen for them. */
export type Wishes = Readonly<Record<string, 'use' | 'leave'>>;

/** The columns that the model sees, and what there is to say of all. @throws OptionError where it would see none */
export function chosen(file: Table, wishes: Wishes = {}): { table: Table; columns: ColumnFacts[] } {
  const columns = factsOf(file, wishes);
  const without = columns.filter(({ left }) => left);
  if (without.length === columns.length)
    throw new OptionError(
      `the file has no column that a model can learn from: ${without.map(({ name, left }) => `${name}: ${left}`).join('; ')}`,
    );
  return { table: without.length ? file.without(...without.map(({ name }) => name)) : file, columns };
}

/** What there is to say of all columns. */
export function factsOf(file: Table, wishes: Wishes = {}): ColumnFacts[] {
  return file.columns.map((column): ColumnFacts => {
    const { name, kind, categories, missing, note, min, max } = column;
    const names = kind === 'category' ? categories?.length : undefined;
    return { name, kind, missing, names, min, max, note, left: whyLeft(column, file.length, wishes[name]) };
  });
}

/** Why the model does not see a column, where that is so. */
function whyLeft(
  { kind, categories, missing, min, max }: TableColumn,
  rows: number,
  wish: 'use' | 'leave' | undefined,
): string | undefined {
  // Of these no model can learn anything, whoever asks for it.
  if (missing === rows) return 'all of it is blank';
  if (kind === 'category' && !categories) return 'it has more than 10,000 different texts';
  if (wish === 'leave') return 'as you chose';
  if (wish === 'use') return undefined;
  if (categories && categories.length > 20 && categories.length > (rows - missing) / 2)
    return 'most rows have a text of their own there, as names and ids have';
  if (kind === 'category' ? categories!.length === 1 : min === max) return 'all of its values are the same';
  return undefined;
}
