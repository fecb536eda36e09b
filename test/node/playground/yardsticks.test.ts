/** What a model is compared with is measured as the model is: on every example held out, from those it is trained on. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import {
  heldOutRows,
  ownCollection,
  rowsOf,
  trainedRows,
  unitsOf,
  type Collection,
} from '../../../app/playground/worker/examples.ts';
import { yardsticks } from '../../../app/playground/worker/yardsticks.ts';

const [count, features] = [900, 5];

/** Rows of columns in units far apart, two classes of which one lies elsewhere. */
function table(): Collection {
  const values = Float32Array.from({ length: count * features }, (_, at) => {
    const [row, column] = [Math.floor(at / features), at % features];
    const [a, b] = [Math.sin(row * 1.7), Math.cos(row * row)];
    const wave = a * Math.sin(column + 1) + b * Math.cos(2 * column) + (0.6 / (1 + column)) * Math.sin(at * at);
    return 10 ** column * (wave + (row % 3 === 0 ? 2 * Math.cos(3 * column) : 0));
  });
  const labels = Int32Array.from({ length: count }, (_, row) => (row % 3 === 0 ? 1 : 0));
  return ownCollection({ name: 't', kind: 'table', shape: [features], values, labels, classes: ['a', 'b'], id: 'one' });
}

/** In float64, with a decomposition of somebody else's: means and components of what is trained on, errors on what is held out. */
function expected(collection: Collection, without: number, components: number): { pca: number; mean: number } {
  const units = [...unitsOf(collection, without)];
  const scaled = (rows: number[]) =>
    Matrix.from1DArray(
      rows.length,
      features,
      [...rowsOf(collection, rows)].map((value, at) => value / units[at % features]),
    );
  const training = scaled(trainedRows(collection, without));
  const means = training.mean('column');
  const held = scaled(heldOutRows(collection)).subRowVector(means);
  const centred = training.subRowVector(means);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(centred.transpose().mmul(centred), {
    assumeSymmetric: true,
  });
  const order = [...realEigenvalues.keys()]
    .sort((a, b) => realEigenvalues[b] - realEigenvalues[a])
    .slice(0, components);
  const directions = new Matrix(order.map((i) => eigenvectorMatrix.getColumn(i)));
  const left = Matrix.sub(held, held.mmul(directions.transpose()).mmul(directions));
  const mean = (matrix: Matrix) =>
    matrix.to1DArray().reduce((sum, x) => sum + x * x, 0) / (matrix.rows * matrix.columns);
  return { pca: mean(left), mean: mean(held) };
}

describe('principal components', () => {
  it.each([
    ['all classes', -1],
    ['a class left out of training', 1],
  ])('are those of the training data, measured on every held-out example: %s', async (_, without) => {
    const collection = table();
    expect(heldOutRows(collection).length).toBe(150);
    for (const codeSize of [1, 2, 4]) {
      const { pca, mean } = await yardsticks(collection, { codeSize, without, entropy: false });
      const right = expected(collection, without, codeSize);
      expect(pca! / right.pca, `${codeSize}`).toBeCloseTo(1, 3);
      expect(mean / right.mean).toBeCloseTo(1, 4);
    }
  });

  it('are left out for too many columns, and the mean is that of the training data', async () => {
    const wide = ownCollection({
      ...{ name: 'w', kind: 'image', shape: [1, 1200, 1], id: 'one' },
      values: Float32Array.from({ length: 30 * 1200 }, (_, at) => Math.abs(Math.sin(at * at))),
    });
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
