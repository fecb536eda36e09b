/**
 * Writes and reads the state of the view of tables as the part of a link after the `#`. A link names a file, and never
 * contains it.
 */
import { defaultChoices, uses, views, type Choices, type Use } from './choices.ts';
import { exampleNames, type ExampleName } from './examples.ts';

export interface TableLink {
  /** An example, or a file of the visitor's own. */
  source: ExampleName | 'own';
  /** The name of the file. */
  name?: string;
  choices: Choices;
}

/** Returns whether a link leads to the view of tables. */
export const isTableLink = (hash: string): boolean => parametersOf(hash).has('tables');

const parametersOf = (hash: string) => new URLSearchParams(hash.replace(/^#/, ''));

export function toTableHash({ source, name, choices }: TableLink): string {
  const parameters = new URLSearchParams({ tables: source });
  if (source === 'own' && name !== undefined) parameters.set('file', name);
  const { columns, ...others } = choices;
  for (const [key, value] of Object.entries(others))
    if (value !== undefined && value !== defaultChoices[key as keyof Choices]) parameters.set(key, `${value}`);
  for (const [column, use] of Object.entries(columns)) parameters.set(`column.${column}`, use);
  return parameters.toString();
}

/** The readers of the choices; each returns undefined if the text is not a valid value. */
const readers: { [K in keyof Omit<Choices, 'columns'>]-?: (text: string) => Choices[K] | undefined } = {
  view: (text) => views.find((view) => view === text),
  delimiter: (text) => (text.length === 1 ? text : undefined),
  decimal: (text) => (text === '.' || text === ',' ? text : undefined),
  thousands: (text) => ([',', '.', ' ', "'"] as const).find((sign) => sign === text),
  dateOrder: (text) => (text === 'dmy' || text === 'mdy' ? text : undefined),
  missing: (text) => text || undefined,
  share: (text) => within(text, 0.0005, 0.2),
  color: (text) => text || undefined,
  steps: (text) => whole(text, 1, 1e6),
  seed: (text) => whole(text, 0, 2 ** 32 - 1),
};

function within(text: string, least: number, most: number): number | undefined {
  const value = text.trim() === '' ? NaN : Number(text);
  return value >= least && value <= most ? value : undefined;
}

function whole(text: string, least: number, most: number): number | undefined {
  const value = within(text, least, most);
  return Number.isInteger(value) ? value : undefined;
}

/** Reads a link to the view, and returns the parts that it could not read. */
export function fromTableHash(hash: string): TableLink & { unknown: string[] } {
  const parameters = parametersOf(hash);
  const source = exampleNames.find((name) => name === parameters.get('tables')) ?? 'own';
  const columns: Record<string, Use> = {};
  const choices: Choices = { ...defaultChoices };
  const unknown: string[] = [];
  for (const [key, text] of parameters) {
    if (key === 'tables' || key === 'file') continue;
    const column = /^column\.(.*)$/s.exec(key)?.[1];
    const value =
      column !== undefined
        ? uses.find((use) => use === text)
        : Object.hasOwn(readers, key)
          ? readers[key as keyof typeof readers](text)
          : undefined;
    if (value === undefined) unknown.push(`${key}=${text}`);
    else if (column !== undefined) columns[column] = value as Use;
    else Object.assign(choices, { [key]: value });
  }
  return { source, name: parameters.get('file') ?? undefined, choices: { ...choices, columns }, unknown };
}
