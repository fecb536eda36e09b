/** One field of a CSV after the other (RFC 4180), as bytes. */

export const quote = 0x22;
export const newline = 0x0a;
export const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;

/** What `next` returns where the bytes end within a field, */
export const incomplete = -1;
/** and where a quoted field is none: `problem` says why. */
export const broken = -2;

/** Finds the ends of fields, whatever is in them. */
export class Fields {
  /** The field that was found last, without its quotes and the blanks around it, is in `bytes` between `from` and `to`. */
  bytes = new Uint8Array(0);
  from = 0;
  to = 0;
  quoted = false;
  /** How many lines end within it. */
  lines = 0;
  problem: 'text behind a closing quote' | 'a quote that is not closed' = 'a quote that is not closed';
  /** For a field in which two quotes stand for one. */
  #unescaped = new Uint8Array(64);

  /**
   * Finds the field that begins at `at`, and returns where its delimiter or the end of its line is. Behind the last byte, at `end`, has to be a
   * newline; `final` says whether that ends the file, or more bytes will take its place.
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
      // Whether a second one follows is not known yet.
      if (at + 1 >= end && !final) return incomplete;
      if (bytes[at + 1] === quote && at + 1 < end) {
        escaped++;
        at++;
        continue;
      }
      let close = at + 1;
      while (bytes[close] === space || (bytes[close] === tab && delimiter !== tab)) close++;
      if (close >= end && !final) return incomplete;
      if (bytes[close] !== delimiter && bytes[close] !== newline && bytes[close] !== carriageReturn) {
        this.problem = 'text behind a closing quote';
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
