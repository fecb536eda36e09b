/** Bytes of a file in one array, from the first that has not been read on. */
import { FormatError } from '../../errors.ts';
import type { Pieces } from './source.ts';

/** A row of more bytes than that is a quote that nobody closed. */
const mostOfRow = 2 ** 26;

export class Blocks {
  /** With room for one more byte behind the last one, where a newline is. */
  bytes = new Uint8Array(2 ** 12);
  end = 0;
  /** Whether there is nothing behind these. */
  final = false;

  constructor(
    private readonly pieces: Pieces,
    /** So many bytes at least are read in one go. */
    public least: number,
  ) {}

  /**
   * Moves what is behind `read` to the front, and gets as much again, `least` at the least: what is gone through once more, because a row is not
   * complete, is never more than what is new. @throws FormatError where a row does not end
   */
  async more(read: number, line: number): Promise<void> {
    this.bytes.copyWithin(0, read, this.end);
    this.end -= Math.min(read, this.end);
    if (this.end > mostOfRow)
      throw new FormatError(
        `readTable: line ${line}: the row has more than ${mostOfRow} bytes; is there a quote that is not closed?`,
      );
    const wanted = this.end + Math.max(this.least, this.end);
    while (this.end < wanted && !this.final) {
      const piece = await this.pieces.next();
      if (!piece) this.final = true;
      else this.#append(piece);
    }
    this.bytes[this.end] = 0x0a;
  }

  #append(piece: Uint8Array): void {
    const end = this.end + piece.length;
    if (end >= this.bytes.length) {
      const larger = new Uint8Array(Math.max(end + 1, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, this.end));
      this.bytes = larger;
    }
    this.bytes.set(piece, this.end);
    this.end = end;
  }
}
