import { expect } from 'vitest';
import { adam, type FitOptions } from '../../src/index.ts';
import { bits, smallModel } from './model.ts';
import { Draw } from './random.ts';

export const data = (examples: number, seed = 1) => new Draw(seed).floats(12 * examples, 0, 1);
/** What makes every epoch end at a boundary. */
export const boundary = { onEpochEnd: () => {} };

/** A fit, and a next one, have the same history and the same bits whether each of their epochs ends at a boundary or not. */
export async function expectTheSameAhead(examples: number, options: FitOptions, next = options): Promise<void> {
  const results = [];
  for (const more of [{}, boundary]) {
    const model = await smallModel();
    // The second fit takes up where the first has left off.
    for (const { seconds, ...history } of [
      await model.fit(data(examples), { ...options, ...more, optimizer: adam(0.01) }),
      await model.fit(data(examples), { ...next, ...more }),
    ])
      results.push([more, seconds > 0, history]);
    results.push([more, await bits(model)]);
  }
  const [free, bounded] = [results.slice(0, 3), results.slice(3)];
  expect(free.map((each) => each.slice(1))).toEqual(bounded.map((each) => each.slice(1)));
}
