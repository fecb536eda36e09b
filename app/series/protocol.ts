/** What the page of `npm start -- --model series` and the command line say to each other. Everything in here survives JSON. */
import type { Interval } from '../../src/index.ts';
import type { Outcome } from '../outcome.ts';

/** As given on the command line; what was not asked for is missing. */
export interface SeriesOptions {
  window?: number;
  epochs?: number;
  steps?: number;
  batch?: number;
  seed: number;
}

export interface SeriesResult {
  adapter: { vendor: string; architecture: string; description: string; isFallback: boolean };
  /** time steps in the file, and in a window; how many windows were trained on */
  length: number;
  window: number;
  windows: number;
  channels: string[];
  seconds: number;
  /** from which score on a step counts as strange */
  limit: number;
  /** `start` and `end`: the first and the last moment or, without a column of times, step */
  intervals: (Interval & { start: string; end: string })[];
  /** scores.csv, and a picture as PNG in base64 */
  csv: string;
  picture: string;
}

declare global {
  interface Window {
    /** set by series.ts */
    seriesJob: {
      run(options: SeriesOptions): Promise<Outcome<SeriesResult>>;
      /** Ends the training early; `run` goes on to the scores and the picture. */
      stop(): void;
    };
  }
}
