/** Splits the bytes of a CSV into fields (RFC 4180). */

export const quote = 0x22;
export const newline = 0x0a;
export const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;

/** Returned by `next` if the bytes end inside a field. */
export const incomplete = -1;
/** Returned by `next` for an invalid quoted field; `problem` has the reason. */
export const broken = -2;

/** Finds the ends of fields, including quoted ones. */
export class Fields {
  /** The bytes of the last field, without quotes and surrounding blanks, from `from` up to `to`. */
  bytes = new Uint8Array(0);
  from = 0;
  to = 0;
  quoted = false;
  /** The number of line ends inside the field. */
  lines = 0;
  problem: 'text after a closing quote' | 'a quote that is not closed' = 'a quote that is not closed';
  /** A buffer for fields with escaped quotes. */
  #unescaped = new Uint8Array(64);

  /**
   * Finds the field that begins at `at`, and returns the position of its delimiter or line end. A newline must follow
   * the last byte, at `end`. It is the end of the file if `final`; otherwise more bytes will replace it.
   */
  next(bytes: Uint8Array, at: number, end: number, final: boolean, delimiter: number): number {
    let open = at;
    while (bytes[open] === space || (bytes[open] === tab && delimiter !== tab)) open++;
    this.lines = 0;
    this.quoted = bytes[open] === quote;
    if (this.quoted) return this.#inQuotes(bytes, open + 1, end, final, delimiter);
    let close = open;
    for (let byte = bytes[close]; byte !== delimiter && byte !== newline && byte !== carriageReturn;)
      byte = bytes[++close];
    if (close >= end && !final) return incomplete;
    this.#found(bytes, open, close);
    return close;
  }

  #inQuotes(bytes: Uint8Array, open: number, end: number, final: boolean, delimiter: number): number {
    let escaped = 0;
    for (let at = open; ; at++) {
      if (at >= end) {
        this.problem = 'a quote that is not closed';
        return final ? broken : incomplete;
      }
      const byte = bytes[at];
      if (byte === newline || (byte === carriageReturn && bytes[at + 1] !== newline)) this.lines++;
      if (byte !== quote) continue;
      // The next byte, which may be a second quote, is not known yet.
      if (at + 1 >= end && !final) return incomplete;
      if (bytes[at + 1] === quote && at + 1 < end) {
        escaped++;
        at++;
        continue;
      }
      let close = at + 1;
      while (bytes[close] !== delimiter && (bytes[close] === space || bytes[close] === tab)) close++;
      if (close >= end && !final) return incomplete;
      if (bytes[close] !== delimiter && bytes[close] !== newline && bytes[close] !== carriageReturn) {
        this.problem = 'text after a closing quote';
        return broken;
      }
      if (escaped) this.#unescape(bytes, open, at);
      else this.#found(bytes, open, at);
      return close;
    }
  }

  #unescape(bytes: Uint8Array, from: number, to: number): void {
    if (this.#unescaped.length < to - from) this.#unescaped = new Uint8Array(2 * (to - from));
    let put = 0;
    for (let at = from; at < to; at++) {
      this.#unescaped[put++] = bytes[at];
      if (bytes[at] === quote) at++;
    }
    this.#found(this.#unescaped, 0, put);
  }

  #found(bytes: Uint8Array, from: number, to: number): void {
    while (from < to && bytes[from] <= space) from++;
    while (to > from && bytes[to - 1] <= space) to--;
    this.bytes = bytes as Uint8Array<ArrayBuffer>;
    this.from = from;
    this.to = to;
  }
}
