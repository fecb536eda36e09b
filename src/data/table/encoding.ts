/** Which of two encodings a file is in that says nothing of it: it shows in the texts, so that it is known when all have been seen. */
import { FormatError } from '../../errors.ts';

/** Both have ASCII in them, so that delimiters, quotes and numbers are the same bytes. */
export type ByteEncoding = 'utf-8' | 'windows-1252';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin = new TextDecoder('windows-1252');

export class Encoding {
  /** Where the first text of each stands that cannot be one of the other. */
  #utf8: string | undefined;
  #latin: string | undefined;

  constructor(private readonly given?: ByteEncoding) {}

  /** What the file is in, as far as is known. */
  get label(): ByteEncoding {
    return this.given ?? (this.#latin === undefined ? 'utf-8' : 'windows-1252');
  }

  /** A text as it is before all have been seen. `place` says where it stands. @throws FormatError for what is not in the encoding that was given */
  look(bytes: Uint8Array, place: () => string): string {
    if (this.given === 'windows-1252') return latin.decode(bytes);
    try {
      const text = utf8.decode(bytes);
      if (text.length !== bytes.length) this.#utf8 ??= place();
      return text;
    } catch (cause) {
      if (this.given)
        throw new FormatError(
          `readTable: ${place()}: the bytes are not UTF-8; leave out \`encoding\`, or say another one`,
          { cause },
        );
      this.#latin ??= place();
      return latin.decode(bytes);
    }
  }

  /** @throws FormatError where some texts are UTF-8 and others cannot be */
  settle(): void {
    if (this.given === undefined && this.#utf8 !== undefined && this.#latin !== undefined)
      throw new FormatError(
        `readTable: ${this.#latin}: the bytes are not UTF-8, as those in ${this.#utf8} are; say with \`encoding\` which one it is, such as 'utf-8' or 'windows-1252'`,
      );
  }

  /** A text as it is when all have been seen. */
  decode(bytes: Uint8Array): string {
    return (this.label === 'utf-8' ? utf8 : latin).decode(bytes);
  }
}
