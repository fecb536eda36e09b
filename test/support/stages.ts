/** Pretraining, a stage for each layer. */
import { expect } from 'vitest';
import { adam, dense, dropout, type AutoencoderSpec, type History } from '../../src/index.ts';
import { expectClose } from './close.ts';
import { sharedGpu } from './gpu.ts';
import { smallModel } from './model.ts';
import { Draw } from './random.ts';

export const data = (examples: number, seed = 1) => new Draw(seed).floats(12 * examples, 0, 1);

/** A model of two layers on each side. */
export const stacked = (changes: Partial<AutoencoderSpec> = {}) =>
  smallModel({
    encoder: [dense(8, 'sigmoid'), dropout(0.1), dense(4, 'tanh')],
    decoder: [dense(8, 'sigmoid'), dense(12, 'sigmoid')],
    ...changes,
  });

export const stageOptions = { steps: 20, batchSize: 8, optimizer: adam(0.02) };

/** The losses of all stages, one after the other. */
export const losses = (histories: History[]) => histories.flatMap(({ loss }) => loss);

/** Two ways to write down one model come to the same in all stages. */
export async function expectTheSameStages(
  changes: Partial<AutoencoderSpec>,
  same: Partial<AutoencoderSpec>,
): Promise<void> {
  const [model, wanted] = [await smallModel({ ...changes, seed: 3 }), await smallModel({ ...same, seed: 3 })];
  const [own, theirs] = [await model.pretrain(data(24), stageOptions), await wanted.pretrain(data(24), stageOptions)];
  expectClose(losses(own), losses(theirs), 1e-5);
  expectClose((await model.reconstruct(data(24))).data, (await wanted.reconstruct(data(24))).data, 1e-4);
}

/** After its stages, a model holds what it held before. */
export async function expectFreed(changes: Partial<AutoencoderSpec>): Promise<void> {
  const gpu = await sharedGpu();
  const model = await stacked(changes);
  await model.fit(data(8), { steps: 1, batchSize: 8 });
  const before = gpu.memory();
  const [, inner] = await model.pretrain(data(8), { steps: 2, batchSize: 8 });
  expect(gpu.memory()).toMatchObject({ bytes: before.bytes, buffers: before.buffers });
  expect(inner.epochs[0].kl !== undefined).toBe('encoder' in changes);
}
