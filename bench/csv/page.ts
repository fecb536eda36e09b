/**
 * The page of `npm run bench -- --tables`. The command line puts a file into its input, and calls `window.csvPage`, in
 * a fresh browser for each reader.
 */
import { readers, type Read } from './readers.ts';

let last: Read | undefined;

const csvPage = {
  /** Reads the file of the input. Its result stays in memory. */
  async read(name: keyof typeof readers): Promise<{ rows: number; seconds: number }> {
    const [file] = document.querySelector('input')!.files!;
    const begun = performance.now();
    last = await readers[name](file);
    return { rows: last.rows, seconds: (performance.now() - begun) / 1000 };
  },

  /** Returns the bytes of the result. */
  bytes: (): number => last!.bytes(),
};

export type CsvPage = typeof csvPage;

declare global {
  var csvPage: CsvPage;
}

globalThis.csvPage = csvPage;
