/** The results of a run of the benchmark, in milliseconds and bytes; they survive JSON. */
import type { Frames } from './frames.ts';
import type { Growth } from './growth.ts';
import type { Roofline } from './roofline.ts';

export interface Opened {
  adapter: { vendor: string; architecture: string; description: string; isFallback: boolean };
  /** The version of each library. */
  versions: Record<string, string>;
  /** The libraries that do not run here, with the reason. */
  missing: Record<string, string>;
  works: { models: string[]; matmuls: string[]; streams: string[] };
}

export interface Timing {
  /** The median time over the rounds. */
  ms: number;
  times: number[];
}

export interface TrainingTiming extends Timing {
  /** The number of dispatches in a step. */
  dispatches: number;
  submits: number;
  /** The most bytes that its buffers held, including the data. */
  peakBytes: number;
  /** The loss after the same number of steps. */
  loss: number;
  /**
   * Whether the first step took so long that there was no other; time and loss are then those of the first step,
   * including compilation.
   */
  oneStep?: boolean;
}

export interface ModelResult {
  work: string;
  title: string;
  batch: number;
  /** The multiplications and additions in a step. */
  flops: number;
  /** The most bytes that training should need: the data, 4 times the weights, and twice the outputs of the layers. */
  needsBytes: number;
  /** Whether all libraries reach the same loss; otherwise the times mean nothing. */
  agreed: boolean;
  peers: Record<string, TrainingTiming>;
  /** The libraries that cannot train it here, with the reason. */
  failed?: Record<string, string>;
}

export interface KernelResult {
  work: string;
  flops: number;
  /** The bytes that are read and written at least. */
  bytes: number;
  agreed: boolean;
  peers: Record<string, Timing>;
}

export interface Results extends Opened {
  roofline: Roofline;
  date: string;
  /** The browser or Node, with its version. */
  runtime: string;
  models: ModelResult[];
  matmuls: KernelResult[];
  streams: KernelResult[];
  /** The milliseconds from the import to the end of the first epoch of four steps, by library. */
  first: Record<string, number>;
  growth: Growth[];
  frames?: Frames;
}
