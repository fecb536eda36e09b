/** Finds the rows of a CSV and the number of their fields. */
import { DataError } from '../errors.ts';
import { Header } from './csv-header.ts';
import { csvError, isBlank, linesOf, type Delimiter, type Field } from './csv-lines.ts';

/** A text and its format. */
export interface Format {
  readonly text: string;
  readonly start: number;
  readonly delimiter: Delimiter;
  readonly decimal: ',' | '.';
}

/**
 * Reads all lines once before values are stored, because keeping all fields would take many times the memory of the
 * file.
 */
export function survey(
  { text, start, delimiter, decimal }: Format,
  header: boolean | undefined,
  asked: (string | number | undefined)[],
): { first: Field[]; count: number; named: boolean } {
  let first: Field[] | undefined;
  let guess: Header | undefined;
  let count = 0;
  let blank: number | undefined;
  // Below the first line: a line that ends in an empty field, a line with one field fewer, and a line whose last field
  // is not empty.
  let closed: Field[] | undefined;
  let short: Field[] | undefined;
  let open: Field[] | undefined;
  const ragged = (line: Field[]) =>
    csvError(
      text,
      line[0].offset,
      `it has ${line.length} values (offset ${line[0].offset}), but the first line ${first!.length}`,
    );
  for (const line of linesOf(text, start, delimiter)) {
    if (isBlank(line)) {
      blank ??= line[0].offset;
      continue;
    }
    if (first?.length === 1 && blank !== undefined)
      throw csvError(
        text,
        blank,
        `the line is blank (offset ${blank}), in a table of one column; remove it, or fill in the missing value`,
      );
    blank = undefined;
    count++;
    if (!first) {
      first = line;
      guess = new Header(first, decimal, typeof asked[0] === 'number' ? asked[0] : undefined);
      continue;
    }
    if (line.length === first.length - 1 && endsEmpty(first)) short ??= line;
    else if (line.length !== first.length) throw ragged(line);
    else if (endsEmpty(line)) closed ??= line;
    else open ??= line;
    guess!.look(line);
  }
  if (!first) throw new DataError('readCsv: there are no rows');
  if (short && (closed ?? open)) throw ragged(short);
  // Every line ends in a delimiter, or only the header does.
  const extra = endsEmpty(first) && (short ?? (closed && !open));
  if (extra) first = first.slice(0, -1);
  const texts = new Set(first.map((field) => field.text));
  const byName = asked.some((name) => typeof name === 'string' && !/^\d+$/.test(name) && texts.has(name));
  return { first, count, named: header ?? (byName || guess!.names(text)) };
}

const endsEmpty = (line: readonly Field[]): boolean => {
  const last = line.at(-1)!;
  return line.length > 1 && !last.quoted && last.text === '';
};

/** Yields the rows of the table with their numbers. */
export function* rowsOf({ text, start, delimiter }: Format, named: boolean): Generator<[row: number, line: Field[]]> {
  let row = named ? -1 : 0;
  for (const line of linesOf(text, start, delimiter)) {
    if (isBlank(line)) continue;
    if (row >= 0) yield [row, line];
    row++;
  }
}
