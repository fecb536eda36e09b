/** The options of `readTable`. */
import { OptionError } from '../../errors.ts';
import {
  checkFlag,
  checkFunction,
  checkNumber,
  checkOptions,
  checkSignal,
  checkWord,
  shown,
} from '../../runtime/options.ts';
import { checkClasses, checkColumnList } from '../column-options.ts';
import type { DateOrder } from './dates.ts';
import type { Kind } from './column.ts';
import type { Decimal, Thousands } from './numbers.ts';

/** How far `readTable` is. */
export interface TableProgress {
  /** Bytes of the file, of a text its characters. */
  readonly loaded: number;
  /** How many there are, where that is known. */
  readonly total?: number;
  /** Rows that have been read. */
  readonly rows: number;
}

/** Options of `readTable`. What a file looks like is guessed where they do not say it; `table.dialect` tells what was guessed. */
export interface TableOptions {
  /** What stands between two fields: one sign of ASCII. */
  delimiter?: string;
  /** What stands before the fraction of a number. */
  decimal?: '.' | ',';
  /** What sets thousands apart; a space also means the spaces that do not break a line. */
  thousands?: ',' | '.' | ' ' | "'";
  /** Whether the first line names the columns. */
  header?: boolean;
  /** What the bytes are in, by a name that TextDecoder knows: `'utf-8'`, `'latin1'`, `'utf-16le'`, `'shift_jis'`. */
  encoding?: string;
  /** Whether 3/4/2026 is in April (`'dmy'`) or in March (`'mdy'`). */
  dateOrder?: 'dmy' | 'mdy';
  /** What stands for a blank, in capitals or not, besides nothing at all. Default: NA, N/A, NaN, null, ?, -. */
  missing?: readonly string[];
  /** The columns to keep, by name or by number from 0 on, in this order; or what some of them are, by name, while all are kept. */
  columns?: readonly (string | number)[] | Readonly<Record<string, 'number' | 'category' | 'time'>>;
  /** A column that says what an example is, by name or by number from 0 on: it becomes `labels` and `classes`, and is none of the columns. */
  label?: string | number;
  /** What the classes are called, in the order of their numbers: the `classes` of the file that a model was trained on, for the next one. */
  classes?: readonly string[];
  /** The rest is not read. */
  maxRows?: number;
  /** Told again and again while the file is read. */
  onProgress?: (progress: TableProgress) => void;
  /** Ends the reading: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** The options with what they mean where they say nothing. */
export interface Settings {
  readonly delimiter?: string;
  readonly decimal?: Decimal;
  readonly thousands?: Thousands;
  readonly header?: boolean;
  readonly encoding?: string;
  readonly dateOrder?: DateOrder;
  readonly missing: readonly string[];
  readonly kept?: readonly (string | number)[];
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly label?: string | number;
  readonly classes?: readonly string[];
  readonly maxRows: number;
  readonly onProgress?: (progress: TableProgress) => void;
  readonly signal?: AbortSignal;
}

const missingWords = ['', 'NA', 'N/A', 'NaN', 'null', '?', '-'];

/** @throws OptionError */
export function settingsOf(options: TableOptions): Settings {
  checkOptions('readTable', options, [
    ...['delimiter', 'decimal', 'thousands', 'header', 'encoding', 'dateOrder', 'missing', 'columns', 'label'],
    ...['classes', 'maxRows', 'onProgress', 'signal'],
  ]);
  const { delimiter, decimal, thousands, header, encoding, dateOrder, label, classes, onProgress, signal } = options;
  if (delimiter !== undefined) checkDelimiter(delimiter);
  if (decimal !== undefined) checkWord('readTable: decimal', decimal, ['.', ',']);
  if (thousands !== undefined) checkWord('readTable: thousands', thousands, [',', '.', ' ', "'"]);
  if (header !== undefined) checkFlag('readTable: header', header);
  if (encoding !== undefined && typeof encoding !== 'string')
    throw new OptionError(`readTable: encoding is a name such as 'latin1', not ${shown(encoding)}`);
  if (dateOrder !== undefined) checkWord('readTable: dateOrder', dateOrder, ['dmy', 'mdy']);
  if (label !== undefined && typeof label !== 'string' && typeof label !== 'number')
    throw new OptionError(`readTable: the label is a column, by name or by number, not ${shown(label)}`);
  if (onProgress !== undefined) checkFunction('readTable: onProgress', onProgress);
  checkSignal('readTable', signal);
  const { maxRows } = options;
  if (maxRows !== undefined) checkNumber('readTable: maxRows', maxRows, { least: 1, whole: true });
  const missing = options.missing === undefined ? missingWords : textsOf('missing', options.missing);
  return {
    ...{ delimiter, decimal, thousands, header, encoding, dateOrder, label, onProgress, signal },
    maxRows: maxRows ?? Infinity,
    missing: missing.includes('') ? missing : ['', ...missing],
    ...columnsOf(options.columns),
    classes: checkClasses('readTable', classes, label),
  };
}

/** @throws OptionError */
function checkDelimiter(delimiter: unknown): void {
  if (typeof delimiter === 'string' && /^[\t -~]$/.test(delimiter) && !/["\w.+-]/.test(delimiter)) return;
  throw new OptionError(
    `readTable: the delimiter is one sign of ASCII, such as ',' ';' '|' or '\\t', not ${shown(delimiter)}`,
  );
}

function textsOf(name: string, given: unknown): string[] {
  const texts = Array.isArray(given) ? Array.from(given as unknown[]) : [given];
  if (!Array.isArray(given) || texts.some((text) => typeof text !== 'string'))
    throw new OptionError(`readTable: ${name} are a list of texts, not ${shown(given)}`);
  return texts as string[];
}

function columnsOf(columns: unknown): { kept?: (string | number)[]; kinds: Map<string, Kind> } {
  if (columns === undefined) return { kinds: new Map() };
  if (Array.isArray(columns)) return { kept: checkColumnList('readTable', columns), kinds: new Map() };
  if (Object.prototype.toString.call(columns) !== '[object Object]')
    throw new OptionError(
      `readTable: columns are a list of names, or an object such as { speed: 'number' }, not ${shown(columns)}`,
    );
  const kinds = new Map<string, Kind>();
  for (const [name, kind] of Object.entries(columns as Record<string, unknown>))
    kinds.set(name, checkWord(`readTable: columns: ${name}`, kind as Kind, ['number', 'category', 'time']));
  return { kinds };
}
