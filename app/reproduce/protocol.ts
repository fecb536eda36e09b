/** What the page and the command line of `npm run reproduce` say to each other. Everything in here survives JSON. */
import type { JobProgress } from '../job.ts';
import type { Outcome } from '../outcome.ts';
import type facts from './rows.json';

/** What can be reproduced: one entry in rows.ts, and one, with what the command line must know, in rows.json. */
export type RowName = keyof typeof facts;

/** Under which a row was trained, by name, as they are printed. If one of them changes, the row is done again. */
export type Settings = Record<string, string | number>;

/** One figure of ours beside the one it is to be compared with. */
export interface Comparison {
  /** what was measured, with its unit */
  what: string;
  ours: number;
  /** how many of its decimals say something */
  decimals: number;
  /** of the mean that `ours` is */
  standardError?: number;
  /** a number of the same decimals, or words */
  reference?: number | string;
  /** whose figure that is */
  source?: string;
  /** what was to be shown, and whether it came out */
  asked?: string;
  holds?: boolean;
}

/** Figures that are compared with each other. */
export interface Table {
  title: string;
  /** over the columns; the first names what the lines are */
  head: string[];
  lines: string[][];
}

export interface RowResult {
  comparisons: Comparison[];
  tables?: Table[];
  /** what a reader has to know before comparing */
  notes: string[];
}

/** What one part of a row has measured, by name. */
export interface Figures {
  [name: string]: number | Figures;
}

export interface Opened {
  adapter: { vendor: string; architecture: string; description: string; isFallback: boolean };
  /** WebGPU runs on the processor */
  software: boolean;
  /** as they are on this adapter */
  settings: Record<RowName, Settings>;
}

export interface Reproduction {
  /**
   * Opens the GPU and loads the data. `quick`: as little of everything as runs through; its figures mean nothing. `minutes`: how long each model of a
   * row that goes by the clock is trained, if not as long as usual.
   */
  open(options: { quick: boolean; minutes?: number }): Promise<Outcome<Opened>>;
  /** A row that is done in one go. */
  run(name: RowName): Promise<Outcome<RowResult>>;
  /** One part of a row in parts. */
  measure(name: RowName, part: string): Promise<Outcome<Figures>>;
  /** What all parts of a row come to. */
  conclude(name: RowName, parts: Record<string, Figures>): Promise<Outcome<RowResult>>;
}

declare global {
  interface Window {
    /** set by reproduce.ts */
    reproduction: Reproduction;
    /** set by the command line before the page loads */
    say(line: string): Promise<void>;
    trainingBegins(title: string): Promise<void>;
    trainingProgress(progress: JobProgress): Promise<void>;
    trainingEnds(): Promise<void>;
  }
}
