/** Models that are told the label of each example. */
import { expect } from 'vitest';
import { dense, gaussian, loadAutoencoder, sgd, type AutoencoderSpec } from '../../src/index.ts';
import { expectNear } from './close.ts';
import { forThisTest } from './for-this-test.ts';
import { sharedGpu } from './gpu.ts';
import { expectToGoOnFromFile } from './lasting.ts';
import { smallModel } from './model.ts';
import { Draw } from './random.ts';

export const classes = 3;
export const condition = { classes };
export const rows = (count: number, features = 12, seed = 1) => new Draw(seed).floats(count * features, 0, 1);
export const labelsOf = (count: number, seed = 2) => Array.from(new Draw(seed).floats(count, 0, classes), Math.floor);
export const told = (count = 40, features = 12) => ({ data: rows(count, features), labels: labelsOf(count) });
export const conditional = (changes: Partial<AutoencoderSpec> = {}) => smallModel({ condition, ...changes });
export const variational: Partial<AutoencoderSpec> = {
  encoder: [dense(6, 'tanh'), gaussian(2)],
  decoder: [dense(6, 'tanh'), dense(12, 'sigmoid')],
};

/** A step of gradient descent moves the biases of classes by the gradient of what `evaluate` returns. */
export async function expectItsGradient(changes: Partial<AutoencoderSpec>): Promise<void> {
  const model = await conditional({ ...changes, seed: 5 });
  const data = told(8);
  const before = await model.weights();
  for (const [name, { data }] of Object.entries(before))
    if (name.endsWith('label.weight')) data.set(new Draw(data.length).floats(data.length));
  model.setWeights(before);
  await model.fit(data, { steps: 1, batchSize: 8, shuffle: false, optimizer: sgd(1) });
  const after = await model.weights();
  for (const name of ['encoder.0.label.weight', 'decoder.0.label.weight']) {
    const { data: values, shape } = before[name];
    // Every fifth, of each class and of most units.
    const places = Array.from({ length: Math.ceil(values.length / 5) }, (_, i) => 5 * i);
    const found = places.map((i) => values[i] - after[name].data[i]);
    const wanted: number[] = [];
    for (const i of places) {
      const at = async (h: number) => {
        model.setWeights({ ...before, [name]: { data: values.with(i, values[i] + h), shape } });
        return (await model.evaluate(data)).loss;
      };
      wanted.push(((await at(0.02)) - (await at(-0.02))) / 0.04);
    }
    expect(Math.hypot(...wanted)).toBeGreaterThan(1e-3);
    expectNear(found, wanted, 5e-3, name);
  }
}

/** A model from a file has the same description and the same bits, and still has them after more steps of both. */
export async function expectTheSameFromFile(changes: Partial<AutoencoderSpec>): Promise<void> {
  const model = await conditional({ ...changes, seed: 2 });
  const file = await model.save();
  const loaded = forThisTest(await loadAutoencoder(await sharedGpu(), file));
  expect(await loaded.save()).toEqual(file);
  expect(loaded.summary()).toBe(model.summary());
  await expectToGoOnFromFile(model, told());
}
