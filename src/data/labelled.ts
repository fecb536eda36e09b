import { DataError, OptionError, ShapeError } from '../errors.ts';
import type { Gpu } from '../runtime/device.ts';
import { shown } from '../runtime/options.ts';
import { asDataset, type TrainedOn } from './as-dataset.ts';
import { Dataset, type Data, type OnDevice } from './dataset.ts';
import type { Examples, Labelled, Labels } from './labels.ts';

/** Options of `putLabelled`. */
interface LabelledOptions {
  /** What the model was trained on. */
  before?: TrainedOn;
  /** Whether values may be blank. */
  takesBlanks?: boolean;
  /** A factor for the weights of the examples of each class. */
  classWeights?: readonly number[];
}

/**
 * Uploads examples with the class of each beside it.
 * @throws OptionError without labels; ShapeError for another number of labels than examples; DataError for a label that
 * is not a class
 */
export async function putLabelled(
  where: string,
  gpu: Gpu,
  labelled: Labelled,
  shape: readonly number[],
  classes: number,
  { before, takesBlanks, classWeights }: LabelledOptions = {},
): Promise<OnDevice> {
  const data = labelled instanceof Dataset ? labelled : labelled?.data;
  const labels = labelled?.labels;
  if (typeof labels?.length !== 'number')
    throw new OptionError(`${where}: needs a label for each example: a list of whole numbers`);
  const { set, release } = await asDataset(where, gpu, data, shape, before, takesBlanks);
  try {
    checkLabels(where, labels, set.length, classes, 'examples');
    const labelledSet = set.withTargets(labels, classWeights);
    const freeBoth = () => {
      labelledSet.dispose();
      release();
    };
    return { set: labelledSet, release: freeBoth };
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Uploads examples for a model with a condition of `classes` classes.
 * @throws OptionError without labels; ShapeError, DataError
 */
export async function putConditioned(
  where: string,
  gpu: Gpu,
  data: Examples,
  shape: readonly number[],
  classes: number,
  options: LabelledOptions,
): Promise<OnDevice> {
  const { labels, shape: sides } = (data ?? {}) as { labels?: Labels; shape?: unknown };
  if (labels === undefined)
    throw new OptionError(
      `${where}: the model has a condition of ${classes} classes and needs labels: give a data set made with \`labels\`, or { data, labels }; to decode, decode(codes, { labels })`,
    );
  const labelled = sides === undefined ? (data as Labelled) : { data: data as Data, labels };
  return putLabelled(where, gpu, labelled, shape, classes, options);
}

/**
 * Checks labels.
 * @throws ShapeError for another number of labels than `what`; DataError for a label that is not a class
 */
export function checkLabels(where: string, labels: Labels, count: number, classes: number, what: string): void {
  if (labels.length !== count) throw new ShapeError(`${where}: ${count} ${what}, but ${labels.length} labels`);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw new DataError(
        `${where}: the label of row ${i} is ${shown(label)}, not one of the ${classes} classes 0 to ${classes - 1}`,
      );
  }
}
