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

export class Chunks<A extends Values> {
  /** The last one, */
  current: A;
  /** and the row that it begins with. */
  base = 0;
  #full: A[] = [];

  constructor(private readonly array: new (length: number) => A) {
    this.current = new array(0);
  }

  /** Makes room for rows from `row` on, which comes behind those there is room for already. */
  begin(row: number, size: number): void {
    if (this.current.length) this.#full.push(this.#sealed(this.current));
    this.base = row;
    this.current = new this.array(size);
  }

  #sealed(values: A): A {
    return values instanceof Float64Array ? (compact(values) as A) : values;
  }

  *all(): Generator<A> {
    yield* this.#full;
    yield this.current;
  }

  /** The same with other values. */
  map<B extends Values>(array: new (length: number) => B, of: (value: number) => number): Chunks<B> {
    const other = new Chunks(array);
    for (const values of this.all()) {
      other.begin(other.base + other.current.length, values.length);
      mapInto(other.current, 0, values, of);
    }
    return other;
  }

  /** Changes each value in place. */
  change(of: (value: number) => number): void {
    for (const values of this.all()) mapInto(values, 0, values, of);
  }

  /** Counts in `times` how often each of the first `rows` values is there. */
  tally(rows: number, times: Uint32Array): void {
    let left = rows;
    for (const values of this.all()) {
      tallyInto(times, values, Math.min(left, values.length));
      left -= Math.min(left, values.length);
    }
  }

  /** The first `rows` values in one array, which takes the chunks' place. */
  join<B extends Values>(rows: number, array: new (length: number) => B, of?: (value: number) => number): B {
    const joined = new array(rows);
    let row = 0;
    for (let chunk = this.#full.shift() ?? this.#last(); chunk; chunk = this.#full.shift() ?? this.#last()) {
      const values = chunk.length > rows - row ? (chunk.subarray(0, rows - row) as A) : chunk;
      if (of) mapInto(joined, row, values, of);
      else joined.set(values, row);
      row += values.length;
    }
    return joined;
  }

  /** Whether the values are such as float32 has. */
  get narrow(): boolean {
    return (
      this.#full.every((values) => values instanceof Float32Array) &&
      compact(this.current as Numbers) instanceof Float32Array
    );
  }

  #last(): A | undefined {
    const last = this.current;
    this.current = new this.array(0);
    return last.length ? last : undefined;
  }
}
