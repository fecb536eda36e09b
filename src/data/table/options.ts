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
import type { Dialect } from './dialect.ts';
import type { Kind } from './column-data.ts';

/** The progress of `readTable`. */
export interface TableProgress {
  /** The number of bytes read so far, or of characters for a text. */
  readonly loaded: number;
  /** The number of bytes of the whole file, or of characters of the whole text, where it is known. */
  readonly total?: number;
  /** The number of rows read so far. */
  readonly rows: number;
}

/** Options of `readTable`. The format of a file is guessed unless they give it; `table.dialect` reports it. */
export interface TableOptions {
  /** The delimiter between two fields: one ASCII character. */
  delimiter?: string;
  /** The decimal separator. */
  decimal?: '.' | ',';
  /** The thousands separator; a space also stands for the non-breaking spaces. */
  thousands?: ',' | '.' | ' ' | "'";
  /** Whether the first line names the columns. */
  header?: boolean;
  /**
   * The encoding of the bytes, by a name that TextDecoder knows: `'utf-8'`, `'latin1'`, `'utf-16le'`, `'shift_jis'`.
   */
  encoding?: string;
  /** Whether 3/4/2026 is in April (`'dmy'`) or in March (`'mdy'`). */
  dateOrder?: 'dmy' | 'mdy';
  /** The words for a blank, in upper or lower case, besides an empty field. Default: NA, N/A, NaN, null, ?, -. */
  missing?: readonly string[];
  /**
   * The columns to keep, by name or by number from 0, in this order; or an object with the kinds of some columns by
   * name, while all are kept.
   */
  columns?: readonly (string | number)[] | Readonly<Record<string, 'number' | 'category' | 'time'>>;
  /**
   * The column with the class of each row, by name or by number from 0. It becomes `labels` and `classes`, and is not
   * among the columns.
   */
  label?: string | number;
  /**
   * The names of the classes in the order of their numbers, such as the `classes` of the file that a model was trained
   * on.
   */
  classes?: readonly string[];
  /** The number of rows after which reading ends. */
  maxRows?: number;
  /** Called repeatedly while the file is read. */
  onProgress?: (progress: TableProgress) => void;
  /** Ends the reading: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** The options with their defaults. */
export interface Settings extends Readonly<Omit<TableOptions, 'missing' | 'columns' | 'maxRows'>> {
  readonly missing: readonly string[];
  /** The same words in lower case. */
  readonly blanks: ReadonlySet<string>;
  readonly kept?: readonly (string | number)[];
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly maxRows: number;
}

/** The number of bytes used to guess the format of a CSV, and the number of bytes read at once. */
export interface Sizes {
  readonly sample: number;
  readonly block: number;
}

/** A call of `readTable`, as the readers of all formats take it. */
export interface Call {
  readonly settings: Settings;
  /** Reports the number of rows so far. @throws the signal's reason, or what `onProgress` throws */
  readonly tell: (rows: number) => void;
  /** The compression in which the file was found. */
  readonly packed: Pick<Dialect, 'compression'>;
  readonly sizes: Sizes;
}

const missingWords = ['', 'NA', 'N/A', 'NaN', 'null', '?', '-'];

/** Checks the options of `readTable`, and adds the defaults. @throws OptionError */
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
    throw new OptionError(`readTable: encoding must be a name such as 'latin1', not ${shown(encoding)}`);
  if (dateOrder !== undefined) checkWord('readTable: dateOrder', dateOrder, ['dmy', 'mdy']);
  if (label !== undefined && typeof label !== 'string' && typeof label !== 'number')
    throw new OptionError(`readTable: label must be a column, by name or by number, not ${shown(label)}`);
  if (onProgress !== undefined) checkFunction('readTable: onProgress', onProgress);
  checkSignal('readTable', signal);
  const { maxRows } = options;
  if (maxRows !== undefined) checkNumber('readTable: maxRows', maxRows, { least: 1, whole: true });
  const words = options.missing === undefined ? missingWords : textsOf('missing', options.missing);
  const missing = words.includes('') ? words : ['', ...words];
  return {
    ...{ delimiter, decimal, thousands, header, encoding, dateOrder, label, onProgress, signal },
    maxRows: maxRows ?? Infinity,
    missing,
    blanks: new Set(missing.map((word) => word.toLowerCase())),
    ...columnsOf(options.columns),
    classes: checkClasses('readTable', classes, label),
  };
}

/** Checks a delimiter. @throws OptionError */
function checkDelimiter(delimiter: unknown): void {
  if (typeof delimiter === 'string' && /^[\t -~]$/.test(delimiter) && !/["\w.+-]/.test(delimiter)) return;
  throw new OptionError(
    `readTable: delimiter must be one ASCII character, such as ',' ';' '|' or '\\t', not ${shown(delimiter)}`,
  );
}

function textsOf(name: string, given: unknown): string[] {
  const texts = Array.isArray(given) ? Array.from(given as unknown[]) : [given];
  if (!Array.isArray(given) || texts.some((text) => typeof text !== 'string'))
    throw new OptionError(`readTable: ${name} must be a list of texts, not ${shown(given)}`);
  return texts as string[];
}

function columnsOf(columns: unknown): { kept?: (string | number)[]; kinds: Map<string, Kind> } {
  if (columns === undefined) return { kinds: new Map() };
  if (Array.isArray(columns)) return { kept: checkColumnList('readTable', columns), kinds: new Map() };
  if (Object.prototype.toString.call(columns) !== '[object Object]')
    throw new OptionError(
      `readTable: columns must be a list of names, or an object such as { speed: 'number' }, not ${shown(columns)}`,
    );
  const kinds = new Map<string, Kind>();
  for (const [name, kind] of Object.entries(columns as Record<string, unknown>))
    kinds.set(name, checkWord(`readTable: columns: ${name}`, kind as Kind, ['number', 'category', 'time']));
  return { kinds };
}
