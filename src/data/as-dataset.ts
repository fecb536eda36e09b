import { DataError, ShapeError } from '../errors.ts';
import { isBytes, isFloats } from '../platform.ts';
import type { Gpu } from '../runtime/device.ts';
import { sameOrder, sizeOf } from '../runtime/tensor.ts';
import { Dataset, type Data, type OnDevice } from './dataset.ts';
import { dataset, withShape } from './make-dataset.ts';

/** The format of the data that a model was trained on. */
export interface TrainedOn {
  readonly bytes: boolean;
  readonly scale: number;
  readonly given: boolean;
  /** The largest absolute value, scaled. */
  readonly largest: number;
}

export function trainedOn(set: Dataset): TrainedOn {
  const { bytes, scale, scaleGiven, range } = set.storage;
  return { bytes, scale, given: scaleGiven, largest: Math.max(-range.least, range.most) };
}

/** Larger values cannot come from images: bytes become at most 1, and noise adds little to images of floats. */
const noBytes = 16;

/**
 * Refuses data of another scale than in training, unless the scale was given: data of a given scale there, floats far
 * beyond 1 after bytes, or the reverse.
 * @throws DataError
 */
function checkScale(where: string, set: Dataset, before: TrainedOn): void {
  const now = trainedOn(set);
  if (now.given || now.scale === before.scale) return;
  const floats = before.bytes ? now : before;
  if (before.bytes === now.bytes ? !before.given : floats.given || floats.largest <= noBytes) return;
  const kind = ({ bytes, scale, largest }: TrainedOn) =>
    `${bytes ? 'bytes' : 'floats'} with a scale of ${scale === 1 / 255 ? '1/255' : scale}, values up to ${largest}`;
  throw new DataError(
    `${where}: the model was trained on ${kind(before)}; these are ${kind(now)}: set the scale with dataset(gpu, data, { scale })`,
  );
}

/**
 * Returns any kind of data as a data set of examples of this shape, or of another shape with the same values in the
 * same order. `before` is the format of the training data, and `takesBlanks` whether values may be blank.
 * @throws ShapeError with both shapes; DataError
 */
export async function asDataset(
  where: string,
  gpu: Gpu,
  data: Data,
  shape: readonly number[],
  before?: TrainedOn,
  takesBlanks = false,
): Promise<OnDevice> {
  if (data instanceof Dataset) {
    if (data.gpu !== gpu) throw new DataError(`${where}: the data set is on another Gpu than the model`);
    if (data.disposed) throw new DataError(`${where}: the data set was disposed`);
    if (data.storage.cells)
      throw new DataError(
        `${where}: the data set holds the cells of a table, which only a model of tables takes: autoencoder(gpu, { input: table.columns, … })`,
      );
    if (data.storage.blanks && !takesBlanks)
      throw new DataError(`${where}: the windows have blanks, but this needs every value: fill them first`);
    checkExamples(where, shape, data.shape);
    if (before) checkScale(where, data, before);
    await data.bringBack();
    return { set: data, release: () => {} };
  }
  if (!isBytes(data) && !isFloats(data)) checkExamples(where, shape, withShape(data).shape, data.shape);
  const set = await dataset(gpu, data, { shape });
  try {
    if (before) checkScale(where, set, before);
  } catch (error) {
    set.dispose();
    throw error;
  }
  return { set, release: () => set.dispose() };
}

/** Checks that examples of the shape `has` can be used where `takes` is expected. @throws ShapeError */
function checkExamples(where: string, takes: readonly number[], has: readonly number[], whole?: readonly number[]) {
  const [features, values] = [takes, has].map(sizeOf);
  if (values !== features)
    throw new ShapeError(
      `${where}: the model takes ${features} features, the data has ${values}${whole ? ` ([${whole.join(', ')}])` : ''}`,
    );
  if (!sameOrder(takes, has))
    throw new ShapeError(
      `${where}: the model takes examples of [${takes.join(', ')}], the data has [${has.join(', ')}]: the same number of values in another order; if the order is the model's, give them as [examples, ${features}]`,
    );
}
