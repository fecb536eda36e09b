import { describe, expect, it } from 'vitest';
import { randomSigns, type RandomOptions } from '../../src/kernels/random.ts';
import { type Place } from '../reference/random.ts';
import { runOne, recording } from '../support/run.ts';
import { count, expectFrequency, expectIndependent, expectIndependentNeighbours } from '../support/statistics.ts';
import { million, onDevice, distributions } from '../support/distributions.ts';

describe.each(distributions)('$distribution', ({ distribution, probability }) => {
  const options = (keys: RandomOptions) => ({ ...keys, ...(probability && { probability }) });

  it('is the same for the same seed, stream and step, and independent if one differs', async () => {
    const keys = { seed: 1, stream: 2, step: 3 };
    const draws = (other: RandomOptions) => onDevice(distribution, [million], options({ ...keys, ...other }));
    const first = await draws({});
    expectIndependentNeighbours(first);
    expect((await draws({})).every((v, i) => v === first[i])).toBe(true);
    for (const other of [{ seed: 2 }, { stream: 3 }, { step: 4 }, { seed: 2, stream: 1 }])
      expectIndependent(first, await draws(other), JSON.stringify(other));
  });
});

describe('signs', () => {
  async function signs(shape: readonly number[], { which = 0, ...place }: Place = {}): Promise<Float32Array> {
    const { tape, state } = await recording({ examples: 2 ** 31, batch: shape[0], ...place });
    return (await runOne(tape, randomSigns(tape, shape, { state, which }))) as Float32Array;
  }

  it('are fair, and independent of their neighbours, of other steps, draws and seeds', async () => {
    const shape = [1000, 1000];
    const place = { seed: 8, step: 3, which: 1 };
    const y = await signs(shape, place);
    expectFrequency(count(y, 1), million, 0.5);
    expect(count(y, 1) + count(y, -1)).toBe(million);
    expectIndependentNeighbours(y, 1000);
    for (const other of [{ seed: 9 }, { step: 4 }, { position: 1000 }, { which: 2 }])
      expectIndependent(y, await signs(shape, { ...place, ...other }), JSON.stringify(other));
  });
});
