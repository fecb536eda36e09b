/** Reads a table from CSV: guesses the format from the first rows, then reads all rows block by block. */
import { Pace } from '../../runtime/pace.ts';
import { Blocks } from './blocks.ts';
import { readingOf } from './column-data.ts';
import type { Text } from './decode.ts';
import { guess, type Guess } from './dialect.ts';
import { Encoding } from './encoding.ts';
import { Frame } from './frame.ts';
import type { Call } from './options.ts';
import { Rows } from './rows.ts';
import type { Table } from './table.ts';

/** Reads all rows. @throws FormatError, DataError, OptionError */
export async function readCsvRows(text: Text, { settings, tell, packed, sizes }: Call): Promise<Table> {
  const encoding = new Encoding(text.bytes, text.marked);
  const blocks = new Blocks(text.pieces, sizes.sample);
  const decode = (part: Uint8Array, line: number) => encoding.look(part, () => `line ${line}`);
  let guessed: Guess | undefined;
  while (!guessed) {
    await blocks.more(0, 1);
    const { bytes, end, final } = blocks;
    guessed = guess({ bytes, end, final, decode }, settings);
    tell(0);
  }
  blocks.least = sizes.block;
  const { delimiter, format, header, first, start, line } = guessed;
  const reading = readingOf(settings, 'line', { format, delimiter, encoding });
  const frame = new Frame(header ? first.texts : undefined, first.texts.length, reading, settings);
  const rows = new Rows(frame.columns, delimiter, first.tailed, line, settings.maxRows, header);
  const pace = new Pace();
  let at = start;
  for (;;) {
    at = rows.read(blocks.bytes, at, blocks.end, blocks.final);
    tell(rows.row);
    if (rows.full || blocks.final) break;
    await blocks.more(at, rows.line);
    at = 0;
    if (pace.due) await pace.rest();
  }
  const { withoutLast, trailing } = rows.settle();
  const { decimal, thousands } = format;
  const dialect = {
    ...{ format: 'csv' as const, ...packed, encoding: text.label ?? encoding.label },
    delimiter: String.fromCharCode(delimiter),
    ...{ decimal, ...(thousands && { thousands }), header, trailing },
  };
  return frame.finish(rows.row, dialect, withoutLast ? first.texts.length - 1 : undefined);
}
