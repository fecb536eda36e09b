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
  /** The measured quantity, with its unit. */
  what: string;
  ours: number;
  /** The number of significant decimals. */
  decimals: number;
  /** The standard error, if `ours` is a mean. */
  standardError?: number;
  /** A number with the same decimals, or words. */
  reference?: number | string;
  /** The source of the reference. */
  source?: string;
  /** The claim that was tested; `holds` is the result. */
  asked?: string;
  holds?: boolean;
}

/** Figures that are compared with each other. */
export interface Table {
  title: string;
  /** The headings of the columns; the first one names the lines. */
  head: string[];
  lines: string[][];
}

export interface RowResult {
  comparisons: Comparison[];
  tables?: Table[];
  /** Remarks that a reader needs for the comparison. */
  notes: string[];
}

/** What one part of a row has measured, by name. */
export interface Figures {
  [name: string]: number | Figures;
}

export interface Opened {
  adapter: { vendor: string; architecture: string; description: string; isFallback: boolean };
  /** Whether WebGPU runs on the processor. */
  software: boolean;
  /** The settings on this adapter. */
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
    /** The job of this page, which reproduce.ts sets. */
    reproduction: Reproduction;
    /** The command line sets these functions before the page loads. */
    say(line: string): Promise<void>;
    trainingBegins(title: string): Promise<void>;
    trainingProgress(progress: JobProgress): Promise<void>;
    trainingEnds(): Promise<void>;
  }
}
