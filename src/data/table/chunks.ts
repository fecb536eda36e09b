/** Stores the values of a growing column in chunks, of which only the last is written. */

export type Numbers = Float32Array | Float64Array;
export type Codes = Int16Array | Int32Array;
type Values = Numbers | Codes;
type ArrayOf<A extends Values> = new (length: number) => A;
const kinds = [Float32Array, Float64Array, Int16Array, Int32Array];

/** Returns the values as a Float32Array if that is exact, which halves the memory. */
function compact(values: Numbers): Numbers {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Math.fround(value) !== value && value === value) return values;
  }
  return new Float32Array(values);
}

// Separate functions for the loops, which engines specialise for each kind of array.
function mapInto(target: Values, values: Values, of: (value: number) => number): void {
  for (let i = 0; i < values.length; i++) target[i] = of(values[i]);
}

function tallyInto(times: Uint32Array, values: Values, count: number): void {
  for (let i = 0; i < count; i++) times[values[i]]++;
}

/** The largest number of rows in a chunk, a power of two. */
const mostAtOnce = 2 ** 16;
const least = 2 ** 4;

/** Returns the size of the chunk that begins at `row`. Sizes double, so that a small table uses little memory. */
export const roomAt = (row: number): number => Math.min(mostAtOnce, Math.max(least, row));

/** Returns the chunk of a row. Chunks have 16, 16, 32, 64 … rows, up to the largest size. */
function chunkAt(row: number): number {
  if (row >= mostAtOnce) return 12 + (row >>> 16);
  return row < least ? 0 : 28 - Math.clz32(row);
}

/** Returns the index of a row in its chunk. */
function placeAt(row: number): number {
  if (row >= mostAtOnce) return row & (mostAtOnce - 1);
  return row < least ? row : row - 2 ** (31 - Math.clz32(row));
}

/** The initial chunk, without rows. */
const noRows = new Float64Array(0);

export class Chunks<A extends Values> {
  /** The last chunk. */
  current = noRows as unknown as A;
  /** The first row of the last chunk. */
  base = 0;
  readonly #full: A[] = [];

  constructor(private readonly array: ArrayOf<A>) {}

  /** The first row without room. */
  get room(): number {
    return this.base + this.current.length;
  }

  /** Adds a chunk for the rows from `room` on. */
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

  /** Returns the chunks with each value mapped. */
  map<B extends Values>(array: ArrayOf<B>, of: (value: number) => number): Chunks<B> {
    const other = new Chunks(array);
    while (other.room < this.room) {
      other.begin();
      mapInto(other.current, this.#full.shift() ?? this.current, of);
    }
    return other;
  }

  /** Changes each value in place. The results must fit into the arrays. */
  change(of: (value: number) => number): void {
    for (const values of this.#all()) mapInto(values, values, of);
  }

  /** Adds to `times` the counts of the first `rows` values. */
  tally(rows: number, times: Uint32Array): void {
    let left = rows;
    for (const values of this.#all()) {
      tallyInto(times, values, Math.min(left, values.length));
      left -= Math.min(left, values.length);
    }
  }

  /** Returns the first `rows` values. No values may be added afterwards. */
  finish(rows: number): Stored<A> {
    // The copy drops unused room.
    const last = this.current.slice(0, rows - this.base) as A;
    return new Stored([...this.#full, this.#sealed(last)], rows);
  }
}

/** The values of a complete column, in pieces, so that they are never copied as a whole. */
export class Stored<A extends Values = Values> {
  constructor(
    private readonly chunks: readonly A[],
    readonly length: number,
  ) {}

  at(row: number): number {
    return this.chunks[chunkAt(row)][placeAt(row)];
  }

  /** Returns all values, or those of some rows, in one array, which is of float32 if all pieces are. */
  joined(rows?: Uint32Array): A {
    const { chunks, length } = this;
    const wide = chunks.find((chunk) => !(chunk instanceof Float32Array)) ?? chunks[0];
    const kind = kinds.find((each) => wide instanceof each) as unknown as ArrayOf<A>;
    const joined = new kind(rows?.length ?? length);
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

  /**
   * Returns the number of blanks (NaN, or negative with `codes`), the extremes of the other values, and the sum of
   * numbers.
   */
  range(codes: boolean, rows?: Uint32Array): Range {
    const range = { blanks: 0, min: Infinity, max: -Infinity, sum: 0 };
    const widen = codes ? widenByCodes : widenByNumbers;
    if (rows) widen(range, this.joined(rows));
    else for (const chunk of this.chunks) widen(range, chunk);
    return range;
  }

  /** Returns Σ (v − mean)² over the numbers that are not blank. */
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

// Two separate functions, so that engines compile each of them for only two kinds of arrays.
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

/** Stores values that a function returns one by one. */
export function storedBy<A extends Values>(
  array: ArrayOf<A>,
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
