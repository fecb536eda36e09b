/** The values of a column while it grows: in chunks, of which only the last one is written to. */

export type Numbers = Float32Array | Float64Array;
export type Codes = Int16Array | Int32Array;
type Values = Numbers | Codes;

/** Of values all of which float32 has, half of the memory is enough. */
function compact(values: Numbers): Numbers {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Math.fround(value) !== value && value === value) return values;
  }
  return new Float32Array(values);
}

/** Loops by themselves, which engines compile for each kind of array. */
function mapInto(target: Values, at: number, values: Values, of: (value: number) => number): void {
  for (let i = 0; i < values.length; i++) target[at + i] = of(values[i]);
}

function tallyInto(times: Uint32Array, values: Values, count: number): void {
  for (let i = 0; i < count; i++) times[values[i]]++;
}

/** There is room for so many rows at a time, at most: a power of two. */
const mostAtOnce = 2 ** 16;
const least = 2 ** 4;

/** For how many rows room is made from `row` on: as much again as there is, so that a small table stays small. */
export const roomAt = (row: number): number => Math.min(mostAtOnce, Math.max(least, row));

/** In which chunk a row is: of those of 16, 16, 32, 64 … rows, or behind them. */
function chunkAt(row: number): number {
  if (row >= mostAtOnce) return 12 + (row >>> 16);
  return row < least ? 0 : 28 - Math.clz32(row);
}

/** Where it is in its chunk. */
function placeAt(row: number): number {
  if (row >= mostAtOnce) return row & (mostAtOnce - 1);
  return row < least ? row : row - 2 ** (31 - Math.clz32(row));
}

const kinds = [Float32Array, Float64Array, Int16Array, Int32Array] as const;

/** An array of the same kind. */
function alike<A extends Values>(values: A, length: number): A {
  const kind = kinds.find((each) => values instanceof each)!;
  return new kind(length) as unknown as A;
}

/** Where there is no room yet. */
const noRows = new Float64Array(0);

export class Chunks<A extends Values> {
  /** The last one, */
  current = noRows as unknown as A;
  /** and the row that it begins with. */
  base = 0;
  readonly #full: A[] = [];

  constructor(private readonly array: new (length: number) => A) {}

  /** The row that there is no room for yet. */
  get room(): number {
    return this.base + this.current.length;
  }

  /** Makes room for the rows from `room` on. */
  begin(): void {
    const row = this.room;
    if (row) this.#full.push(this.#sealed(this.current));
    this.base = row;
    this.current = new this.array(roomAt(row));
  }

  #sealed(values: A): A {
    return values instanceof Float64Array ? (compact(values) as A) : values;
  }

  *#all(): Generator<A> {
    yield* this.#full;
    yield this.current;
  }

  /** The same with other values. */
  map<B extends Values>(array: new (length: number) => B, of: (value: number) => number): Chunks<B> {
    const other = new Chunks(array);
    while (other.room < this.room) {
      other.begin();
      mapInto(other.current, 0, this.#full.shift() ?? this.current, of);
    }
    return other;
  }

  /** Changes each value in place. */
  change(of: (value: number) => number): void {
    for (const values of this.#all()) mapInto(values, 0, values, of);
  }

  /** Counts in `times` how often each of the first `rows` values is there. */
  tally(rows: number, times: Uint32Array): void {
    let left = rows;
    for (const values of this.#all()) {
      tallyInto(times, values, Math.min(left, values.length));
      left -= Math.min(left, values.length);
    }
  }

  /** The first `rows` values, when there will be no more. */
  finish(rows: number): Stored<A> {
    // Of more room than was needed nothing is kept.
    const last = this.current.slice(0, rows - this.base) as A;
    return new Stored([...this.#full, this.#sealed(last)], rows);
  }
}

/** The values of a column that has been read: in pieces, so that no second copy of them is ever needed. */
export class Stored<A extends Values = Values> {
  constructor(
    private readonly chunks: readonly A[],
    readonly length: number,
  ) {}

  at(row: number): number {
    return this.chunks[chunkAt(row)][placeAt(row)];
  }

  /** All of them in one array, or those of some rows: of float32 where all of them are. */
  joined(rows?: Uint32Array): A {
    const { chunks, length } = this;
    const wide = chunks.find((chunk) => !(chunk instanceof Float32Array)) ?? chunks[0];
    const joined = alike(wide, rows?.length ?? length);
    if (rows) for (let i = 0; i < rows.length; i++) joined[i] = this.at(rows[i]);
    else {
      let at = 0;
      for (const chunk of chunks) {
        joined.set(chunk, at);
        at += chunk.length;
      }
    }
    return joined;
  }

  /** How many values are blanks, which are NaN, or negative where `codes` says so; the least and the greatest of the others, and the sum of numbers. */
  range(codes: boolean, rows?: Uint32Array): Range {
    const range = { blanks: 0, min: Infinity, max: -Infinity, sum: 0 };
    const widen = codes ? widenByCodes : widenByNumbers;
    if (rows) widen(range, this.joined(rows));
    else for (const chunk of this.chunks) widen(range, chunk);
    return range;
  }

  /** Σ (v − mean)² over the numbers that are no blanks. */
  squares(mean: number, rows?: Uint32Array): number {
    if (rows) return squaresOf(this.joined(rows), mean);
    return this.chunks.reduce((sum, chunk) => sum + squaresOf(chunk, mean), 0);
  }
}

interface Range {
  blanks: number;
  min: number;
  max: number;
  sum: number;
}

function squaresOf(values: Values, mean: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const off = values[i] - mean;
    if (off === off) sum += off * off;
  }
  return sum;
}

/** Not one function with the next, so that engines compile each of them for two kinds of arrays. */
function widenByNumbers(range: Range, values: Values): void {
  let { blanks, min, max, sum } = range;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === value) sum += value;
    else blanks++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  Object.assign(range, { blanks, min, max, sum });
}

function widenByCodes(range: Range, values: Values): void {
  let { blanks, min, max } = range;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value < 0) blanks++;
    else {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  Object.assign(range, { blanks, min, max });
}

/** Values that are known one by one, as a column holds them. */
export function storedBy<A extends Values>(
  array: new (length: number) => A,
  length: number,
  valueAt: (row: number) => number,
): Stored<A> {
  const chunks = new Chunks<A>(array);
  while (chunks.room < length) {
    chunks.begin();
    const { base, current } = chunks;
    for (let i = 0; i < current.length && base + i < length; i++) current[i] = valueAt(base + i);
  }
  return chunks.finish(length);
}
