import type { ModelWork } from './models.ts';
import type { MatmulWork, StreamWork } from './works.ts';

/** A library to be timed. Each file in peers/ exports one as `peer`. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  /** Opens the GPU; called once, before anything else. */
  open(): Promise<void>;
  /** Prepares for timing as after a long run; it is not called where the first step is timed. */
  settle?(): void;
  /**
   * Makes the model ready to train, with the weights, the examples and Adam as in models.ts; undefined if the library
   * cannot train it.
   */
  model?(work: ModelWork): Promise<Trained> | undefined;
  /** Makes y = op(a) op(b) with the operands on the device. */
  matmul?(work: MatmulWork, a: Float32Array, b: Float32Array): Promise<Kernel>;
  stream?(work: StreamWork, x: Float32Array): Promise<Kernel>;
}

export interface Trained {
  /**
   * Takes `steps` more steps, a multiple of `batches`, and resolves when the device has finished them, with the mean
   * loss of the last `batches` steps. For a `large` work `steps` may also be 1; the result is then the loss of that
   * step.
   */
  run(steps: number): Promise<number>;
  dispose(): Promise<void> | void;
}

export interface Kernel {
  /** Runs the kernel `times` times; resolves when the device has finished. */
  run(times: number): Promise<void>;
  /** Returns the first values of the result. */
  read(): Promise<ArrayLike<number>>;
  dispose(): Promise<void> | void;
}
