/** Real tables, of which only rows without blanks are taken, so that what is hidden is known. */
import type { TableColumn, TableRow } from '../../../src/index.ts';

type Kind = TableColumn['kind'];

/** A table that is complete. */
export interface Complete {
  readonly kinds: Record<string, Kind>;
  readonly rows: TableRow[];
}

interface Source {
  readonly file: string;
  readonly kinds: Record<string, Kind>;
  /** Columns that are made of others. */
  readonly made?: (row: Record<string, unknown>) => TableRow;
}

/** In the package vega-datasets. Names and ids are left out: nothing in one row follows from them in another. */
const sources: Record<string, Source> = {
  penguins: {
    file: 'penguins.json',
    kinds: {
      Species: 'category',
      Island: 'category',
      'Beak Length (mm)': 'number',
      'Beak Depth (mm)': 'number',
      'Flipper Length (mm)': 'number',
      'Body Mass (g)': 'number',
      Sex: 'category',
    },
  },
  cars: {
    file: 'cars.json',
    kinds: {
      Miles_per_Gallon: 'number',
      Cylinders: 'category',
      Displacement: 'number',
      Horsepower: 'number',
      Weight_in_lbs: 'number',
      Acceleration: 'number',
      year: 'number',
      Origin: 'category',
    },
    made: ({ Year }) => ({ year: Number(String(Year).slice(0, 4)) }),
  },
  movies: {
    file: 'movies.json',
    kinds: {
      'US Gross': 'number',
      'Worldwide Gross': 'number',
      'Production Budget': 'number',
      'MPAA Rating': 'category',
      Source: 'category',
      'Major Genre': 'category',
      'Creative Type': 'category',
      'Rotten Tomatoes Rating': 'number',
      'IMDB Rating': 'number',
      'IMDB Votes': 'number',
    },
  },
  weather: {
    file: 'seattle-weather.csv',
    kinds: {
      month: 'category',
      precipitation: 'number',
      temp_max: 'number',
      temp_min: 'number',
      wind: 'number',
      weather: 'category',
    },
    made: ({ date }) => ({ month: String(date).slice(5, 7) }),
  },
};

export const sourceNames = Object.keys(sources);

/** The rows of a table that have no blanks, with the columns that are used. */
export async function complete(name: string): Promise<Complete> {
  const { file, kinds, made } = sources[name];
  const response = await fetch(`/node_modules/vega-datasets/data/${file}`);
  if (!response.ok) throw new Error(`${file}: ${response.status} ${response.statusText}`);
  const text = await response.text();
  const read = file.endsWith('.json') ? (JSON.parse(text) as Record<string, unknown>[]) : fromCsv(text);
  const rows = read.flatMap((row) => {
    const whole = { ...row, ...made?.(row) };
    const cells = Object.entries(kinds).map(([column, kind]) => {
      const value: unknown = whole[column];
      if (value === null || value === undefined || value === '' || value === '.') return null;
      return kind === 'number' ? Number(value) : `${value as string | number}`;
    });
    if (cells.includes(null)) return [];
    return [Object.fromEntries(Object.keys(kinds).map((column, c) => [column, cells[c]]))];
  });
  return { kinds, rows };
}

/** Without quotes: the file has none. */
function fromCsv(text: string): Record<string, unknown>[] {
  const [head, ...lines] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(','));
  return lines.map((line) => Object.fromEntries(head.map((name, i) => [name, line[i]])));
}
