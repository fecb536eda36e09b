import type { Draws } from '../../kernels/random.ts';
import type { Tape } from '../../runtime/tape.ts';
import type { Tensor } from '../../runtime/tensor.ts';

/** `train` draws noise and drops units, `evaluate` measures the same loss on clean data with all units, `predict` is a function of the data. */
export type Mode = 'train' | 'evaluate' | 'predict';

/** One recording of a model: for what, on which tape, with which step's state, and what the layers leave for the loss. */
export class Pass {
  /** What a Gaussian code leaves: its divergence as sums, and its head of means and log-variances. */
  divergence: Tensor | undefined;
  head: Tensor | undefined;
  /** What a Gaussian code hands on: a sample, or its mean. */
  codes: 'sampled' | 'mean';
  #draws = 0;

  constructor(
    readonly tape: Tape,
    readonly mode: Mode,
    readonly state: Tensor,
    /** Each step's learning rate and β, [steps, 2]; only where it trains. */
    readonly timetable?: Tensor,
  ) {
    this.codes = mode === 'predict' ? 'mean' : 'sampled';
  }

  get training(): boolean {
    return this.mode === 'train';
  }

  /** Random numbers that nobody else gets. */
  draws(): Draws {
    return { state: this.state, which: this.#draws++ };
  }
}
