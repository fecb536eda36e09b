/** Which samples are kept of a model in training. */
import { expect, it } from 'vitest';
import { Album } from '../../app/album.ts';

const stepsPerEpoch = 10;

/** The moments of an album's samples, after a training of so many epochs, the last of which may not have been finished. */
async function moments(epochs: number): Promise<number[]> {
  const seeds: (number | undefined)[] = [];
  const sample = async (count: number, options: { seed?: number } = {}) => {
    seeds.push(options.seed);
    return { data: new Float32Array(count), shape: [count, 1] };
  };
  const album = new Album({ sample }, stepsPerEpoch);
  await album.take(0);
  for (let epoch = 1; epoch < epochs + 1; epoch++) await album.epochEnded(epoch);
  await album.end(epochs * stepsPerEpoch);
  expect(new Set(seeds).size).toBe(1); // the same draws each time
  expect(seeds[0]).toBeDefined();
  return album.snapshots.map(({ steps }) => steps);
}

it.each([
  [7, [0, 10, 20, 40, 70]],
  [8, [0, 10, 20, 40, 80]],
  [3.5, [0, 10, 20, 35]],
  [0.2, [0, 2]],
])('after %d epochs: before them, after 1, 2, 4 …, and at the end', async (epochs, steps) => {
  expect(await moments(epochs)).toEqual(steps);
});
