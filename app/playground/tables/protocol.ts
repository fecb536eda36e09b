/** What the view of tables and its worker say to each other. The worker has the file, the GPU and the model; the page has what it shows. */
import type { Dialect, ExplainedRow, TableRow } from '../../../src/index.ts';
import type { ColumnFacts } from '../../table/job.ts';
import type { Choices } from './choices.ts';
import { examples, type ExampleName } from './examples.ts';

export type Source = File | ExampleName;

export const fileName = (source: Source): string => (typeof source === 'string' ? examples[source].file : source.name);

/** What was understood of a file. */
export interface Understood {
  rows: number;
  columns: ColumnFacts[];
  label?: { name: string; classes: number };
  dialect: Dialect;
}

/** A file that cannot be read as it is, with what its first rows show, where they can be read. */
export interface NotRead {
  why: string;
  columns: ColumnFacts[];
}

export interface TrainingProgress {
  step: number;
  steps: number;
  secondsLeft: number;
}

/** How the training went. */
export interface Trained {
  adapter: { name: string; software: boolean };
  seconds: number;
  stopped: boolean;
}

/** The rows of a file, judged. */
export interface JudgedRows extends Trained {
  /** Scores, the largest first, */
  scores: Float32Array;
  /** and the rows that have them, from 0 on. */
  order: Uint32Array;
  blanks: number;
}

/** A row with its place among the strange ones, as the file has it, and why it is strange. */
export interface RankedRow {
  score: number;
  cells: TableRow;
  reason: ExplainedRow;
}

/** A blank, and what was filled in. */
export interface FilledBlank {
  row: number;
  column: string;
  value: number | string | null;
}

/** The codes of all rows on a map. */
export interface RowMap {
  points: Float32Array;
  /** How much of the codes' variance the map shows, from 0 to 1. */
  share: number;
  /** Numbers in a code. */
  size: number;
}

/** A column as colours: names, or numbers. */
export type ColumnValues =
  | { kind: 'category'; values: ArrayLike<number>; names: readonly string[] }
  | { kind: 'number' | 'time'; values: ArrayLike<number> };

/** A series, judged step by step. */
export interface JudgedSeries extends Trained {
  window: number;
  windows: number;
  channels: string[];
  left: string[];
  /** The number of blanks in the channels. */
  blanks: number;
  /** Seconds since 1970 of each step, where there is a column of times. */
  times?: ArrayLike<number>;
  /** The numbers of each channel, step by step; NaN for a blank. */
  values: ArrayLike<number>[];
  scores: Float32Array;
  perChannel: Float32Array[];
}

export type FileKind = 'scores' | 'filled' | 'weights' | 'onnx';

/** What the worker does when it is asked. */
export interface TableWorker {
  read(source: Source, choices: Choices, hear: (rows: number) => void): Promise<Understood | NotRead>;
  learnRows(choices: Choices, hear: (progress: TrainingProgress) => void): Promise<JudgedRows>;
  learnSeries(choices: Choices, hear: (progress: TrainingProgress) => void): Promise<JudgedSeries>;
  /** Ends the training; what was learned is kept. */
  stop(): void;
  /** Some of the rows, by their places in the order of strangeness. */
  ranked(from: number, to: number): Promise<RankedRow[]>;
  /** The first of the blanks, filled in. */
  blanks(most: number): Promise<FilledBlank[]>;
  map(): Promise<RowMap>;
  /** A column's values, row by row. */
  values(column: string): ColumnValues;
  /** `strange`: how many rows are told with their reasons, or from which score on a step is strange. */
  file(kind: FileKind, strange: number): Promise<Blob>;
}
