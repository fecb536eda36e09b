import { DataError, OptionError, ShapeError } from '../errors.ts';
import type { Gpu } from '../runtime/device.ts';
import { shown } from '../runtime/options.ts';
import { asDataset, Dataset, type Data, type OnDevice, type TrainedOn } from './dataset.ts';

/** The class of each example, a whole number from 0 on. */
export type Labels = ArrayLike<number>;

/** Examples with their classes; a data set made with `labels` has them already. */
export type Labelled = Dataset | { data: Data; labels: Labels };

/**
 * Examples on the device, and the class of each beside it.
 * @throws OptionError where there are no labels; ShapeError where there are not as many as examples; DataError where one is no class
 */
export async function putLabelled(
  where: string,
  gpu: Gpu,
  labelled: Labelled,
  shape: readonly number[],
  classes: number,
  before?: TrainedOn,
): Promise<OnDevice> {
  const data = labelled instanceof Dataset ? labelled : labelled?.data;
  const labels = labelled?.labels;
  if (typeof labels?.length !== 'number')
    throw new OptionError(`${where}: needs a label for each example: a list of whole numbers`);
  const { set, release } = await asDataset(where, gpu, data, shape, before);
  try {
    checkLabels(where, labels, set.length, classes);
    const labelledSet = set.withTargets(labels);
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

function checkLabels(where: string, labels: Labels, examples: number, classes: number): void {
  if (labels.length !== examples) throw new ShapeError(`${where}: ${examples} examples, but ${labels.length} labels`);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw new DataError(
        `${where}: the label of row ${i} is ${shown(label)}, not one of the ${classes} classes 0 to ${classes - 1}`,
      );
  }
}
