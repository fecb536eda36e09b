/** What an example is called: as the visitor has it, however the page has put the examples in order. */
import type { Examples, Origin } from './protocol.ts';

/** What `nameOf` counts, as the head of a column. */
export const headOf = ({ names }: Origin): string => (names ? 'picture' : 'data row (from 1)');

/** 'row 8', the first one below the header being row 1; 'cat.png'. */
export const nameOf = ({ rows, names }: Origin, example: number): string =>
  names ? names[example] : `row ${rows![example] + 1}`;

/** Several of them, in a sentence: 'rows 8, 3, 5', 'cat.png, dog.png'. */
export function namesOf(origin: Origin, examples: number[]): string {
  const names = examples.map((example) => nameOf(origin, example));
  const [one] = /^\D+ (?=\d+$)/.exec(names[0]) ?? [];
  if (!one || names.length === 1 || !names.every((name) => name.startsWith(one))) return names.join(', ');
  return `${one.trim()}s ${names.map((name) => name.slice(one.length)).join(', ')}`;
}

/** The class with the fewest examples, which is the first to be taken for strange. */
export function rarest({ labels, classes = [] }: Examples): number {
  const counts = classes.map(() => 0);
  labels?.forEach((label) => counts[label]++);
  return Math.max(0, counts.indexOf(Math.min(...counts)));
}
