/** What the page of `npm start -- --model table` and the command line say to each other. Everything in here survives JSON. */
import type { ExplainedRow } from '../../src/index.ts';
import type { JobProgress } from '../job.ts';
import type { Outcome } from '../outcome.ts';

export interface TableJobOptions {
  /** The column that says what a row is; the model does not see it. */
  label?: string;
  epochs?: number;
  steps?: number;
  batch?: number;
  seed: number;
}

/** What was understood of a column. */
export interface ColumnFacts {
  name: string;
  kind: string;
  missing: number;
  /** Different names, of a category. */
  names?: number;
  /** The least number or moment, and the greatest. */
  min?: number;
  max?: number;
  note?: string;
  /** Why the model does not see it, where that is so. */
  left?: string;
}

/** What came of it. Files are in base64 where they are bytes. */
export interface TableJobResult {
  adapter: { vendor: string; architecture: string; description: string; isFallback: boolean };
  rows: number;
  columns: ColumnFacts[];
  dialect: string;
  /** How it was trained. */
  training: { steps: number; batch: number; seconds: number; loss: number; stopped: boolean };
  layers: string;
  /** The score of each row. */
  scores: number[];
  /** The strangest rows, the strangest first, with the columns to blame. */
  strange: ExplainedRow[];
  /** Of the strangest rows: how strange each cell is among the cells of its column, from 0 to 1; null for a blank. */
  shares: (number | null)[][];
  /** How many blanks were filled in. */
  filled: number;
  files: { scores: string; filled: string; weights: string };
}

export interface TableJob {
  run(options: TableJobOptions): Promise<Outcome<TableJobResult>>;
  stop(): void;
}

declare global {
  interface Window {
    /** The job of this page, which table.ts sets. */
    tableJob: TableJob;
    tableStarted(start: { rows: number; steps: number; batch: number }): Promise<void>;
    tableProgress(progress: JobProgress): Promise<void>;
    tableTrained(): Promise<void>;
  }
}
