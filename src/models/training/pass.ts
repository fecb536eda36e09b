import type { Draws } from '../../kernels/random.ts';
import type { Tape } from '../../runtime/tape.ts';
import type { Constraint, InStep } from './in-step.ts';
import type { Tensor } from '../../runtime/tensor.ts';

/**
 * The purpose of a recording: `train` draws noise and drops units, `evaluate` measures the same loss on clean data with
 * all units, `predict` is a function of the data.
 */
export type Mode = 'train' | 'evaluate' | 'predict';

/** An upper limit for the draws of any phase of a model. */
const drawsOfAPhase = 2 ** 16;

/** The data that come with the examples of a batch. */
export interface BatchExtras {
  /** The label of each example, [rows, 1], if the data have labels. */
  readonly labels?: Tensor;
  /** A factor for the loss of each example, [rows, 1], if the data have weights and a loss is recorded. */
  readonly weights?: Tensor;
  /** Whether some of the data's values may be blank. */
  readonly blanks?: boolean;
}

/** One recording of a model: its purpose, its tape, and the state of its step. */
export class Pass {
  /** What the recorded parts change in a training step beside their losses. */
  readonly constraints: Constraint[] = [];
  #draws: number;

  constructor(
    readonly tape: Tape,
    readonly mode: Mode,
    readonly state: Tensor,
    /** The phase of the step, counted from 0; each draws its own random numbers. */
    phase = 0,
    /** The data that the step provides, in training only. */
    readonly step?: InStep,
    /** The data that come with the examples. */
    private readonly extras: BatchExtras = {},
  ) {
    this.#draws = phase * drawsOfAPhase;
  }

  get training(): boolean {
    return this.mode === 'train';
  }

  get labels(): Tensor | undefined {
    return this.extras.labels;
  }

  get weights(): Tensor | undefined {
    return this.extras.weights;
  }

  get blanks(): boolean {
    return this.extras.blanks ?? false;
  }

  /** The same recording with the purpose `predict`. */
  predicting(): Pass {
    return new Pass(this.tape, 'predict', this.state, 0, undefined, this.extras);
  }

  /** Returns random numbers that no other caller gets. */
  draws(): Draws {
    return { state: this.state, which: this.#draws++ };
  }
}
