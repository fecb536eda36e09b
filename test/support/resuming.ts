import { expect } from 'vitest';
import { dense, loadAutoencoder, type AutoencoderSpec, type FitOptions } from '../../src/index.ts';
import { forThisTest } from './for-this-test.ts';
import { sharedGpu } from './gpu.ts';
import { bits, smallModel } from './model.ts';
import { Draw } from './random.ts';

/** A model, and how it is trained. */
export interface Resumed {
  spec?: Partial<AutoencoderSpec>;
  options?: Partial<FitOptions>;
}

/** Fifty examples, or as many as wished. */
export const rowsOf = (features: number, examples = 50) => new Draw(1).floats(features * examples, 0, 1);

export const featuresOf = ({ spec }: Resumed) => [spec?.input ?? 12].flat().reduce((product, n) => product * n, 1);

/** A decoder that gives any numbers. */
export const plain = { decoder: [dense(12)], loss: 'mse' } satisfies Partial<AutoencoderSpec>;

/** Saved in the middle of an epoch and loaded, it trains on with the same bits; without the optimizer, the file has all the rest. */
export async function expectToResume(entry: Resumed): Promise<void> {
  const gpu = await sharedGpu();
  const examples = rowsOf(featuresOf(entry));
  const options = { batchSize: 16, ...entry.options };
  const whole = await smallModel({ seed: 3, ...entry.spec });
  const first = await whole.fit(examples, { ...options, steps: 6 });
  expect(first.steps).toBe(6);
  const file = await whole.save();
  const again = forThisTest(await loadAutoencoder(gpu, file));
  expect(await bits(again)).toEqual(await bits(whole));
  expect(await again.save()).toEqual(file);
  // The same optimizer is the last one, which goes on.
  const [ours, theirs] = [
    await whole.fit(examples, { steps: 5, batchSize: 16 }),
    await again.fit(examples, { steps: 5, batchSize: 16 }),
  ];
  expect(theirs.loss).toEqual(ours.loss);
  expect(await bits(again)).toEqual(await bits(whole));
  expect(again.summary()).toBe(whole.summary());
  expect(await again.evaluate(examples)).toEqual(await whole.evaluate(examples));
  expect((await again.reconstruct(examples)).data).toEqual((await whole.reconstruct(examples)).data);
  const bare = forThisTest(await loadAutoencoder(gpu, await whole.save({ optimizer: false })));
  expect(await bits(bare)).toEqual(await bits(whole));
}
