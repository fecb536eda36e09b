import type { Table } from '../../src/index.ts';
import { cellWriter, field, namesOf } from './csv.ts';

/** A file with all of its columns, in which the blanks are filled in that the model knows something of. */
export function filledCsv(file: Table, filled: Table): string {
  const names = namesOf(file);
  const shown = cellWriter(file);
  const written = [names.map(field).join(',')];
  for (let i = 0; i < file.length; i++) {
    const [own, whole] = [file.row(i), filled.row(i)];
    const line = names.map((name) => shown(name, own[name] ?? whole[name] ?? null)).join(',');
    // A line with nothing in it would be none.
    written.push(line === '' ? '""' : line);
  }
  return `${written.join('\n')}\n`;
}
