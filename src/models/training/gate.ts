import { LatentGpuError } from '../../errors.ts';
import { refused, steered } from './controls.ts';
import type { Training } from './fit-options.ts';
import type { AnyLoss } from './losses.ts';

/** Allows one training of a model at a time. */
export class Gate {
  #training = false;

  /** Begins a training; returns a function that ends it. @throws LatentGpuError while another one runs */
  enter(where: string): () => void {
    if (this.#training) throw new LatentGpuError(`${where}: this model is being trained already`);
    this.#training = true;
    return () => (this.#training = false);
  }

  /** Starts a fit. Every error rejects its promise, also one before the first step. */
  fit<L extends AnyLoss>(start: () => Training<L>): Training<L> {
    let leave = () => {};
    try {
      leave = this.enter('fit');
      const training = start();
      return steered(training.finally(leave), training);
    } catch (error) {
      leave();
      return refused(error as Error);
    }
  }
}
