import { DataError, OptionError } from '../errors.ts';
import { allocate } from '../platform.ts';
import { shown } from '../runtime/options.ts';
import { Differences } from './differences.ts';
import { Table } from './table/table.ts';

/**
 * Returns the columns of numbers of a table as the channels of a series, step by step, with NaN for a blank.
 * @throws OptionError for a column of categories, or a table without columns of numbers; DataError, with row and
 * column, for a number beyond float32, or for a column that loses its differences in float32
 */
export function interleaved(table: unknown, channels?: number): { data: Float32Array; channels: number } {
  if (!(table instanceof Table))
    throw new OptionError(`series: takes a Float32Array or what readTable returns, not ${shown(table)}`);
  if (channels !== undefined)
    throw new OptionError('series: `channels` is for arrays; a table has one for each of its columns of numbers');
  const text = table.columns.find(({ kind }) => kind === 'category');
  if (text)
    throw new OptionError(
      `series: the column '${text.name}' has categories, but a series needs numbers: leave it out, with table.without('${text.name}') or the option \`columns\` of readTable`,
    );
  const numbers = table.columns.filter(({ kind }) => kind === 'number');
  if (!numbers.length) throw new OptionError('series: the table has no column of numbers');
  const data = allocate<Float32Array<ArrayBuffer>>(
    'series',
    Float32Array,
    table.length * numbers.length,
    'take fewer rows at a time',
  );
  numbers.forEach(({ name }, channel) => fill(table, name, data, channel, numbers.length));
  return { data, channels: numbers.length };
}

/** Writes a column to its channel. */
function fill(table: Table, name: string, data: Float32Array, channel: number, channels: number): void {
  const values = table.values(name);
  const differences = new Differences(1);
  let there = 0;
  values.forEach((value, row) => {
    const float = Math.fround(value);
    data[row * channels + channel] = float;
    if (Number.isNaN(value)) return;
    if (!Number.isFinite(float))
      throw new DataError(`series: ${value} in row ${row} of '${name}' is too large for float32`);
    differences.add(0, value, float);
    there++;
  });
  const lost = differences.lost(0, there, () => Float64Array.from(values).filter((value) => !Number.isNaN(value)));
  if (lost) throw new DataError(`series: '${name}' ${lost}`);
}
