import { describe, expect, it } from 'vitest';
import { dense, jigsaw, OptionError, ShapeError } from '../../src/index.ts';
import { farApart, hamming } from '../../src/models/permutations.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { bits } from '../support/model.ts';
import { pictures, spec } from '../support/puzzle.ts';

describe('permutations that differ much', () => {
  const distances = (chosen: readonly Uint8Array[]) =>
    chosen.flatMap((a, i) => chosen.slice(i + 1).map((b) => hamming(a, b)));

  it.each([
    [4, 24, 2],
    [4, 4, 4],
    [9, 30, 7],
  ])('of %i tiles, %i of them differ in at least %i places', (size, count, least) => {
    const chosen = farApart(size, count, 1);
    expect(chosen).toHaveLength(count);
    for (const each of chosen)
      expect([...each].toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
    expect(new Set(chosen.map((each) => each.join())).size).toBe(count);
    expect(Math.min(...distances(chosen))).toBeGreaterThanOrEqual(least);
  });

  it('depend on the seed', () => {
    expect(farApart(4, 5, 1)).toEqual(farApart(4, 5, 1));
    expect(farApart(4, 5, 1)).not.toEqual(farApart(4, 5, 2));
  });

  it('refuse more permutations than exist', () => {
    expect(() => farApart(4, 25, 0)).toThrow('jigsaw: 4 tiles have 24 permutations, not 25');
  });
});

describe('jigsaw', () => {
  it('cuts tiles of mean 0 and variance 1 out of the cells of the permutation', async () => {
    const model = forThisTest(await jigsaw(await sharedGpu(), spec({ gap: 2 })));
    expect(model.encoder.inputShape).toEqual([4, 4, 1]);
    const count = 60;
    const data = pictures(count, 3, false);
    const { tiles, truths } = await model.solve(data);
    expect(tiles.shape).toEqual([count, 4, 4, 4, 1]);
    const places = new Set<string>();
    let apart = 0;
    for (let n = 0; n < count; n++) {
      const own = new Set<string>();
      for (let slot = 0; slot < 4; slot++) {
        const tile = tiles.data.subarray((n * 4 + slot) * 16, (n * 4 + slot + 1) * 16);
        const cell = model.permutations[truths[n]][slot];
        const found = [0, 1, 2]
          .flatMap((dy) => [0, 1, 2].map((dx) => ({ dy, dx })))
          .filter(({ dy, dx }) => {
            const [top, left] = [Math.floor(cell / 2) * 6 + dy, (cell % 2) * 6 + dx];
            const values = Array.from(
              { length: 16 },
              (_, i) => data[n * 144 + (top + Math.floor(i / 4)) * 12 + left + (i % 4)],
            );
            const mean = values.reduce((sum, value) => sum + value, 0) / 16;
            const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 16 + 1e-5);
            return values.every((value, i) => Math.abs((value - mean) / deviation - tile[i]) < 1e-4);
          });
        expect(found).toHaveLength(1);
        own.add(`${found[0].dy} ${found[0].dx}`);
      }
      own.forEach((place) => places.add(place));
      apart += Number(own.size > 1);
    }
    expect(places.size).toBe(9);
    // Each tile of an image has a place of its own: all four in the same one of nine come up once in 729 images.
    expect(apart).toBeGreaterThan(count - 3);
    expect(new Set(truths).size).toBeGreaterThan(15);
  });

  it('a tile of one colour becomes 0, not NaN', async () => {
    const model = forThisTest(await jigsaw(await sharedGpu(), spec()));
    const { tiles } = await model.solve(new Float32Array(144 * 2).fill(0.5));
    expect(tiles.data.every((value) => value === 0)).toBe(true);
  });

  it('the same seed gives the same bits, puzzles and evaluation', async () => {
    const gpu = await sharedGpu();
    const data = pictures(64, 4, true);
    const train = async (seed: number) => {
      const model = forThisTest(await jigsaw(gpu, spec({ seed })));
      await model.fit(data, { epochs: 2, batchSize: 16 });
      const first = await model.evaluate(data);
      expect(await model.evaluate(data, { batchSize: 64 })).toMatchObject({ accuracy: first.accuracy });
      const { truths, answers } = await model.solve(data, { seed });
      expect(truths.filter((truth, i) => truth === answers[i]).length / 64).toBeCloseTo(first.accuracy, 6);
      const trained = await bits(model);
      return { trained, truths };
    };
    const first = await train(1);
    expect(await train(1)).toEqual(first);
    expect((await train(2)).truths).not.toEqual(first.truths);
  });

  it.each([
    ['four tiles a side', { tiles: 4 as never }, OptionError, 'jigsaw: tiles must be 2 or 3, not 4'],
    ['an input that is no image', { input: 144 as never }, OptionError, 'jigsaw: input must be an image'],
    ['one permutation', { permutations: 1 }, OptionError, 'jigsaw: permutations'],
    [
      'more permutations than there are',
      { permutations: 25 },
      OptionError,
      'jigsaw: 4 tiles have 24 permutations, not 25',
    ],
    ['a gap as large as a cell', { gap: 6 }, ShapeError, 'jigsaw: a gap of 6 leaves no tile in cells of [6, 6]'],
    ['a head that is none', { head: dense(3) as never }, OptionError, 'jigsaw: the head must be a list of layers'],
    ['an option that is none', { tile: 3 } as never, OptionError, 'tile'],
    ['layers that do not fit', { encoder: [dense(3)] }, ShapeError, 'dense: takes flat features, not [5, 5, 1]'],
  ])('refuses %s', async (_, changes, error, message) => {
    const made = jigsaw(await sharedGpu(), spec(changes));
    await expect(made).rejects.toThrow(error);
    await expect(made).rejects.toThrow(message);
  });
});
