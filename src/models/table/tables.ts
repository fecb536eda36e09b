/** Makes tables from the outputs of a model. */
import { classOrder } from '../../data/class-order.ts';
import { storedBy, type Codes, type Numbers } from '../../data/table/chunks.ts';
import type { ColumnData } from '../../data/table/column-data.ts';
import { Table } from '../../data/table/table.ts';
import { blankCell } from '../../runtime/blank.ts';
import type { Dialect } from '../../data/table/dialect.ts';
import type { TableParts } from './spec.ts';

/** The dialect of a table that was not read from a file. */
const made: Dialect = { format: 'csv', missing: [] };

/** Makes a table of cells [rows, columns] that a model decoded. */
export function tableOfCells({ schema, normalizer }: TableParts, cells: Float32Array): Table {
  const width = schema.columns.length;
  const length = cells.length / width;
  const columns = schema.columns.map(({ name, kind, categories }, c): ColumnData => {
    const cell = (row: number) => cells[row * width + c];
    const values = categories
      ? storedBy<Codes>(Int32Array, length, (row) => (cell(row) >= blankCell ? -1 : cell(row)))
      : storedBy<Numbers>(Float64Array, length, (row) => normalizer.inUnits(c, cell(row)));
    return { name, kind, values, ...(categories && { categories }), notes: [] };
  });
  return new Table({ columns, length, dialect: made });
}

/** Returns a table with its blanks filled from another one with the same rows and columns. */
export function filled(table: Table, other: Table): Table {
  const { length } = table;
  const columns = table.storage.columns.map((column): ColumnData => {
    const own = column.values.joined(table.rows);
    const { values, categories } = other.storage.columns.find(({ name }) => name === column.name)!;
    if (column.kind !== 'category') {
      const valueAt = (row: number) => (Number.isNaN(own[row]) ? values.at(row) : own[row]);
      return { ...column, values: storedBy<Numbers>(Float64Array, length, valueAt) };
    }
    const names = joinedNames(column.categories!, categories!);
    const indices = new Map(names.map((name, place) => [name, place]));
    const [ownPlaces, otherPlaces] = [column.categories!, categories!].map((list) =>
      list.map((name) => indices.get(name)!),
    );
    const valueAt = (row: number) => (own[row] >= 0 ? ownPlaces[own[row]] : (otherPlaces[values.at(row)] ?? -1));
    return { ...column, categories: names, values: storedBy<Codes>(Int32Array, length, valueAt) };
  });
  const { label } = table.storage;
  const labels = label && { ...label, values: table.labels! };
  return new Table({ ...table.storage, columns, label: labels, length });
}

/** Returns rows of a table, by index and as often as they are given, each with a blank in one column. */
export function withBlanks(table: Table, rows: readonly number[], blanks: readonly string[]): Table {
  const columns = table.storage.columns.map((column): ColumnData => {
    const own = column.values.joined(table.rows);
    const valueOr = (blank: number) => (i: number) => (blanks[i] === column.name ? blank : own[rows[i]]);
    const values =
      column.kind === 'category'
        ? storedBy<Codes>(Int32Array, rows.length, valueOr(-1))
        : storedBy<Numbers>(Float64Array, rows.length, valueOr(NaN));
    return { ...column, values };
  });
  return new Table({ columns, length: rows.length, dialect: table.dialect });
}

/** Returns the names in two columns, without repetition, in their usual order. */
function joinedNames(own: readonly string[], others: readonly string[]): readonly string[] {
  const all = [...new Set([...own, ...others])];
  if (all.length === own.length) return own;
  return classOrder(all, (name) => (name.trim() ? Number(name) : undefined)).map((place) => all[place]);
}
