import type { Data, Dataset, OnDevice } from '../../data/dataset.ts';
import type { Parameters } from '../../runtime/parameters.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { AnyLoss, Losses } from './losses.ts';
import type { Host } from '../parts/network.ts';
import type { Pass } from './pass.ts';
import type { Batch } from './run.ts';
import type { Place } from './trainer.ts';

/** What `fit` needs to know of a model: one whose data are D, and whose loss is told as L. */
export interface Trainable<L extends AnyLoss = Losses, D = Data> {
  readonly host: Host;
  /** Weights it uses beside those it trains. */
  readonly used?: readonly Parameters[];
  readonly place: Place;
  readonly seed: number;
  /** Whether its data are normalised; undefined where that is no option of it. */
  readonly normalized?: boolean;
  /** What the device adds up separately, in the order in which `recordLoss` returns it. */
  readonly parts: readonly string[];
  /** The data on the device. @throws ShapeError, DataError where the model cannot be trained on them */
  put(where: string, data: D): Promise<OnDevice>;
  /** Looks at the data that will be trained on, before the first step of each fit; returns what takes back the change that was made, if one was. */
  prepare?(training: Dataset): Promise<(() => void) | undefined>;
  /** Records the model on a batch and the parts of its loss as sums, with the gradient if the pass trains. */
  recordLoss(pass: Pass, batch: Batch): Tensor[];
  /** What is told of a batch, from the means of the parts over its examples. */
  losses(means: ArrayLike<number>, step: number): L;
  /** What the divergence counts at a step of the model's life. */
  betaAt(step: number): number;
}
