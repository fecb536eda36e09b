/** Autoencoders of sequences, and the same over images of height 1. */
import { expect } from 'vitest';
import { adam, conv1d, conv2d, convTranspose1d, convTranspose2d, type AutoencoderSpec } from '../../src/index.ts';
import { makeModel } from './model.ts';
import { Draw } from './random.ts';

const first = { stride: 2, padding: 'same' } as const;

export const ofSequences: AutoencoderSpec = {
  input: [12, 3],
  encoder: [conv1d(4, 5, 'tanh', first)],
  decoder: [convTranspose1d(3, 4, 'linear', { stride: 2, padding: 1 })],
  loss: 'mse',
  seed: 2,
};

export const ofFlatImages: AutoencoderSpec = {
  input: [1, 12, 3],
  encoder: [conv2d(4, [1, 5], 'tanh', { ...first, stride: [1, 2] })],
  decoder: [convTranspose2d(3, [1, 4], 'linear', { stride: [1, 2], padding: [0, 1] })],
  loss: 'mse',
  seed: 2,
};

/** Both train to the same bits; the weights of sequences lack the height. */
export async function expectTheBitsOfImages(spec: AutoencoderSpec, flatImages: AutoencoderSpec): Promise<void> {
  const [model, twin] = [await makeModel(spec), await makeModel(flatImages)];
  const data = new Draw(1).floats(36 * 9, -1, 1);
  const options = { epochs: 3, batchSize: 4, optimizer: adam(1e-2) };
  const [history, wanted] = [await model.fit(data, options), await twin.fit(data, options)];
  expect(history.loss).toEqual(wanted.loss);
  expect(history.epochs[2].loss).toBeLessThan(history.epochs[0].loss);
  const [weights, others] = [await model.weights(), await twin.weights()];
  expect(Object.keys(weights)).toEqual(Object.keys(others));
  for (const [name, { data, shape }] of Object.entries(weights)) {
    expect(data, name).toEqual(others[name].data);
    expect(shape, name).toEqual(others[name].shape.filter((_, axis) => !(axis === 2 && others[name].shape.length === 4)));
  } // prettier-ignore
  expect(weights['encoder.0.weight'].shape).toEqual([4, 3, 5]);
  expect(weights[`decoder.${spec.decoder.length - 1}.weight`].shape).toEqual([4, 3, 4]);
  expect((await model.encode(data)).shape).toEqual([9, ...model.encoder.outputShape]);
  expect((await model.reconstruct(data)).shape).toEqual([9, 12, 3]);
}
