/** Decides whether the first line of a CSV is a header. */
import { csvError, type Field } from './csv-lines.ts';
import { isMissing, numberIn } from './csv-numbers.ts';

/** The number of lines below the first that are examined. */
const sample = 10;

/**
 * Compares the first line with those below it: it is a header if it has names above numbers, and data if it has numbers
 * above numbers.
 */
export class Header {
  #rows = 0;
  /** The columns with a number, or with a text, in a line below. */
  readonly #numbers = new Set<number>();
  readonly #texts = new Set<number>();
  /** Whether the label in the first line occurs again below. */
  #recurs = false;

  constructor(
    private readonly first: readonly Field[],
    private readonly decimal: ',' | '.',
    /** The label's column, if it is given by number. */
    private readonly label: number | undefined,
  ) {}

  /** Examines a line below the first. */
  look(line: readonly Field[]): void {
    if (this.label !== undefined) this.#recurs ||= line[this.label]?.text === this.first[this.label]?.text;
    if (this.#rows++ >= sample) return;
    line.forEach(({ text }, column) => {
      if (numberIn(text, this.decimal) !== undefined) this.#numbers.add(column);
      else if (!isMissing(text)) this.#texts.add(column);
    });
  }

  /** Returns whether the first line is a header. @throws FormatError if that is ambiguous */
  names(text: string): boolean {
    const { first } = this;
    const numbers = first.map((field) => numberIn(field.text, this.decimal) !== undefined);
    const count = numbers.filter(Boolean).length;
    // A text that begins with a digit is a mistyped number or a date.
    const names = first.map(({ text }, c) => !numbers[c] && !isMissing(text) && !/^[+-]?[.,]?\d/.test(text));
    const above = names.findIndex((name, c) => name && this.#numbers.has(c) && !this.#texts.has(c));
    const ask = (column: number, why: string) =>
      csvError(
        text,
        first[column].offset,
        `'${first[column].text.slice(0, 40)}' in column ${column} (offset ${first[column].offset}) ${why}; set \`header\` to true or false`,
      );
    if (above >= 0) {
      if (count > first.length - count)
        throw ask(above, `stands above numbers, but ${count} of the ${first.length} fields of this line are numbers`);
      return true;
    }
    const data = !names.includes(true) || first.some((_, c) => numbers[c] || (this.#numbers.has(c) && !names[c]));
    const { label } = this;
    if (data && label !== undefined && names[label] && !this.#recurs && this.#rows > 1)
      throw ask(label, 'is a label that no other row has');
    return !data;
  }
}
