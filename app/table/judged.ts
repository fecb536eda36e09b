/** How strange the rows of a table are to a model. */
import type { Table, TableAutoencoder } from '../../src/index.ts';

/** Up to so many, each is judged while it is hidden from the model. */
const mostCells = 5_000_000;

/** The scores of all rows and cells. */
export interface Judged {
  /** Whether each cell was hidden from the model while it was judged: as many passes as columns, too many for a table that is very large. */
  hidden: boolean;
  /** The score of each cell, row by row; NaN for a blank. */
  cells: Float32Array;
  /** The score of each row: the mean over its cells that are not blank. */
  scores: Float32Array;
  /** The numbers of all rows from 0 on, the strangest first. */
  order: number[];
}

export async function judged(model: TableAutoencoder, table: Table): Promise<Judged> {
  const width = table.columns.length;
  const hidden = table.length * width <= mostCells;
  const cells = await model.errors(table, { perColumn: true, hidden });
  const scores = meansOf(cells, width);
  return { hidden, cells, scores, order: [...scores.keys()].sort((a, b) => scores[b] - scores[a]) };
}

/** The mean of each row's cells that are not blank; 0 where all are. */
function meansOf(cells: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: cells.length / width }, (_, row) => {
    let [sum, count] = [0, 0];
    for (let at = row * width; at < (row + 1) * width; at++) {
      if (Number.isNaN(cells[at])) continue;
      sum += cells[at];
      count++;
    }
    return count ? sum / count : 0;
  });
}
