/** Detects the kind of a file from its first bytes, and converts its text to an encoding that contains ASCII. */
import { FormatError, OptionError } from '../../errors.ts';
import { isPage } from '../../platform.ts';
import { shown } from '../../runtime/options.ts';
import type { ByteEncoding } from './encoding.ts';
import type { Pieces } from './source.ts';

/** The number of bytes needed to detect the kind of a file. */
export const telling = 256;

export type FileKind = 'gzip' | 'parquet' | 'text';

/** Detects the kind of a file. @throws FormatError for a file that is not a table */
export function kindOfFile(bytes: Uint8Array): FileKind {
  const begins = (...start: number[]) => start.every((byte, i) => bytes[i] === byte);
  if (begins(0x1f, 0x8b)) return 'gzip';
  // A text may begin with PAR1 or BZh, but in the files of these names no text follows.
  if (begins(0x50, 0x41, 0x52, 0x31) && bytes[4] < 0x20 && !/\s/.test(String.fromCharCode(bytes[4]))) return 'parquet';
  if (begins(0x50, 0x4b, 3, 4))
    throw new FormatError(
      'readTable: this is a ZIP archive, or a spreadsheet (.xlsx, .ods) (offset 0): unpack it, or save the sheet as CSV',
    );
  if (begins(0xd0, 0xcf, 0x11, 0xe0))
    throw new FormatError('readTable: this is a spreadsheet (.xls) (offset 0): save the sheet as CSV');
  if (begins(0x28, 0xb5, 0x2f, 0xfd) || isBzip2(bytes) || begins(0xfd, 0x37, 0x7a, 0x58))
    throw new FormatError('readTable: this file is compressed, and not by gzip (offset 0): unpack it first');
  if (isPage(bytes))
    throw new FormatError(
      'readTable: this is an HTML page, not a table (offset 0), as servers send for a missing file',
    );
  return 'text';
}

/** Returns whether a file begins with BZh, the size of its blocks, and the sign of a block or of the end. */
function isBzip2(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, 10));
  return /^BZh[1-9]1AY&SY/.test(start) || (/^BZh[1-9].rE8P/.test(start) && bytes[4] === 0x17);
}

/** The text of a file as bytes. */
export interface Text {
  /** The pieces of the text, in UTF-8 or in the encoding `bytes`. */
  readonly pieces: Pieces;
  /** The encoding of the file, if it is known. */
  readonly label?: string;
  /** The encoding of the pieces, if it is known. */
  readonly bytes?: ByteEncoding;
  /** Whether the byte order mark of UTF-8 gives the encoding. */
  readonly marked?: boolean;
}

/**
 * Detects the encoding from the byte order mark, the zeros of UTF-16 or the option. `first` is the start of the pieces.
 * @throws OptionError, FormatError
 */
export function textOf(first: Uint8Array, pieces: Pieces, asked: string | undefined): Text {
  const [a, b, c, d] = first;
  const isMarked = a === 0xef && b === 0xbb && c === 0xbf;
  // The mark of UTF-8 may be wrong, but it is never part of the table.
  const unmarked = isMarked ? without(3, pieces) : pieces;
  if (asked !== undefined) {
    const { encoding } = decoderOf(asked);
    if (encoding === 'utf-8' || encoding === 'windows-1252')
      return { pieces: unmarked, label: encoding, bytes: encoding };
    return { pieces: inUtf8(pieces, encoding), label: encoding, bytes: 'utf-8' };
  }
  if (isMarked) return { pieces: unmarked, label: 'utf-8', bytes: 'utf-8', marked: true };
  const wide =
    (a === 0xff && b === 0xfe) || (a && b === 0 && c && d === 0)
      ? 'utf-16le'
      : (a === 0xfe && b === 0xff) || (a === 0 && b && c === 0 && d)
        ? 'utf-16be'
        : undefined;
  if (wide) return { pieces: inUtf8(pieces, wide), label: wide, bytes: 'utf-8' };
  if (first.includes(0)) throw new FormatError(`readTable: this is not text: a zero at offset ${first.indexOf(0)}`);
  return { pieces };
}

function decoderOf(label: string): TextDecoder {
  try {
    return new TextDecoder(label, { fatal: true });
  } catch (cause) {
    throw new OptionError(
      `readTable: encoding must be one that TextDecoder knows, such as 'utf-8', 'latin1' or 'utf-16le', not ${shown(label)}`,
      { cause },
    );
  }
}

/** Leaves out the first bytes, even if they are divided over several pieces. */
function without(count: number, pieces: Pieces): Pieces {
  let left = count;
  return {
    ...pieces,
    next: async () => {
      const piece = await pieces.next();
      const skipped = Math.min(left, piece?.length ?? 0);
      left -= skipped;
      return piece?.subarray(skipped);
    },
  };
}

function inUtf8(pieces: Pieces, label: string): Pieces {
  const decoder = decoderOf(label);
  const encoder = new TextEncoder();
  let [read, ended] = [0, false];
  return {
    ...pieces,
    next: async () => {
      if (ended) return undefined;
      const piece = await pieces.next();
      ended = !piece;
      try {
        const text = decoder.decode(piece ?? new Uint8Array(0), { stream: !ended });
        read += piece?.length ?? 0;
        return encoder.encode(text);
      } catch (cause) {
        throw new FormatError(`readTable: the bytes are not ${label}, from offset ${read} on`, { cause });
      }
    },
  };
}

/** Detects JSON, which is a list or one object on each line. `label` is the encoding of the file, if it is known. */
export function jsonIn(first: Uint8Array, label = 'utf-8'): 'list' | 'lines' | undefined {
  const text = new TextDecoder(label).decode(first);
  if (/^\s*\[\s*([[{\]]|$)/.test(text)) return 'list';
  return /^\s*\{\s*("|\}|$)/.test(text) ? 'lines' : undefined;
}
