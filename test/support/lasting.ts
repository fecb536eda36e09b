import { expect } from 'vitest';
import { DivergedError, loadAutoencoder, sgd, type Autoencoder, type Examples } from '../../src/index.ts';
import { bits, errorOf } from './model.ts';
import { sharedGpu } from './gpu.ts';

/** A model from a file has the same bits as the one that was saved, and still has them after more steps of both. */
export async function expectToGoOnFromFile(model: Autoencoder, data: Examples): Promise<void> {
  await model.fit(data, { steps: 3, batchSize: 8 });
  const loaded = await loadAutoencoder(await sharedGpu(), await model.save());
  expect(await bits(loaded)).toEqual(await bits(model));
  for (const each of [model, loaded]) await each.fit(data, { steps: 4, batchSize: 8 });
  expect(await bits(loaded)).toEqual(await bits(model));
  for (const each of [model, loaded]) each.dispose();
}

/** A fit that diverges, after one step at least, leaves all as it was before the step in which it did. */
export async function expectTheStepBefore(
  make: () => Promise<Autoencoder>,
  data: Examples,
  epochs: number,
): Promise<void> {
  const [model, other] = [await make(), await make()];
  const options = { batchSize: 8, optimizer: sgd(1e12) };
  const error = await errorOf(model.fit(data, { ...options, epochs }));
  expect(error).toBeInstanceOf(DivergedError);
  const { step } = error as DivergedError;
  expect(step).toBeGreaterThan(1);
  await other.fit(data, { ...options, steps: step - 1 });
  expect(await bits(model)).toEqual(await bits(other));
  for (const each of [model, other]) each.dispose();
}
