/** Cells as a file of comma-separated values has them (RFC 4180). */
import type { Table } from '../../src/index.ts';

/** A cell of a CSV, in quotes where it needs them. */
export const field = (value: string | number | null): string => {
  const text = value === null ? '' : `${value}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The names of a table's columns in their order, the label's last. The keys of a row are not: numbers come first there. */
export function namesOf(file: Table): string[] {
  const names = file.columns.map(({ name }) => name);
  return [...names, ...Object.keys(file.row(0)).filter((name) => !names.includes(name))];
}

/** Writes the cells of a table as people read them: times in ISO 8601. */
export function cellWriter(file: Table): (name: string, value: string | number | null) => string {
  const times = new Set(file.columns.filter(({ kind }) => kind === 'time').map(({ name }) => name));
  return (name, value) =>
    field(times.has(name) && value !== null ? new Date(1000 * Number(value)).toISOString() : value);
}
