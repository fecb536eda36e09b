/** For models that are trained against a discriminator. */
import { expect } from 'vitest';
import type { Matrix } from '../../src/index.ts';
import { shuffledOrder } from '../reference/shuffle.ts';

/** The values of all weights by name. */
export const valuesOf = async (model: { weights(): Promise<Record<string, Matrix>> }) =>
  Object.fromEntries(Object.entries(await model.weights()).map(([name, { data }]) => [name, data]));

export const ofDiscriminator = (name: string): boolean => name.startsWith('discriminator.');

/** The names of the discriminator's weights, and those of the model's own. */
export const bySide = (weights: object): { rival: string[]; own: string[] } => {
  const names = Object.keys(weights);
  return { rival: names.filter(ofDiscriminator), own: names.filter((name) => !ofDiscriminator(name)) };
};

/** The first steps of a fit, each with the examples of its batch. */
export function* batches(
  data: Float32Array,
  { features, batchSize, seed, steps }: { features: number; batchSize: number; seed: number; steps: number },
): Generator<{ rows: Float32Array[]; step: number; position: number }> {
  const examples = data.length / features;
  for (let step = 0, epoch = 0; step < steps; epoch++) {
    const order = shuffledOrder(examples, epoch, seed);
    for (let position = 0; position < examples && step < steps; position += batchSize, step++) {
      const chosen = order.subarray(position, position + batchSize);
      const rows = Array.from(chosen, (i) => data.subarray(i * features, (i + 1) * features));
      yield { rows, step, position };
    }
  }
}

/** That each weight agrees with its float64 twin to 1e-5 of the twin's norm. */
export function expectTwins(trained: Record<string, Float32Array>, twins: Record<string, Float64Array>): void {
  for (const [name, twin] of Object.entries(twins)) {
    const off = Math.hypot(...trained[name].map((value, i) => value - twin[i]));
    expect(off / Math.hypot(...twin), name).toBeLessThan(1e-5);
  }
}
