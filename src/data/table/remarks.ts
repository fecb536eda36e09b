import { DataError, FormatError } from '../../errors.ts';
import { mostCategories, type Kind, type Reading } from './column-data.ts';
import type { NumberFormat } from './numbers.ts';

/** Makes the messages about one column: notes for the table, and errors with their place and a remedy. */
export class Remarks {
  readonly notes: string[] = [];
  #isInexact = false;
  /** Whether numbers may begin with a zero without another note: there is one, or the options ask for numbers. */
  acceptsLeadingZeros: boolean;

  constructor(
    private readonly name: string,
    private readonly reading: Reading,
    private readonly asked: Kind | 'label' | undefined,
  ) {
    this.acceptsLeadingZeros = asked === 'number';
  }

  /** Notes that most values of a column of categories are numbers. `text` is the first one that is not. */
  mostlyNumbers(numbers: number, values: number, text: string, line: number): void {
    this.notes.push(
      `${numbers} of its ${values} values are numbers, but '${text}' in ${this.reading.unit} ${line} is not: all are read as names`,
    );
  }

  /** Notes that a number in a column has a leading zero, as codes have. */
  leadingZero(text: string, line: number): void {
    this.acceptsLeadingZeros = true;
    this.notes.push(
      `'${text.slice(0, 40)}' in ${this.reading.unit} ${line} begins with a zero, as codes do, which is lost in a number; set ${this.#remedy('category')} to keep it`,
    );
  }

  /** Notes the first number in a column with more digits than a double holds, as ids have. */
  inexact(text: string, line: number): void {
    if (this.#isInexact) return;
    this.#isInexact = true;
    this.notes.push(
      `'${text.slice(0, 40)}' in ${this.reading.unit} ${line} has more digits than a number holds, so different values may become equal; set ${this.#remedy('category')} to keep them`,
    );
  }

  /** Notes that other columns show different orders of day and month, of which one was taken. */
  doubtfulOrder(order: 'dmy' | 'mdy', column: string, contrary: string): void {
    const [taken, other] = order === 'dmy' ? ['day', 'month'] : ['month', 'day'];
    this.notes.push(
      `its dates are read with the ${taken} first, as in column ${column}, but column ${contrary} has the ${other} first; if this is wrong, set ${this.#remedy('category')}`,
    );
  }

  /** Notes how many different texts a column has. */
  manyTexts(different: number): void {
    this.notes.push(
      `it has ${different} different texts, more than ${mostCategories}: they look like names or ids, from which a model cannot learn`,
    );
  }

  place(line: number): string {
    return `${this.reading.unit} ${line}, column ${this.name}`;
  }

  /** Returns the error for a text in a column of numbers or of times. */
  contradiction(text: string, line: number, kind: 'number' | 'time'): FormatError {
    const wanted = kind === 'number' ? 'number' : 'date';
    const value = text.slice(0, 40);
    const looksLikeOne = kind === 'number' && /^[+-]?\d[\d.,' ]*$/.test(value);
    const advice = looksLikeOne
      ? `set \`decimal\` and \`thousands\` to how numbers are written (now ${shownFormat(this.reading.format)})`
      : `if it stands for a blank, set \`missing: [${JSON.stringify(value)}]\``;
    const names = this.asked === undefined ? `; if the column holds names, set ${this.#remedy('category')}` : '';
    const why = this.asked === undefined ? `not a ${wanted}, as most of the column are` : `not a ${wanted}`;
    return new FormatError(`readTable: ${this.place(line)}: '${value}' is ${why}; ${advice}${names}`);
  }

  /** Returns the error for an infinite number. */
  notFinite(text: string, line: number): DataError {
    const value = text.slice(0, 40);
    return new DataError(
      `readTable: ${this.place(line)}: '${value}' is not finite; if it stands for a blank, set \`missing: [${JSON.stringify(value)}]\``,
    );
  }

  /** Returns the error for a date at `place` where no date shows whether day or month comes first. */
  undecided(place: string): FormatError {
    return new FormatError(
      `readTable: ${place}: the date may have the day or the month first; set \`dateOrder: 'dmy'\` or \`'mdy'\``,
    );
  }

  #remedy(kind: Kind): string {
    return `\`columns: { ${/^[A-Za-z_$][\w$]*$/.test(this.name) ? this.name : JSON.stringify(this.name)}: '${kind}' }\``;
  }
}

const shownFormat = ({ decimal, thousands }: NumberFormat): string =>
  `decimal '${decimal}', thousands ${thousands ? `'${thousands}'` : 'not set apart'}`;
