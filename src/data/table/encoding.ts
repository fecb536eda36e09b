/**
 * Distinguishes UTF-8 from Windows-1252 in a file that does not declare its encoding. The result is certain only after
 * all texts.
 */
import { FormatError } from '../../errors.ts';

/** Encodings that contain ASCII, so that delimiters, quotes and numbers are the same bytes. */
export type ByteEncoding = 'utf-8' | 'windows-1252';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin = new TextDecoder('windows-1252');

export class Encoding {
  /** The place of the first text beyond ASCII that is valid UTF-8; `#latin` is that of the first which is not. */
  #utf8: string | undefined;
  #latin: string | undefined;

  constructor(
    private readonly given?: ByteEncoding,
    /** Whether the encoding is given by the byte order mark of the file, and not by the options. */
    private readonly marked = false,
  ) {}

  /** The encoding of the texts so far. */
  get label(): ByteEncoding {
    return this.given ?? (this.#latin === undefined ? 'utf-8' : 'windows-1252');
  }

  /**
   * Decodes a text before all have been read. `place` describes its position.
   * @throws FormatError for a text invalid in the given encoding
   */
  look(bytes: Uint8Array, place: () => string): string {
    if (this.given === 'windows-1252') return latin.decode(bytes);
    try {
      const text = utf8.decode(bytes);
      if (text.length !== bytes.length) this.#utf8 ??= place();
      return text;
    } catch (cause) {
      if (this.given)
        throw new FormatError(
          `readTable: ${place()}: the bytes are not UTF-8${this.marked ? ", although the file begins with the mark of UTF-8; set `encoding`, such as 'windows-1252'" : '; leave out `encoding`, or set another one'}`,
          { cause },
        );
      this.#latin ??= place();
      return latin.decode(bytes);
    }
  }

  /** Checks that all texts have the same encoding. @throws FormatError if some are UTF-8 and others cannot be */
  settle(): void {
    if (this.given === undefined && this.#utf8 !== undefined && this.#latin !== undefined)
      throw new FormatError(
        `readTable: ${this.#latin}: the bytes are not UTF-8, as those in ${this.#utf8} are; set \`encoding\`, such as 'utf-8' or 'windows-1252'`,
      );
  }

  /** Decodes a text after all have been read. */
  decode(bytes: Uint8Array): string {
    return (this.label === 'utf-8' ? utf8 : latin).decode(bytes);
  }
}
