import type { Table } from '../../src/index.ts';
import { batch, batches } from './model.ts';

/**
 * A batch of rows to train on. Each column has one place for its number or one for each category, and one for a blank.
 */
export interface LongBatch {
  /** The inputs, [rows, places]. */
  rows: Float32Array;
  /** The targets, [rows, outputs]: the number, or a 1 in the place of the category; zeros for a blank cell. */
  targets: Float32Array;
  /** The mask, [rows, columns]: 1 for a cell that is not blank. */
  there: Float32Array;
}

export interface LongTable {
  places: number;
  /** The number of categories of each column, 0 for numbers. */
  columns: readonly number[];
  batches: readonly LongBatch[];
  /** The weights as [inputs, outputs], and the biases. */
  weights: readonly { kernel: Float32Array; bias: Float32Array }[];
}

/** A library that is ready to train. */
export interface StepsOf {
  /** Takes `steps` steps, and returns the mean loss of the last round through all batches. */
  run(steps: number): Promise<number>;
}

/** Returns the table as rows of numbers, zeros and ones; numbers are standardised as in our model. */
export function longTable(data: Table): Omit<LongTable, 'weights'> {
  const columns = data.columns.map(({ kind, categories }) => (kind === 'category' ? categories!.length + 1 : 0));
  const sizes = columns.map((count) => Math.max(1, count));
  const [places, outputs] = [
    sizes.reduce((sum, size) => sum + size + 1, 0),
    sizes.reduce((sum, size) => sum + size, 0),
  ];
  const cells = data.columns.map(({ name, kind }) => {
    const values = Array.from(data.values(name), (value) => (kind === 'category' && value < 0 ? NaN : value));
    if (kind === 'category') return values;
    const known = values.filter((value) => !Number.isNaN(value));
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
    return values.map((value) => (value - mean) / deviation);
  });
  const batchOf = (first: number): LongBatch => {
    const [rows, targets, there] = [places, outputs, columns.length].map((width) => new Float32Array(batch * width));
    for (let r = 0; r < batch; r++) {
      let [place, output] = [r * places, r * outputs];
      columns.forEach((count, c) => {
        const cell = cells[c][first + r];
        if (Number.isNaN(cell)) rows[place + sizes[c]] = 1;
        else {
          there[r * columns.length + c] = 1;
          const at = count ? cell : 0;
          rows[place + at] = targets[output + at] = count ? 1 : cell;
        }
        place += sizes[c] + 1;
        output += sizes[c];
      });
    }
    return { rows, targets, there };
  };
  return { places, columns, batches: Array.from({ length: batches }, (_, i) => batchOf(i * batch)) };
}
