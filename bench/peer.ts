import type { ModelWork } from './models.ts';
import type { MatmulWork, StreamWork } from './works.ts';

/** A library to be timed. Each of its files in peers/ exports one as `peer`. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  /** Opens the GPU; called once, before anything else. */
  open(): Promise<void>;
  /** From now on it is timed as one that has run for long; not called where the first step is what is timed. */
  settle?(): void;
  /** Ready to train, with the weights, the examples and Adam as models.ts has them; undefined where the library cannot. */
  model?(work: ModelWork): Promise<Trained> | undefined;
  /** y = op(a) op(b), on operands that lie on the device. */
  matmul?(work: MatmulWork, a: Float32Array, b: Float32Array): Promise<Kernel>;
  stream?(work: StreamWork, x: Float32Array): Promise<Kernel>;
}

export interface Trained {
  /**
   * Takes so many more steps, a multiple of `batches`, until the device is done with them; the mean loss over the last `batches` of them. Of a work that is
   * `large` it takes a single step as well, and tells the loss of that.
   */
  run(steps: number): Promise<number>;
  dispose(): Promise<void> | void;
}

export interface Kernel {
  /** Does it so many times over, until the device is done. */
  run(times: number): Promise<void>;
  /** The first values of its result. */
  read(): Promise<ArrayLike<number>>;
  dispose(): Promise<void> | void;
}
