import type { Draws } from '../../kernels/random.ts';
import type { Tape } from '../../runtime/tape.ts';
import type { InStep } from './in-step.ts';
import type { Tensor } from '../../runtime/tensor.ts';

/** `train` draws noise and drops units, `evaluate` measures the same loss on clean data with all units, `predict` is a function of the data. */
export type Mode = 'train' | 'evaluate' | 'predict';

/** More draws than any phase of a model makes. */
const drawsOfAPhase = 2 ** 16;

/** One recording of a model: what it is for, on which tape, and with which step's state. */
export class Pass {
  #draws: number;

  constructor(
    readonly tape: Tape,
    readonly mode: Mode,
    readonly state: Tensor,
    /** Which phase of a step it records, from 0 on: each draws numbers of its own. */
    phase = 0,
    /** In a training step, what that lends. */
    readonly step?: InStep,
    /** The label of each example, [rows, 1], where the data have them. */
    readonly labels?: Tensor,
    /** Whether some of the data's values may be blank. */
    readonly blanks = false,
  ) {
    this.#draws = phase * drawsOfAPhase;
  }

  get training(): boolean {
    return this.mode === 'train';
  }

  /** The same recording, for what is to be a function of the data. */
  predicting(): Pass {
    return new Pass(this.tape, 'predict', this.state, 0, undefined, this.labels, this.blanks);
  }

  /** Random numbers that nobody else gets. */
  draws(): Draws {
    return { state: this.state, which: this.#draws++ };
  }
}
