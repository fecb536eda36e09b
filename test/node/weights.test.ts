/** Weights of examples on a stand-in that only keeps buffers. What training makes of them is in test/models/example-weights.test.ts. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Feed } from '../../src/data/feed.ts';
import { putLabelled } from '../../src/data/labelled.ts';
import { dataset } from '../../src/data/make-dataset.ts';
import { openFeed } from '../../src/data/open-feed.ts';
import { readWeights } from '../../src/data/weights.ts';
import { DataError, OptionError, ShapeError } from '../../src/errors.ts';
import { floats, refused, words, type Refusal } from '../support/on-stand-in.ts';
import { standIn, stubWebGpu } from '../support/stand-in.ts';

beforeAll(stubWebGpu);

const weights = [0.5, 2, 0, 1];
const four = (given = weights, deviceBytes?: number) =>
  dataset(standIn(), floats(4 * 3), { shape: [3], weights: given, deviceBytes });

describe('weights of examples', () => {
  it('are written to the device when they are first asked for, and freed with their data set', async () => {
    const set = await four();
    const { buffers } = set.gpu.memory();
    const { tensor } = set.storage.weights!;
    expect(set.gpu.memory().buffers).toBe(buffers + 1);
    expect([tensor.shape, tensor.dtype, tensor.label]).toEqual([[4], 'f32', 'weights of the examples']);
    expect(await words(tensor)).toEqual(weights);
    expect(set.take(2).storage.weights!.tensor).toBe(tensor);
    set.take(2).dispose();
    expect(set.gpu.memory().buffers).toBe(buffers + 1);
    set.dispose();
    expect(set.gpu.memory().buffers).toBe(0);
    set.dispose();
  });

  it('are written again where the device has lost them', async () => {
    const { storage } = await four();
    const lost = storage.weights!.tensor;
    Object.defineProperty(lost, 'gone', { value: true });
    expect(storage.weights!.tensor).not.toBe(lost);
    expect(await words(storage.weights!.tensor)).toEqual(weights);
  });

  it('are multiplied by those of classes, for a view as well, and freed with the labels', async () => {
    const set = await four();
    const { buffers } = set.gpu.memory();
    const classWeights = [1, 3, 0.5];
    const last = set.filter((_, i) => i > 0);
    const { set: told, release } = await putLabelled('fit', set.gpu, { data: last, labels: [1, 2, 2] }, [3], 3, {
      classWeights,
    });
    expect((await words(told.storage.weights!.tensor)).slice(1)).toEqual([6, 0, 0.5]);
    release();
    expect(set.gpu.memory().buffers).toBe(buffers);
    expect(await words(set.storage.weights!.tensor)).toEqual(weights);
    const plain = await dataset(set.gpu, floats(6), { shape: [3] });
    const { set: alone } = await putLabelled('fit', set.gpu, { data: plain, labels: [2, 1] }, [3], 3, { classWeights });
    expect(await words(alone.storage.weights!.tensor)).toEqual([0.5, 3]);
    const { set: without } = await putLabelled('fit', set.gpu, { data: set, labels: [0, 0, 1, 1] }, [3], 2);
    expect(without.storage.weights).toBe(set.storage.weights);
  });

  it('come with streamed examples, in their order', async () => {
    const values = Array.from({ length: 12 }, (_, i) => i / 2);
    const set = await dataset(standIn(), floats(12), { shape: [1], weights: values, deviceBytes: 8 * 4 });
    expect(await openFeed('fit', await four(), 4)).toBeUndefined();
    const feed = (await openFeed('fit', set, 4))!;
    expect(feed).toBeInstanceOf(Feed);
    feed.begin(Uint32Array.from(values.keys()).reverse());
    await feed.stepsFrom(0, 4);
    expect([feed.weights!.label, await words(feed.weights!)]).toEqual([
      'weights of the examples',
      values.toReversed().slice(0, 8),
    ]);
    feed.dispose();
    expect(set.gpu.memory().buffers).toBe(0);
  });

  it('may be any list of numbers', () => {
    expect([...readWeights('w', new Uint8Array([1, 0]), 2, 'examples')]).toEqual([1, 0]);
    expect([...readWeights('w', [0, 3.4e38], 2, 'classes')]).toEqual([0, Math.fround(3.4e38)]);
  });

  it.each<Refusal>([
    ['another number', () => readWeights('w', [1], 2, 'examples'), ShapeError, 'w: 2 examples, but 1 weights'],
    ['no list', () => readWeights('w', 1 as never, 2, 'examples'), OptionError, 'w: takes a list of numbers, not 1'],
    ...[-1, NaN, Infinity, 3.5e38, '1', null].map((weight): Refusal => [
      `a weight of ${weight}`,
      () => readWeights('w', [1, weight as number], 2, 'examples'),
      DataError,
      `w: weight 1 is ${typeof weight === 'string' ? "'1'" : weight}; a weight is a finite number of at least 0`,
    ]),
    [
      'zeros',
      () => readWeights('w', [0, 0], 2, 'classes'),
      DataError,
      'w: every weight is 0, so nothing would be learned',
    ],
    [
      'weights that do not fit a data set',
      () => four([1, 2]),
      ShapeError,
      'dataset: weights: 4 examples, but 2 weights',
    ],
  ])('are refused: %s', (_, ...refusal) => refused(...refusal));
});
