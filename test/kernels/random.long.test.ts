import { describe, expect, it } from 'vitest';
import { randomSigns, type RandomOptions } from '../../src/kernels/random.ts';
import { count, expectFrequency, expectIndependent, expectIndependentNeighbours } from '../support/statistics.ts';
import { distributions, million, noise, onDevice } from '../support/distributions.ts';

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
  it('are fair, and independent of their neighbours, of other steps, draws and seeds', async () => {
    const shape = [1000, 1000];
    const place = { seed: 8, step: 3, which: 1 };
    const y = await noise(randomSigns, shape, place);
    expectFrequency(count(y, 1), million, 0.5);
    expect(count(y, 1) + count(y, -1)).toBe(million);
    expectIndependentNeighbours(y, 1000);
    for (const other of [{ seed: 9 }, { step: 4 }, { position: 1000 }, { which: 2 }])
      expectIndependent(y, await noise(randomSigns, shape, { ...place, ...other }), JSON.stringify(other));
  });
});
