import type { CellLayout } from '../../src/kernels/cells.ts';
import { blankCell } from '../../src/runtime/blank.ts';
import type { CategoryCount } from '../reference/cells.ts';
import type { Draw } from './random.ts';
import type { Inputs } from './run.ts';

/** How columns lie, on the device. */
export function layoutOf(memory: Inputs, columns: readonly CategoryCount[]): CellLayout {
  let [places, outputs] = [0, 0];
  const words = columns.flatMap((count) => {
    const size = Math.max(1, count);
    const own = [Number(count > 0), places, outputs, size];
    places += size + 1;
    outputs += size;
    return own;
  });
  return { info: memory.put(words, [columns.length, 4], 'u32'), places, outputs };
}

/** Cells [rows, columns], some of which are blank, all of them in the last row. */
export function drawnCells(draw: Draw, rows: number, columns: readonly CategoryCount[], blanks = 0.25): Float32Array {
  const numbers = draw.floats(rows * columns.length, -2, 2);
  const chance = draw.floats(rows * columns.length, 0, 1);
  return numbers.map((number, i) => {
    const count = columns[i % columns.length];
    const last = rows > 1 && Math.floor(i / columns.length) === rows - 1;
    if (last || chance[i] < blanks) return blankCell;
    return count ? Math.floor(((number + 2) / 4) * count) : number;
  });
}
