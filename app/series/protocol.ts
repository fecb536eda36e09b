/** What the page of `npm start -- --model series` and the command line say to each other. Everything in here survives JSON. */
import type { Interval } from '../../src/index.ts';
import type { Outcome } from '../outcome.ts';

/** The options of the command line; those that were not given are undefined. */
export interface SeriesOptions {
  window?: number;
  epochs?: number;
  steps?: number;
  batch?: number;
  seed: number;
}

export interface SeriesResult {
  adapter: { vendor: string; architecture: string; description: string; isFallback: boolean };
  /** The number of time steps in the file; `window` is that of a window, `windows` the number of trained windows. */
  length: number;
  window: number;
  windows: number;
  channels: string[];
  seconds: number;
  /** The score from which a step counts as strange. */
  limit: number;
  /** `start` and `end`: the first and the last moment or, without a column of times, step */
  intervals: (Interval & { start: string; end: string })[];
  /** The content of scores.csv; `picture` is a PNG as base64. */
  csv: string;
  picture: string;
}

declare global {
  interface Window {
    /** The job of this page, which series.ts sets. */
    seriesJob: {
      run(options: SeriesOptions): Promise<Outcome<SeriesResult>>;
      /** Ends the training early; `run` goes on to the scores and the picture. */
      stop(): void;
    };
  }
}
