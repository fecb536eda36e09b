import { expect, it } from 'vitest';
import { squaredDistances } from '../../app/reproduce/generative/distances.ts';
import { judge } from '../../app/reproduce/generative/judge.ts';
import { sharedGpu } from '../support/gpu.ts';
import { Draw } from '../support/random.ts';

const size = 11;
const rows = (count: number, draw: Draw) => ({ data: draw.floats(count * size, 0, 1), shape: [count, size] });

it('squared distances of more points than a block agree with float64', async () => {
  const draw = new Draw(1);
  const [points, samples] = [rows(503, draw), rows(37, draw)];
  let seen = 0;
  for await (const { data, shape } of squaredDistances(await sharedGpu(), points, samples))
    for (let row = 0; row < shape[0]; row++, seen++)
      for (let j = 0; j < 37; j++) {
        let exact = 0;
        for (let k = 0; k < size; k++) exact += (points.data[seen * size + k] - samples.data[j * size + k]) ** 2;
        expect(data[row * 37 + j]).toBeCloseTo(exact, 5);
      }
  expect(seen).toBe(503);
});

it('samples of the distribution itself score better than others, and the window grows with the distance', async () => {
  const gpu = await sharedGpu();
  const draw = new Draw(2);
  const [held, test, good] = [rows(40, draw), rows(50, draw), rows(300, draw)];
  const poor = { ...good, data: good.data.map((value) => 0.5 + 2 * (value - 0.5)) };
  const by = { held, test, training: held };
  const [better, worse] = [await judge(gpu, good, by), await judge(gpu, poor, by)];
  expect(better.density).toBeGreaterThan(worse.density);
  expect(better.sigma).toBeLessThan(worse.sigma);
  expect(better.error).toBeGreaterThan(0);
  expect(better.toImage).toBeLessThan(worse.toImage);
});
