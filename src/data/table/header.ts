/** Whether the first line of a table names its columns. */
import { dateOf } from './dates.ts';
import { numberOf, type NumberFormat } from './numbers.ts';

/** So much of a column are numbers, or dates, where it is one of them. A few may have mistakes in them. */
const most = 0.9;

export interface Question {
  readonly column: number;
  readonly why: string;
}

/**
 * Goes by the first row and by those below it: a name above numbers makes a header, a number above numbers is one more of them. Where all is text, a
 * row has values that come again, and a header has not. What may be either is a question.
 */
export function namesColumns(
  rows: readonly (readonly string[])[],
  format: NumberFormat,
  missing: ReadonlySet<string>,
  /** The label's column, where it is known by its number: its text may be a name above names. */
  label: number | undefined,
): boolean | Question {
  const [first, ...rest] = rows;
  const kindOf = (text: string): 'blank' | 'value' | 'text' => {
    if (missing.has(text.toLowerCase())) return 'blank';
    return numberOf(text, format) !== undefined || dateOf(text) ? 'value' : 'text';
  };
  const kinds = first.map(kindOf);
  // What begins with a digit is a number with a mistake in it.
  const names = first.map((text, column) => kinds[column] === 'text' && !/^[+-]?[.,]?\d/.test(text));
  const below = first.map((_, column) =>
    rest.map((row) => row[column] ?? '').filter((text) => kindOf(text) !== 'blank'),
  );
  const typed = below.map(
    (texts) => texts.length > 0 && texts.filter((text) => kindOf(text) === 'value').length >= most * texts.length,
  );
  const above = first.findIndex((_, column) => names[column] && typed[column]);
  const values = kinds.filter((kind) => kind === 'value').length;
  if (above >= 0) {
    if (2 * values <= first.length) return true;
    return {
      column: above,
      why: `stands above numbers, but ${values} of the ${first.length} fields beside it are numbers`,
    };
  }
  if (!names.includes(true)) return false;
  if (first.some((text, column) => names[column] && below[column].includes(text))) return false;
  const repeats = (texts: readonly string[]) => new Set(texts).size < texts.length;
  const alone = first.findIndex((_, column) => names[column] && repeats(below[column]));
  if (values && label !== undefined && names[label] && rest.length)
    return { column: label, why: 'is the label of no other row' };
  if (values) return alone >= 0 ? { column: alone, why: 'stands in no other row' } : false;
  if (alone >= 0 || !rest.length) return true;
  return { column: names.indexOf(true), why: 'stands above texts, none of which comes twice' };
}
