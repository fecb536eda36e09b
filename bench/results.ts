/** What a run of the benchmark finds; it survives JSON. Milliseconds, bytes. */
import type { Frames } from './frames.ts';
import type { Growth } from './growth.ts';
import type { Roofline } from './roofline.ts';

export interface Opened {
  adapter: { vendor: string; architecture: string; description: string; isFallback: boolean };
  roofline: Roofline;
  /** by library */
  versions: Record<string, string>;
  /** libraries that do not run here, and why */
  missing: Record<string, string>;
  works: { models: string[]; matmuls: string[]; streams: string[] };
}

export interface Timing {
  /** the median over the rounds */
  ms: number;
  times: number[];
}

export interface TrainingTiming extends Timing {
  /** of a step */
  dispatches: number;
  submits: number;
  /** what its buffers held at most, data included */
  peakBytes: number;
  /** after the same number of steps */
  loss: number;
  /** It took so long over its first step that it took no other: that one is the time, with what it took to compile, and the loss. */
  oneStep?: boolean;
}

export interface ModelResult {
  work: string;
  title: string;
  batch: number;
  /** of a step */
  flops: number;
  /** The data, 4 times the weights and twice what a step's layers hold: what training should need at most. */
  needsBytes: number;
  /** All libraries come to the same loss; else no time here means anything. */
  agreed: boolean;
  peers: Record<string, TrainingTiming>;
  /** libraries that cannot train it here, and why */
  failed?: Record<string, string>;
}

export interface KernelResult {
  work: string;
  flops: number;
  /** read and written at least */
  bytes: number;
  agreed: boolean;
  peers: Record<string, Timing>;
}

export interface Results extends Opened {
  date: string;
  /** browser or Node, with its version */
  runtime: string;
  models: ModelResult[];
  matmuls: KernelResult[];
  streams: KernelResult[];
  /** milliseconds from import to the first epoch of four steps, by library */
  first: Record<string, number>;
  growth: Growth[];
  frames?: Frames;
}
