/** Checks of the options `columns`, `label` and `classes`, which `readCsv` and `readTable` share. */
import { OptionError } from '../errors.ts';
import { shown } from '../runtime/options.ts';

/** Returns the index of a column requested by name or by number. @throws OptionError */
export function columnOf(where: string, asked: string | number, names: readonly string[], what: string): number {
  const column = typeof asked === 'number' ? asked : names.indexOf(asked);
  if (!Number.isInteger(column) || column < 0 || column >= names.length)
    throw new OptionError(
      `${where}: there is no column ${shown(asked)} ${what}; there are ${names.join(', ').slice(0, 400)}`,
    );
  if (typeof asked === 'string' && names.lastIndexOf(asked) !== column)
    throw new OptionError(`${where}: two columns are called ${shown(asked)}; choose one by its number`);
  return column;
}

/** Checks a list of columns, by name or by number. @throws OptionError */
export function checkColumnList(where: string, columns: unknown): (string | number)[] {
  const list = Array.isArray(columns) ? Array.from(columns as unknown[]) : [];
  if (!list.length || list.some((column) => typeof column !== 'string' && typeof column !== 'number'))
    throw new OptionError(`${where}: columns must be a list of names, or of numbers from 0 on, not ${shown(columns)}`);
  return list as (string | number)[];
}

/** Checks a list of classes, and that there is a label. @throws OptionError */
export function checkClasses(where: string, classes: unknown, label: unknown): string[] | undefined {
  if (classes === undefined) return undefined;
  const names = Array.isArray(classes) ? Array.from(classes as unknown[]) : [];
  if (!names.length || names.some((name) => typeof name !== 'string') || new Set(names).size < names.length)
    throw new OptionError(`${where}: classes must be a list of different texts, not ${shown(classes)}`);
  if (label === undefined) throw new OptionError(`${where}: classes need \`label\`, the column that holds them`);
  return names as string[];
}
