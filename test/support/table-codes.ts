import { expect } from 'vitest';
import { adam, autoencoder, dense, type Layer, type Table } from '../../src/index.ts';
import { forThisTest } from './for-this-test.ts';
import { sharedGpu } from './gpu.ts';

/** A model of a table trains, and the table that it makes of codes is its reconstruction. */
export async function expectToDecode(data: Table, encoder: Layer[]): Promise<void> {
  const decoder = [dense(16, 'gelu')];
  const model = forThisTest(await autoencoder(await sharedGpu(), { input: data.columns, encoder, decoder }));
  const { loss } = await model.fit(data, { epochs: 4, batchSize: 32, optimizer: adam(3e-3) });
  expect(loss.at(-1)).toBeLessThan(loss[0]);
  const latent = await model.encode(data);
  expect(latent.shape).toEqual([data.length, model.codeSize]);
  const again = await model.decode(latent);
  expect(again.toCsv()).toBe((await model.reconstruct(data)).toCsv());
}
