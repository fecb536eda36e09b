import type { Dataset } from '../data/dataset.ts';
import type { Tensor } from '../runtime/tensor.ts';
import type { LossPart } from './losses.ts';
import type { Host } from './network.ts';
import type { Pass } from './pass.ts';
import type { Place } from './trainer.ts';

/** What `fit` needs to know of a model. */
export interface Trainable {
  readonly host: Host;
  readonly place: Place;
  readonly seed: number;
  readonly inputShape: readonly number[];
  /** What its loss is made of. */
  readonly parts: readonly LossPart[];
  /** @throws DataError where the loss cannot work on such data */
  checkData(data: Dataset): void;
  /** Records the model on a batch and the parts of its loss, with the gradient if the pass trains. */
  recordLoss(pass: Pass, x: Tensor): Tensor[];
  /** What the divergence counts at a step of the model's life. */
  betaAt(step: number): number;
}
