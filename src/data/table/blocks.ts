/** Collects the unread bytes of a file in one array. */
import { FormatError } from '../../errors.ts';
import type { Pieces } from './source.ts';

/** The longest row in bytes. A longer one is the result of a quote that is not closed. */
const mostOfRow = 2 ** 26;

export class Blocks {
  /** The bytes, followed by a newline after the last one. */
  bytes = new Uint8Array(2 ** 12);
  end = 0;
  /** Whether these bytes end the file. */
  final = false;

  constructor(
    private readonly pieces: Pieces,
    /** The minimum number of bytes to read at once. */
    public least: number,
  ) {}

  /**
   * Moves the bytes after `read` to the front, and reads at least as many again, and at least `least`: the part of a
   * row that is scanned twice is then never longer than the new part.
   * @throws FormatError for a row that does not end
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
