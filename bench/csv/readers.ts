import papa from 'papaparse';
import { readTable } from '../../src/index.ts';
import { Columns, splitPieces } from './split.mjs';

/** What a reader has made of a file. */
export interface Read {
  rows: number;
  /** Returns the bytes of the result's arrays; 0 where nothing is kept. */
  bytes(): number;
}

/** The readers of a file in a page, of which each takes the `File` of an input. */
export const readers = {
  async readTable(file: File): Promise<Read> {
    const table = await readTable(file);
    // `values` returns a copy, so there is one column at a time.
    const bytes = () => table.columns.reduce((sum, { name }) => sum + table.values(name).byteLength, 0);
    return { rows: table.length, bytes };
  },

  async split(file: File): Promise<Read> {
    const { rows, bytes } = await splitPieces(piecesOf(file));
    return { rows, bytes: () => bytes };
  },

  async whole(file: File): Promise<Read> {
    const text = await file.text();
    // Chrome returns an empty text for a file of more than a string holds.
    if (!text && file.size) throw new Error('a string holds at most 512 MB');
    const lines = text.split('\n');
    const columns = new Columns();
    for (const line of lines.slice(1)) if (line) columns.add(line);
    return { rows: columns.rows, bytes: () => columns.bytes };
  },

  async papa(file: File): Promise<Read> {
    let rows = -1;
    await new Promise<void>((resolve, reject) => {
      papa.parse<unknown[]>(file, {
        dynamicTyping: true,
        skipEmptyLines: true,
        chunk: ({ data }) => void (rows += data.length),
        complete: () => resolve(),
        error: reject,
      });
    });
    return { rows, bytes: () => 0 };
  },
};

/** Reads a file as pieces of text. */
async function* piecesOf(file: File): AsyncGenerator<string> {
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
}
