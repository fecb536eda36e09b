import { DataError, FormatError, OptionError } from '../errors.ts';
import { allocate } from '../platform.ts';
import { checkFlag, checkOptions, checkWord, shown } from '../runtime/options.ts';
import { classOrder } from './class-order.ts';
import { checkClasses, checkColumnList, columnOf } from './column-options.ts';
import { checkText, csvError, guessDelimiter, startOf, type Field } from './csv-lines.ts';
import { noNumber, notFloat, numberIn } from './csv-numbers.ts';
import { rowsOf, survey, type Format } from './csv-survey.ts';
import type { Source } from './make-dataset.ts';
import { Differences } from './differences.ts';

/** Options of `readCsv`. */
export interface CsvOptions {
  /** Whether the first line names the columns. Default: it does if it has a name above numbers. */
  header?: boolean;
  /**
   * The delimiter. Default: the first of `,`, `;` and tab in the first line, or what a line `sep=;` above the table
   * says.
   */
  delimiter?: ',' | ';' | '\t';
  /** The decimal separator: `','` for 1,5. Default `'.'`. */
  decimal?: '.' | ',';
  /** The columns to keep, by name or by number from 0, in this order. Default: all but the label. */
  columns?: readonly (string | number)[];
  /**
   * The column with the class of each row, by name or by number from 0. Its values may be any text, and become
   * `labels`.
   */
  label?: string | number;
  /**
   * The names of the classes in the order of their numbers, such as the `classes` of the file that a model was trained
   * on.
   */
  classes?: readonly string[];
}

/** A table of numbers, with a row for each line. */
export interface CsvData extends Source {
  /** The values, row by row. */
  data: Float32Array;
  /** The numbers of rows and columns. */
  shape: [rows: number, columns: number];
  /** The names of the columns in `data`: those in the header, or their numbers. */
  columns: string[];
  /** With the option `label`: the class of each row, an index into `classes`. */
  labels?: Int32Array;
  /**
   * With the option `label`: the names of the classes. They are sorted, numbers by their value, unless the option
   * `classes` gives another order.
   */
  classes?: string[];
}

/**
 * Reads comma-separated values (RFC 4180), as spreadsheets write them: fields may be quoted, lines end in LF or CR LF,
 * and blank lines are skipped. An empty last column, which a delimiter at the end of every line makes, is left out.
 * @param text the text of the file
 * @param options how numbers are written, and which columns to keep
 * @example
 * ```ts
 * import { readCsv } from 'latentgpu';
 *
 * const text = 'speed,load,state\n1.5,20,good\n1.7,35,bad\n';
 * const { data, shape, columns, labels, classes } = readCsv(text, { label: 'state' });
 * // columns: ['speed', 'load'], shape: [2, 2], classes: ['bad', 'good'], labels: [1, 0]
 * ```
 * @throws FormatError, with the line and the offset in characters, if rows differ in length, a value is blank or not a
 * number, a label is not in `classes`, or a column loses its differences in float32; DataError, with row and column,
 * for NaN, an infinity or a number beyond float32, and for a table without rows; OptionError for a column that does not
 * exist; OutOfMemoryError
 */
export function readCsv(text: string, options: CsvOptions = {}): CsvData {
  checkOptions('readCsv', options, ['header', 'delimiter', 'decimal', 'columns', 'label', 'classes']);
  if (typeof text !== 'string') throw new OptionError('readCsv: takes the text of a file');
  const { header, label, decimal = '.' } = options;
  checkWord('readCsv: decimal', decimal, ['.', ',']);
  checkText(text);
  const { start, delimiter: written } = startOf(text);
  const { delimiter = written ?? guessDelimiter(text, start, decimal) } = options;
  checkWord('readCsv: the delimiter', delimiter, [',', ';', '\t']);
  if (header !== undefined) checkFlag('readCsv: header', header);
  const chosen = options.columns === undefined ? undefined : checkColumnList('readCsv', options.columns);
  const given = checkClasses('readCsv', options.classes, label);
  const format = { text, start, delimiter, decimal };
  const { first, count, named } = survey(format, header, [label, ...(chosen ?? [])]);
  const names = first.map(({ text }, column) => (named ? text : String(column)));
  const rows = named ? count - 1 : count;
  if (!rows) throw new DataError('readCsv: there are no rows below the header');
  const labelled = label === undefined ? -1 : columnOf('readCsv', label, names, 'for the label');
  const kept = (chosen?.map((column) => columnOf('readCsv', column, names, 'to keep')) ?? [...names.keys()]).filter(
    (column) => column !== labelled,
  );
  if (!kept.length) throw new DataError('readCsv: there are no columns besides the label');
  const columns = kept.map((column) => names[column]);
  const data = allocate('readCsv', Float32Array, rows * kept.length, 'keep fewer `columns`, or read the file in parts');
  const labels = new Int32Array(labelled < 0 ? 0 : rows);
  const classes = new Map(given?.map((name, place) => [name, place]));
  const differences = new Differences(kept.length);
  const guessed = header === undefined && !named;
  for (const [row, line] of rowsOf(format, named)) {
    for (let c = 0; c < kept.length; c++) {
      const field = line[kept[c]];
      const value = numberIn(field.text, decimal);
      const float = Math.fround(value ?? NaN);
      if (!Number.isFinite(float)) {
        const place = { row, column: columns[c], delimiter, decimal, guessedFirst: guessed && row === 0 };
        throw value === undefined ? noNumber(text, field, place) : notFloat(text, field, place);
      }
      data[row * kept.length + c] = float;
      differences.add(c, value!, float);
    }
    if (labelled >= 0)
      labels[row] = classOf(format, line[labelled], classes, given && `row ${row}, column ${names[labelled]}`);
  }
  for (const [c, column] of kept.entries()) {
    const again = () => Float64Array.from(rowsOf(format, named), ([, line]) => numberIn(line[column].text, decimal)!);
    const lost = differences.lost(c, rows, again);
    if (lost) throw new FormatError(`csv: column ${columns[c]} ${lost} with \`columns\``);
  }
  const table: CsvData = { data, shape: [rows, kept.length], columns };
  if (labelled < 0) return table;
  return { ...table, ...(given ? { labels, classes: [...given] } : sorted(labels, [...classes.keys()], decimal)) };
}

/**
 * Returns the index of a field's class. A new name becomes a new class, unless `place` is given.
 * @throws FormatError for a name not in `classes`
 */
function classOf({ text }: Format, field: Field, classes: Map<string, number>, place: string | undefined): number {
  const known = classes.get(field.text);
  if (known !== undefined) return known;
  if (place)
    throw csvError(
      text,
      field.offset,
      `'${field.text.slice(0, 40)}' in ${place} (offset ${field.offset}) is not among the classes ${shown([...classes.keys()])}`,
    );
  classes.set(field.text, classes.size);
  return classes.size - 1;
}

/** Renumbers the classes in sorted order, so that the order of rows does not matter. */
function sorted(labels: Int32Array, names: string[], decimal: ',' | '.'): { labels: Int32Array; classes: string[] } {
  const order = classOrder(names, (name) => numberIn(name, decimal));
  const indices = new Map(order.map((name, place) => [name, place]));
  labels.forEach((label, row) => (labels[row] = indices.get(label)!));
  return { labels, classes: order.map((name) => names[name]) };
}
