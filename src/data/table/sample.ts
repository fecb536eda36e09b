/** Reads the first rows of a CSV as texts, from which the format is guessed. */
import { broken, carriageReturn, Fields, incomplete, newline } from './fields.ts';

/** A row of the sample. */
export interface SampleRow {
  readonly texts: string[];
  readonly line: number;
  /** The offset of the next line; `next` is its number. */
  readonly end: number;
  readonly next: number;
  /** Whether the row ends in a delimiter, so that its last field may not exist. */
  readonly tailed: boolean;
}

/** The first rows, and the problem of a row that cannot be read. */
export interface Sample {
  readonly rows: SampleRow[];
  readonly problem?: { readonly text: string; readonly line: number };
}

/** Returns the complete rows from `start` on that are not blank. They may differ in length. */
export function sampleRows(
  bytes: Uint8Array,
  start: number,
  end: number,
  final: boolean,
  delimiter: number,
  firstLine: number,
  decode: (bytes: Uint8Array, line: number) => string,
): Sample {
  const fields = new Fields();
  const rows: SampleRow[] = [];
  let at = start;
  let line = firstLine;
  while (at < end) {
    const texts: string[] = [];
    let lines = 0;
    let tailed: boolean;
    for (;;) {
      const stop = fields.next(bytes, at, end, final, delimiter);
      if (stop === incomplete) return { rows };
      if (stop === broken) return { rows, problem: { text: fields.problem, line: line + lines } };
      lines += fields.lines;
      texts.push(decode(fields.bytes.subarray(fields.from, fields.to), line));
      tailed = stop === at;
      at = stop + 1;
      if (bytes[stop] === delimiter) continue;
      if (bytes[stop] === carriageReturn && at >= end && !final) return { rows };
      if (bytes[stop] === carriageReturn && bytes[at] === newline) at++;
      break;
    }
    const blank = texts.length === 1 && texts[0] === '' && !fields.quoted;
    const next = line + lines + 1;
    if (!blank) rows.push({ texts, line, end: at, next, tailed: tailed && texts.length > 1 });
    line = next;
  }
  return { rows };
}
