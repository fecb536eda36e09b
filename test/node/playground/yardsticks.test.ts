/** What a model is compared with is measured as the model is: on every example held out, from those it is trained on. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import {
  figuresOf,
  heldOutRows,
  ownCollection,
  rowsOf,
  trainedRows,
  type Collection,
} from '../../../app/playground/worker/examples.ts';
import { featuresOf } from '../../../app/playground/shapes.ts';
import { yardsticks } from '../../../app/playground/worker/yardsticks.ts';

const [count, features] = [900, 5];

const pictures = (shape: number[], values: Uint8Array): Collection =>
  ownCollection({
    ...{ name: 'p', shape, values, id: 'one' },
    names: Array.from({ length: values.length / featuresOf(shape) }, (_, i) => `${i}`),
  });

/** Pictures of a few pixels, of two classes of which one lies elsewhere. */
function classified(): Collection {
  const values = Uint8Array.from({ length: count * features }, (_, at) => {
    const [row, pixel] = [Math.floor(at / features), at % features];
    const [a, b] = [Math.sin(row * 1.7), Math.cos(row * row)];
    const wave = a * Math.sin(pixel + 1) + b * Math.cos(2 * pixel) + (0.6 / (1 + pixel)) * Math.sin(at * at);
    return 128 + 25 * (wave + (row % 3 === 0 ? 2 * Math.cos(3 * pixel) : 0));
  });
  const collection = pictures([1, features, 1], values);
  const labels = Int32Array.from(collection.names, (name) => (Number(name) % 3 === 0 ? 1 : 0));
  return { ...collection, labels, classes: ['a', 'b'] };
}

/** In float64, with a decomposition of somebody else's: means and components of what is trained on, errors on what is held out. */
function expected(collection: Collection, without: number, components: number): { pca: number; mean: number } {
  const matrix = (rows: number[]) => Matrix.from1DArray(rows.length, features, [...rowsOf(collection, rows)]);
  const training = matrix(trainedRows(collection, without));
  const means = training.mean('column');
  const held = matrix(heldOutRows(collection)).subRowVector(means);
  const centred = training.subRowVector(means);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(centred.transpose().mmul(centred), {
    assumeSymmetric: true,
  });
  const order = [...realEigenvalues.keys()]
    .sort((a, b) => realEigenvalues[b] - realEigenvalues[a])
    .slice(0, components);
  const directions = new Matrix(order.map((i) => eigenvectorMatrix.getColumn(i)));
  const left = Matrix.sub(held, held.mmul(directions.transpose()).mmul(directions));
  const mean = (errors: Matrix) =>
    errors.to1DArray().reduce((sum, x) => sum + x * x, 0) / (errors.rows * errors.columns);
  return { pca: mean(left), mean: mean(held) };
}

describe('principal components', () => {
  it.each([
    ['all classes', -1],
    ['a class left out of training', 1],
  ])('are those of the training data, measured on every held-out example: %s', async (_, without) => {
    const collection = classified();
    expect(heldOutRows(collection).length).toBe(150);
    for (const codeSize of [1, 2, 4]) {
      const { pca, mean } = await yardsticks(collection, { codeSize, without, entropy: false });
      const right = expected(collection, without, codeSize);
      expect(pca! / right.pca, `${codeSize}`).toBeCloseTo(1, 3);
      expect(mean / right.mean).toBeCloseTo(1, 4);
    }
  });

  it('are left out for too many pixels, and the mean is that of the training data', async () => {
    const values = Uint8Array.from({ length: 30 * 1200 }, (_, at) => 255 * Math.abs(Math.sin(at * at)));
    const wide = pictures([1, 1200, 1], values);
    const { pca, mean } = await yardsticks(wide, { codeSize: 2, without: -1, entropy: false });
    expect(pca).toBeUndefined();
    const [training, held] = [rowsOf(wide, trainedRows(wide, -1)), rowsOf(wide, heldOutRows(wide))];
    const means = Array.from({ length: 1200 }, (_, i) => {
      let sum = 0;
      for (let at = i; at < training.length; at += 1200) sum += training[at];
      return (sum * 1200) / training.length;
    });
    const error = held.reduce((sum, value, at) => sum + (value - means[at % 1200]) ** 2, 0) / held.length;
    expect(mean / error).toBeCloseTo(1, 5);
  });
});

it('a pixel that is alike in all pictures has deviation 0', () => {
  const { least, deviation } = figuresOf(pictures([1, 2, 1], Uint8Array.of(77, 0, 77, 255, 77, 0)), -1);
  expect(least[0]).toBeCloseTo(77 / 255, 6);
  expect(deviation[0]).toBe(0);
  expect(deviation[1]).toBeCloseTo(Math.sqrt(2) / 3, 6);
});
