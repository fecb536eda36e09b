/** Decoded paths through the space of codes; see the methods of `Autoencoder` with the same names for the contract. */
import type { Dataset } from '../../data/dataset.ts';
import type { Examples } from '../../data/labels.ts';
import { OptionError, ShapeError } from '../../errors.ts';
import { checkNumber, checkOptions, checkWord } from '../../runtime/options.ts';
import { scoped, type Scope } from '../../runtime/scope.ts';
import { roomFor, sizeOf, type Matrix } from '../../runtime/tensor.ts';
import { isGaussian, type Hourglass } from '../training/hourglass.ts';
import { putData } from '../training/trainable.ts';
import { checkRows } from './check-rows.ts';
import { linearPath, sphericalPath } from './interpolate.ts';

/** Decodes codes on a path from one example to another. */
export async function interpolate(
  model: Hourglass,
  from: Examples,
  to: Examples,
  steps: number,
  options: { path?: 'linear' | 'spherical' },
): Promise<Matrix> {
  const { encoder, decoder } = model;
  checkOptions('interpolate', options, ['path']);
  checkRows('interpolate: steps', decoder, steps, 2);
  const { path = isGaussian(model) ? 'spherical' : 'linear' } = options;
  checkWord('interpolate: the path', path, ['linear', 'spherical']);
  return scoped(async (scope) => {
    const first = await putOne(scope, 'interpolate: from', model, from);
    const last = await putOne(scope, 'interpolate: to', model, to);
    const [label, other] = [first, last].map(({ labels }) => labels?.[0]);
    if (encoder.owner().classes !== undefined && label !== other)
      throw new OptionError(
        `interpolate: takes two examples of one label, not of ${label} and ${other}; encode them, and decode codes between them with \`labels\``,
      );
    const [start, end] = [await encoder.predict(first), await encoder.predict(last)];
    const codes = (path === 'linear' ? linearPath : sphericalPath)(start.data, end.data, steps);
    return decoder.predict(withLabelOf(model, first, { data: codes, shape: [steps, ...encoder.outputShape] }));
  });
}

/** Decodes an example's code with one dimension set to each of `values`. */
export async function traverse(model: Hourglass, data: Examples, dimension: number, values: number[]): Promise<Matrix> {
  const { encoder, decoder } = model;
  const size = sizeOf(encoder.outputShape);
  checkNumber('traverse: dimension', dimension, { least: 0, most: size - 1, whole: true });
  if (!Array.isArray(values) || !values.length)
    throw new OptionError('traverse: values must be a list of at least one number');
  checkRows('traverse: values', decoder, values.length);
  const numbers = Array.from(values, (value) => checkNumber('traverse: value', value));
  return scoped(async (scope) => {
    const one = await putOne(scope, 'traverse', model, data);
    const { data: code } = await encoder.predict(one);
    const codes = roomFor('traverse', numbers.length * size);
    numbers.forEach((value, i) => {
      codes.set(code, i * size);
      codes[i * size + dimension] = value;
    });
    return decoder.predict(withLabelOf(model, one, { data: codes, shape: [numbers.length, ...encoder.outputShape] }));
  });
}

/** Returns codes as the decoder takes them: with the example's label for each if the model receives labels. */
function withLabelOf({ encoder }: Hourglass, { labels }: Dataset, codes: Matrix): Examples {
  if (encoder.owner().classes === undefined) return codes;
  return { data: codes, labels: Array<number>(codes.shape[0]).fill(labels![0]) };
}

/** Puts a single example on the device. @throws ShapeError where there are several */
async function putOne(scope: Scope, where: string, { encoder }: Hourglass, data: Examples): Promise<Dataset> {
  const set = scope.ownSet(await putData(where, encoder.owner(), data, encoder.inputShape));
  if (set.length !== 1) throw new ShapeError(`${where}: takes one example, not ${set.length}`);
  return set;
}
