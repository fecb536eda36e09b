/** Parts of a data set, on a stand-in that only keeps buffers. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { dataset } from '../../src/data/make-dataset.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { DataError, OptionError } from '../../src/errors.ts';
import { count, floats, refused, words } from '../support/on-stand-in.ts';
import { standIn, stubWebGpu } from '../support/stand-in.ts';

beforeAll(stubWebGpu);

describe('views', () => {
  const labelled = (gpu = standIn()) => dataset(gpu, floats(20), { shape: [2], labels: count(10).map((i) => i % 3) });
  const rows = ({ rows }: Dataset) => rows && [...rows];

  it('have their rows and labels, also views of views', async () => {
    const set = await labelled();
    expect([rows(set), set.membership, set.order]).toEqual([undefined, undefined, undefined]);
    const ones = set.filter((label) => label === 1);
    expect([ones.length, rows(ones), [...ones.labels!], [...ones.membership!]]).toEqual([
      3,
      [1, 4, 7],
      [1, 1, 1],
      [0, 1, 0, 0, 1, 0, 0, 1, 0, 0],
    ]);
    const last = ones.filter((_, i) => i > 0);
    expect([rows(last), last.order!.dtype, last.order!.label, await words(last.order!)]).toEqual([
      [4, 7],
      'u32',
      'subset',
      [4, 7],
    ]);
    expect(rows(last.take(1))).toEqual([4]);
    expect(rows(set.take(10))).toEqual(count(10));
    const bare = (await dataset(standIn(), floats(4), { shape: [1] })).filter(
      (label, i) => label === undefined && i !== 2,
    );
    expect([bare.labels, rows(bare)]).toEqual([undefined, [0, 1, 3]]);
    const [few, many] = ones.split(1 / 3, { seed: 2 });
    expect([...rows(few)!, ...rows(many)!].sort()).toEqual([1, 4, 7]);
    expect([few.length, many.length, rows(ones.split(1 / 3, { seed: 2 })[0])]).toEqual([1, 2, rows(few)]);
  });

  it('report their examples by number in the original data set', async () => {
    const set = await labelled();
    expect([...set.indices]).toEqual(count(10));
    const [few, many] = set.split(0.3, { seed: 5 });
    expect([...few.indices, ...many.indices].sort((a, b) => a - b)).toEqual(count(10));
    const twos = many.filter((label) => label === 2).take(2);
    expect([...twos.indices].map((i) => set.labels![i])).toEqual([2, 2]);
    expect([...twos.indices]).toEqual([...many.indices].filter((i) => set.labels![i] === 2).slice(0, 2));
  });

  it('are drawn by the seed, without repetitions', async () => {
    const set = await dataset(standIn(), floats(100), { shape: [1] });
    const draw = (...options: [{ seed?: number }?]) => set.split(0.3, ...options).map((part) => rows(part)!);
    const [few, many] = draw();
    expect([few.length, many.length]).toEqual([30, 70]);
    expect([...few, ...many].sort((a, b) => a - b)).toEqual(count(100));
    expect(draw({ seed: 0 })).toEqual([few, many]);
    expect(draw({ seed: 1 })).not.toEqual([few, many]);
    expect([few, many]).not.toEqual([count(30), count(70, 30)]);
  });

  it('are disposed with their data set, whose memory they share, and free their own memory', async () => {
    const gpu = standIn();
    const set = await labelled(gpu);
    const [one, other] = [set.take(2), set.take(3).take(1)];
    expect(gpu.memory().buffers).toBe(1);
    expect(one.order).toBe(one.order);
    void other.order;
    expect(gpu.memory().buffers).toBe(3);
    one.dispose();
    expect([gpu.memory().buffers, one.disposed, other.disposed, set.disposed]).toEqual([2, true, false, false]);
    // The next one to need an order clears away those whose view is disposed.
    void set.take(4).order;
    set.dispose();
    expect([gpu.memory().buffers, other.disposed]).toEqual([0, true]);
  });

  it('that are unreachable are freed when the next one needs memory', async () => {
    const gpu = standIn();
    const set = await labelled(gpu);
    void set.take(2).order;
    // As if the collector had been here.
    const collected = vi.spyOn(WeakRef.prototype, 'deref').mockReturnValue(undefined);
    const held = set.take(3);
    void held.order;
    expect(gpu.memory().buffers).toBe(2);
    collected.mockRestore();
    void set.take(4).order;
    expect([gpu.memory().buffers, await words(held.order!)]).toEqual([3, [0, 1, 2]]);
  });

  it('with a number for each example keep it with the example', async () => {
    const gpu = standIn();
    const set = (await labelled(gpu)).filter((label) => label === 2);
    const targeted = set.withTargets([7, 8, 9]);
    expect([targeted.storage.targets!.dtype, targeted.storage.targets!.label]).toEqual(['f32', 'targets']);
    expect(await words(targeted.storage.targets!)).toEqual([0, 0, 7, 0, 0, 8, 0, 0, 9, 0]);
    expect([rows(targeted), targeted.length, set.storage.targets]).toEqual([[2, 5, 8], 3, undefined]);
    targeted.take(1).dispose();
    expect(gpu.memory().buffers).toBe(2);
    targeted.dispose();
    expect([gpu.memory().buffers, set.disposed]).toEqual([1, false]);
  });

  const wrong: [string, (set: Dataset) => unknown, new (message: string) => Error, string][] = [
    ['none', (set) => set.take(0), OptionError, 'take: 0 is not a whole number of at least 1 and at most 10'],
    [
      'more than there are',
      (set) => set.take(11),
      OptionError,
      'take: 11 is not a whole number of at least 1 and at most 10',
    ],
    [
      'one and a half',
      (set) => set.take(1.5),
      OptionError,
      'take: 1.5 is not a whole number of at least 1 and at most 10',
    ],
    ['those that are none', (set) => set.filter(() => false), DataError, 'filter: no example is left'],
    ['what is no function', (set) => set.filter(1 as never), OptionError, 'filter: keep must be a function'],
    [
      'a part of nothing',
      (set) => set.split(0.04),
      DataError,
      'split: a fraction of 0.04 of 10 examples leaves one side empty',
    ],
    [
      'a part that is all',
      (set) => set.split(0.96),
      DataError,
      'split: a fraction of 0.96 of 10 examples leaves one side empty',
    ],
    ['a fraction of 0', (set) => set.split(0), OptionError, 'split: fraction: 0 is not a number above 0 and at most 1'],
    [
      'a fraction above 1',
      (set) => set.split(1.5),
      OptionError,
      'split: fraction: 1.5 is not a number above 0 and at most 1',
    ],
    [
      'another option',
      (set) => set.split(0.5, { seeds: 1 } as never),
      OptionError,
      "split: unknown option 'seeds' (did you mean seed?)",
    ],
    [
      'half a seed',
      (set) => set.split(0.5, { seed: 0.5 }),
      OptionError,
      'split: seed: 0.5 is not a whole number of at least 0 and at most 4294967295',
    ],
  ];
  it.each(wrong)('of %s are refused', async (_, call, kind, message) => {
    const set = await labelled();
    await refused(() => call(set), kind, message);
  });
});
