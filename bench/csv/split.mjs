/** A growing array of numbers. */
class Growing {
  length = 0;
  values = new Float64Array(2 ** 16);

  /** @param {number} value */
  push(value) {
    if (this.length === this.values.length) {
      const larger = new Float64Array(2 * this.length);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }
}

/** Columns of numbers, and the number of their rows. */
export class Columns {
  rows = 0;
  #columns = Array.from({ length: 12 }, () => new Growing());

  /** Adds a line by a split at its commas. @param {string} line */
  add(line) {
    const fields = line.split(',');
    for (let c = 0; c < 12; c++) this.#columns[c].push(Number(fields[c]));
    this.rows++;
  }

  get bytes() {
    return this.#columns.reduce((sum, { values }) => sum + values.byteLength, 0);
  }
}

/**
 * Reads CSV as a simple reader does: without quotes, names or dates. Plain JavaScript, which Node runs as it is.
 * @param {AsyncIterable<string>} pieces
 */
export async function splitPieces(pieces) {
  const columns = new Columns();
  let [left, isHead] = ['', true];
  for await (const piece of pieces) {
    const lines = (left + piece).split('\n');
    left = /** @type {string} */ (lines.pop());
    for (const line of lines) {
      if (!isHead) columns.add(line);
      isHead = false;
    }
  }
  return columns;
}
