/**
 * The interface between the view of tables and its worker. The worker has the file, the GPU and the model, and the page
 * has the values that it shows.
 */
import type { Dialect, ExplainedRow, TableRow } from '../../../src/index.ts';
import type { ColumnFacts } from '../../table/job.ts';
import type { Choices } from './choices.ts';
import { examples, type ExampleName } from './examples.ts';

export type Source = File | ExampleName;

export const fileName = (source: Source): string => (typeof source === 'string' ? examples[source].file : source.name);

/** The columns and the format of a file that has been read. */
export interface Understood {
  rows: number;
  columns: ColumnFacts[];
  label?: { name: string; classes: number };
  dialect: Dialect;
}

/** The error for a file that cannot be read, with the columns of its first rows if these can be read. */
export interface NotRead {
  why: string;
  columns: ColumnFacts[];
}

export interface TrainingProgress {
  step: number;
  steps: number;
  secondsLeft: number;
}

/** The result of the training. */
export interface Trained {
  adapter: { name: string; software: boolean };
  seconds: number;
  stopped: boolean;
}

/** The scores of the rows of a file. */
export interface JudgedRows extends Trained {
  /** The scores, the largest first. */
  scores: Float32Array;
  /** The rows with these scores, counted from 0. */
  order: Uint32Array;
  blanks: number;
}

/** A row with its rank by score, its cells in the file, and the reasons for its score. */
export interface RankedRow {
  score: number;
  cells: TableRow;
  reason: ExplainedRow;
}

/** A blank with the value that was filled in. */
export interface FilledBlank {
  row: number;
  column: string;
  value: number | string | null;
}

/** The codes of all rows on a map. */
export interface RowMap {
  points: Float32Array;
  /** The share of the codes' variance that the map shows, from 0 to 1. */
  share: number;
  /** The number of values in a code. */
  size: number;
}

/** The values of a column for colours: names, or numbers. */
export type ColumnValues =
  | { kind: 'category'; values: ArrayLike<number>; names: readonly string[] }
  | { kind: 'number' | 'time'; values: ArrayLike<number> };

/** The scores of the steps of a series. */
export interface JudgedSeries extends Trained {
  window: number;
  windows: number;
  channels: string[];
  left: string[];
  /** The number of blanks in the channels. */
  blanks: number;
  /** The time of each step in seconds since 1970, if there is a column of times. */
  times?: ArrayLike<number>;
  /** The values of each channel, step by step, with NaN for a blank. */
  values: ArrayLike<number>[];
  scores: Float32Array;
  perChannel: Float32Array[];
}

export type FileKind = 'scores' | 'filled' | 'weights' | 'onnx';

/** The methods of the worker. */
export interface TableWorker {
  read(source: Source, choices: Choices, hear: (rows: number) => void): Promise<Understood | NotRead>;
  learnRows(choices: Choices, hear: (progress: TrainingProgress) => void): Promise<JudgedRows>;
  learnSeries(choices: Choices, hear: (progress: TrainingProgress) => void): Promise<JudgedSeries>;
  /** Ends the training; the model is kept. */
  stop(): void;
  /** Returns the rows with the ranks from `from` to `to`. */
  ranked(from: number, to: number): Promise<RankedRow[]>;
  /** Returns the first blanks with the values that are filled in. */
  blanks(most: number): Promise<FilledBlank[]>;
  map(): Promise<RowMap>;
  /** Returns the values of a column, row by row. */
  values(column: string): ColumnValues;
  /**
   * Returns a file. `strange` is the number of rows with their reasons, or the score from which a step is anomalous.
   */
  file(kind: FileKind, strange: number): Promise<Blob>;
}
