import { storedBy, type Codes, type Numbers } from './chunks.ts';
import { Table, type WiredTable } from './table.ts';

/** Restores a table that was sent as plain data. */
export function fromWire({ columns, ...rest }: WiredTable): Table {
  const { length } = rest;
  return new Table({
    ...rest,
    columns: columns.map(({ values, ...column }) => {
      const valueAt = (row: number) => values[row];
      return {
        ...column,
        values:
          column.kind === 'category'
            ? storedBy<Codes>(Int32Array, length, valueAt)
            : storedBy<Numbers>(Float64Array, length, valueAt),
      };
    }),
  });
}
