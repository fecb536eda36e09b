import { OptionError } from '../errors.ts';
import type { Gpu } from '../runtime/device.ts';
import { asDataset, type TrainedOn } from './as-dataset.ts';
import type { Data, Dataset, OnDevice } from './dataset.ts';

/** The class of each example, a whole number from 0. */
export type Labels = ArrayLike<number>;

/** Examples with their classes. A data set made with `labels` has them already. */
export type Labelled = Dataset | { data: Data; labels: Labels };

/** The examples that an autoencoder takes; with a condition, examples with their classes. */
export type Examples = Data | Labelled;

/**
 * Uploads data for a model that receives labels of `classes` classes, or no labels. `before` is what it was trained on,
 * `blanks` whether values may be blank.
 * @throws OptionError where labels are missing or not used; ShapeError, DataError
 */
export async function putExamples(
  where: string,
  gpu: Gpu,
  data: Examples,
  shape: readonly number[],
  { classes, before, blanks }: { classes?: number; before?: TrainedOn; blanks?: boolean },
): Promise<OnDevice> {
  if (classes !== undefined) {
    // Imported on demand, as conditions are: pages without labels do not load it.
    const { putConditioned } = await import('./labelled.ts');
    return putConditioned(where, gpu, data, shape, classes, { before, takesBlanks: blanks });
  }
  const { labels, shape: sides } = (data ?? {}) as { labels?: Labels; shape?: unknown };
  // The labels of a data set, or beside a matrix, may stay unused.
  if (labels !== undefined && sides === undefined) throw new OptionError(needsCondition(where));
  return asDataset(where, gpu, data as Data, shape, before, blanks);
}

/** The message about labels that the model does not use. */
export const needsCondition = (where: string): string =>
  `${where}: labels are only for a model that was made with condition: { classes }`;
