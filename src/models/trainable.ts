import type { Dataset } from '../data/dataset.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { Losses } from './fit-options.ts';
import type { Host } from './network.ts';
import type { Place } from './trainer.ts';

/** What `fit` needs to know of a model. */
export interface Trainable {
  readonly host: Host;
  readonly place: Place;
  readonly seed: number;
  readonly inputShape: readonly number[];
  /** @throws DataError where the loss cannot work on such data */
  checkData(data: Dataset): void;
  /** Records the model on a batch and its loss, with its gradient or without. */
  recordLoss(tape: Tape, x: Tensor, state: Tensor, gradient: boolean): Tensor;
  /** The loss as it is reported, from the mean that the device returns. */
  report(mean: number): Losses;
}
