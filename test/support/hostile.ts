/// <reference types="vite/client" />
import { FormatError } from '../../src/errors.ts';
import { Draw } from './random.ts';

/**
 * A reader that takes this long for one of these small files hangs: thousands of times as long as the others take, even on a busy machine. It is a
 * watchdog, no measure of speed.
 */
const hangs = 10_000;

/** What became of hostile files. */
export interface Verdict {
  results: number;
  /** Errors that the reader is allowed, by their names. */
  refused: number;
}

export interface Siege<File, Result> {
  count: number;
  /** The file that belongs to a seed. */
  file: (draw: Draw) => File;
  read: (file: File) => Result | Promise<Result>;
  /** Looks at what came out; throws where that cannot be. */
  check: (result: Result, file: File) => unknown;
  /** Whether an error is one that the reader may end with. Default: a FormatError. */
  allowed?: (error: unknown) => boolean;
  /** Called right behind each file, whatever came of it; throws where the reader has left something. */
  after?: (file: File) => unknown;
}

/** `VITE_SEED=4711 npx vitest run …` tries one seed alone, for what a failure has named. */
const only = import.meta.env.VITE_SEED as string | undefined;

/** Lets a reader read one file for each seed from 0 on. @throws Error that names the seed of the first file with which it breaks its word */
export async function withstand<File, Result>(siege: Siege<File, Result>): Promise<Verdict> {
  const verdict: Verdict = { results: 0, refused: 0 };
  const [first, end] = only ? [Number(only), Number(only) + 1] : [0, siege.count];
  for (let seed = first; seed < end; seed++) {
    // Vitest asks now and then whether the test is still alive.
    if (seed % 500 === 0) await new Promise((resolve) => setTimeout(resolve));
    try {
      await one(siege, siege.file(new Draw(seed)), verdict);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
    }
  }
  return verdict;
}

async function one<File, Result>(
  { read, check, allowed = isFormatError, after }: Siege<File, Result>,
  file: File,
  verdict: Verdict,
): Promise<void> {
  let result: { value: Result } | undefined;
  const begin = performance.now();
  try {
    result = { value: await read(file) };
  } catch (error) {
    if (!allowed(error)) throw error;
  }
  if (performance.now() - begin > hangs) throw new Error(`reading takes more than ${hangs} ms`);
  await after?.(file);
  if (result) await check(result.value, file);
  verdict[result ? 'results' : 'refused']++;
}

const isFormatError = (error: unknown): boolean => error instanceof FormatError;

/** For `tried`. */
export const words = ({ results, refused }: Verdict): string =>
  `${results.toLocaleString('en')} read, ${refused.toLocaleString('en')} refused with a FormatError`;
