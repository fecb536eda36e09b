/** Examples that have weights. */
import { dataset, sgd, type AutoencoderSpec, type DatasetOptions } from '../../src/index.ts';
import { expectClose } from './close.ts';
import { forThisTest } from './for-this-test.ts';
import { sharedGpu } from './gpu.ts';
import { smallModel } from './model.ts';
import { Draw } from './random.ts';

export const features = 12;
export const rows = (count: number, seed = 1) => new Draw(seed).floats(count * features, 0, 1);
export const put = async (data: Float32Array, options: DatasetOptions = {}) =>
  forThisTest(await dataset(await sharedGpu(), data, { shape: [features], ...options }));

/** How often each of six examples counts. */
export const often = [2, 1, 0, 3, 1, 1];
export const total = often.reduce((sum, times) => sum + times, 0);
/** The examples, each as often as it counts. */
export const repeated = <T>(values: readonly T[], size = 1): T[] =>
  often.flatMap((times, i) =>
    Array<T[]>(times)
      .fill(values.slice(i * size, (i + 1) * size))
      .flat(),
  );
/** Weights with a mean of 1. */
export const weights = often.map((times) => (times * often.length) / total);

/** Everything in one batch, in order. */
export const whole = (count: number) => ({
  epochs: 5,
  batchSize: count,
  shuffle: false,
  optimizer: sgd(0.1, { momentum: 0.9 }),
});

/** A model that is trained with weights comes to the same as one that is shown each example as often as it counts. */
export async function expectToCountAsOften(spec: Partial<AutoencoderSpec>): Promise<void> {
  const data = rows(6);
  const shape = (spec.input as number[] | undefined) ?? [features];
  const [few, many] = [
    await put(data, { shape, weights }),
    await put(Float32Array.from(repeated([...data], features)), { shape }),
  ];
  const [weighted, plain] = [await smallModel(spec), await smallModel(spec)];
  const [found, wanted] = [await weighted.fit(few, whole(6)), await plain.fit(many, whole(total))];
  expectClose(found.loss, wanted.loss, 2e-6);
  const [ours, theirs] = [await weighted.weights(), await plain.weights()];
  for (const [name, { data }] of Object.entries(theirs)) expectClose(ours[name].data, data, 2e-6, name);
  const [evaluated, there] = [await weighted.evaluate(few), await weighted.evaluate(many)];
  expectClose([evaluated.loss], [there.loss], 2e-6);
}
