import { LatentGpuError } from '../../errors.ts';
import { refused, steered } from './controls.ts';
import type { Training } from './fit-options.ts';
import type { AnyLoss } from './losses.ts';

/** Lets one training at a time onto a model. */
export class Gate {
  #training = false;

  /** Returns what ends it. @throws LatentGpuError where one is under way */
  enter(where: string): () => void {
    if (this.#training) throw new LatentGpuError(`${where}: this model is being trained already`);
    this.#training = true;
    return () => (this.#training = false);
  }

  /** Starts a fit. What refuses it rejects its promise, like everything else that goes wrong in a fit. */
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
