import { expect } from 'vitest';
import {
  DivergedError,
  loadAutoencoder,
  sgd,
  type Autoencoder,
  type Examples,
  type FitOptions,
  type Matrix,
} from '../../src/index.ts';
import { forThisTest } from './for-this-test.ts';
import { sharedGpu } from './gpu.ts';
import { bits, errorOf } from './model.ts';

/** A model from a file has the same bits as the one that was saved, and still has them after more steps of both. */
export async function expectToGoOnFromFile(model: Autoencoder, data: Examples): Promise<void> {
  await model.fit(data, { steps: 3, batchSize: 8 });
  const loaded = forThisTest(await loadAutoencoder(await sharedGpu(), await model.save()));
  expect(await bits(loaded)).toEqual(await bits(model));
  for (const each of [model, loaded]) await each.fit(data, { steps: 4, batchSize: 8 });
  expect(await bits(loaded)).toEqual(await bits(model));
}

/** A model that is trained on such data. */
interface Trained<D> {
  fit(data: D, options: Pick<FitOptions, 'batchSize' | 'epochs' | 'optimizer' | 'steps'>): Promise<unknown>;
  weights(): Promise<Record<string, Matrix>>;
}

/** A fit that diverges, after one step at least, leaves all as it was before the step in which it did. Returns its error. */
export async function expectTheStepBefore<D>(
  make: () => Promise<Trained<D>>,
  data: D,
  { epochs, rate = 1e12 }: { epochs: number; rate?: number },
): Promise<DivergedError> {
  const [model, other] = [await make(), await make()];
  const options = { batchSize: 8, optimizer: sgd(rate) };
  const error = await errorOf(model.fit(data, { ...options, epochs }));
  expect(error).toBeInstanceOf(DivergedError);
  const { step } = error as DivergedError;
  expect(step).toBeGreaterThan(1);
  await other.fit(data, { ...options, steps: step - 1 });
  expect(await bits(model)).toEqual(await bits(other));
  return error as DivergedError;
}

/** A fit with `restoreBest` ends with all that the model had after its best epoch, which is not its last. */
export async function expectTheBestEpoch(
  make: () => Promise<Autoencoder>,
  data: Float32Array,
  { epochs, ...options }: Pick<FitOptions, 'batchSize' | 'optimizer' | 'validation'> & { epochs: number },
): Promise<void> {
  const [model, other] = [await make(), await make()];
  const { bestEpoch } = await model.fit(data, { ...options, epochs, restoreBest: true });
  expect(bestEpoch).toBeLessThan(epochs);
  await other.fit(data, { ...options, epochs: bestEpoch! });
  expect(await bits(model)).toEqual(await bits(other));
}
