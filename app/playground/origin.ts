/** The names of examples as the visitor knows them, in whatever order the page keeps the examples. */
import type { Examples, Origin } from './protocol.ts';

/** Returns the head of a column of names. */
export const headOf = ({ names }: Origin): string => (names ? 'picture' : 'data row (from 1)');

/** Returns the name of an example, such as 'row 8', counted from 1 below the header, or 'cat.png'. */
export const nameOf = ({ rows, names }: Origin, example: number): string =>
  names ? names[example] : `row ${rows![example] + 1}`;

/** Returns the names of several examples for a sentence, such as 'rows 8, 3, 5' or 'cat.png, dog.png'. */
export function namesOf(origin: Origin, examples: number[]): string {
  const names = examples.map((example) => nameOf(origin, example));
  const [one] = /^\D+ (?=\d+$)/.exec(names[0]) ?? [];
  if (!one || names.length === 1 || !names.every((name) => name.startsWith(one))) return names.join(', ');
  return `${one.trim()}s ${names.map((name) => name.slice(one.length)).join(', ')}`;
}

/** Returns the class with the fewest examples, which is the default for the anomalies. */
export function rarest({ labels, classes = [] }: Examples): number {
  const counts = classes.map(() => 0);
  labels?.forEach((label) => counts[label]++);
  return Math.max(0, counts.indexOf(Math.min(...counts)));
}
