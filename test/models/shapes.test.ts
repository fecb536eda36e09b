import { describe, expect, it } from 'vitest';
import {
  classifier,
  conv2d,
  convTranspose2d,
  dataset,
  dense,
  flatten,
  jigsaw,
  reshape,
  ShapeError,
} from '../../src/index.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf, makeModel } from '../support/model.ts';

const filled = (...shape: number[]) => ({
  data: new Float32Array(shape.reduce((product, n) => product * n)).fill(0.5),
  shape,
});

/** Images of [4, 6, 3] to codes of [2, 3, 5]. */
const small = () =>
  makeModel({
    input: [4, 6, 3],
    encoder: [conv2d(5, 2, 'relu', { stride: 2 })],
    decoder: [convTranspose2d(3, 2, 'sigmoid', { stride: 2 })],
    loss: 'mse',
  });

describe('data of the right size in another shape are a ShapeError with both shapes', () => {
  it.each([
    [
      [3, 4, 6],
      [4, 6, 3],
    ],
    [
      [6, 4, 3],
      [4, 6, 3],
    ],
    [
      [24, 3],
      [4, 6, 3],
    ],
  ])('%j for %j, in every method that takes data', async (has, takes) => {
    const gpu = await sharedGpu();
    const model = await small();
    const linear = forThisTest(await classifier(gpu, { encoder: model.encoder, classes: 2, hidden: [flatten()] }));
    const puzzle = await jigsaw(gpu, {
      input: [4, 6, 3],
      tiles: 2,
      permutations: 2,
      gap: 0,
      encoder: [flatten(), dense(2)],
      head: [],
    });
    forThisTest(puzzle);
    const data = filled(2, ...has);
    const one = filled(1, ...has);
    const set = forThisTest(await dataset(gpu, data));
    const before = gpu.counters().submits;
    for (const given of [data, set]) {
      const calls: (() => Promise<unknown>)[] = [
        () => model.fit(given, { epochs: 1 }),
        () => model.fit(filled(2, 4, 6, 3), { epochs: 1, validation: given }),
        () => model.encode(given),
        () => model.errors(given),
        () => model.evaluate(given),
        () => model.reconstruct(given),
        () => model.encoder.predict(given),
        () => model.interpolate(one, one, 3),
        () => model.traverse(one, 0, [1]),
        () => linear.fit(given, [0, 1], { epochs: 1 }),
        () => linear.evaluate(given, [0, 1]),
        () => linear.predict(given),
        () => puzzle.fit(given, { epochs: 1 }),
        () => puzzle.evaluate(given),
        () => puzzle.solve(given),
      ];
      for (const [i, call] of calls.entries()) {
        const error = await errorOf(call());
        expect(error, `call ${i}`).toBeInstanceOf(ShapeError);
        expect(error.message, `call ${i}`).toContain(
          `the model takes examples of [${takes.join(', ')}], the data has [${has.join(', ')}]`,
        );
      }
    }
    expect(gpu.counters().submits).toBe(before);
  });

  it('codes of [5, 2, 3] for a decoder of [2, 3, 5]', async () => {
    const model = await small();
    expect((await errorOf(model.decode(filled(1, 5, 2, 3)))).message).toContain(
      'decoder.predict: the model takes examples of [2, 3, 5], the data has [5, 2, 3]',
    );
  });
});

it('flat data, sides of 1 and flat models fit as before', async () => {
  const model = await small();
  const flat = filled(2, 72);
  const { data: codes, shape } = await model.encode(flat);
  expect(shape).toEqual([2, 2, 3, 5]);
  expect((await model.encode(filled(2, 4, 6, 3))).data).toEqual(codes);
  expect((await model.encode(filled(2, 1, 4, 6, 3))).data).toEqual(codes);
  const decoded = await model.decode({ data: codes, shape: [2, 30] });
  expect((await model.decode({ data: codes, shape })).data).toEqual(decoded.data);
  const gray = await makeModel({
    input: [4, 6, 1],
    encoder: [flatten(), dense(2)],
    decoder: [dense(24), reshape([4, 6, 1])],
    loss: 'mse',
  });
  const wanted = await gray.encode(filled(2, 24));
  for (const sides of [[4, 6], [4, 6, 1], [1, 4, 6]]) expect(await gray.encode(filled(2, ...sides))).toEqual(wanted); // prettier-ignore
  expect(await errorOf(gray.encode(filled(2, 6, 4)))).toBeInstanceOf(ShapeError);
  const table = await makeModel({ input: 24, encoder: [dense(2)], decoder: [dense(24)], loss: 'mse' });
  expect((await table.encode(filled(2, 2, 3, 4))).shape).toEqual([2, 2]);
});
