/** Decides whether the first line of a table is a header. */
import { dateOf } from './dates.ts';
import { numberOf, type NumberFormat } from './numbers.ts';

/** The fraction of numbers or dates above which a column counts as such. The rest may be mistyped. */
const most = 0.9;

/**
 * Compares the first row with those below it: it is a header if it has names above numbers, and data if it has numbers
 * above numbers. If all columns are text, values of a data row occur again, and names of a header do not. Returns a
 * question if both are possible.
 */
export function namesColumns(
  rows: readonly (readonly string[])[],
  format: NumberFormat,
  blanks: ReadonlySet<string>,
  /** The label's column, if it is given by number. Its header is a name above names. */
  label: number | undefined,
): boolean | { column: number; why: string } {
  const [first, ...rest] = rows;
  const kindOf = (text: string): 'blank' | 'value' | 'text' => {
    if (blanks.has(text.toLowerCase())) return 'blank';
    return numberOf(text, format) !== undefined || dateOf(text) ? 'value' : 'text';
  };
  const kinds = first.map(kindOf);
  // A text that begins with a digit is a mistyped number.
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
      why: `stands above numbers, but ${values} of the ${first.length} fields of this line are numbers`,
    };
  }
  if (!names.includes(true)) return false;
  if (first.some((text, column) => names[column] && below[column].includes(text))) return false;
  const repeats = (texts: readonly string[]) => new Set(texts).size < texts.length;
  const alone = first.findIndex((_, column) => names[column] && repeats(below[column]));
  if (values && label !== undefined && names[label] && rest.length)
    return { column: label, why: 'is a label that no other row has' };
  if (values) return alone >= 0 ? { column: alone, why: 'stands in no other row' } : false;
  if (alone >= 0 || !rest.length) return true;
  return { column: names.indexOf(true), why: 'stands above texts that are all different' };
}
