import { describe, expect, it } from 'vitest';
import { standardTiles } from '../../app/analysis/tiles.ts';
import { adam, classifier, dense, flatten, jigsaw } from '../../src/index.ts';
import { farApart, hamming } from '../../src/models/permutations.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { Draw } from '../support/random.ts';
import { pictures, spec } from '../support/puzzle.ts';

it('nine permutations of nine tiles differ in every place', () => {
  const chosen = farApart(9, 9, 1);
  expect(chosen).toHaveLength(9);
  chosen.forEach((a, i) => chosen.slice(i + 1).forEach((b) => expect(hamming(a, b)).toBe(9)));
  expect(chosen).not.toEqual(farApart(9, 9, 2));
});

describe('jigsaw', () => {
  it('learns the places of different tiles on unseen images, and learns nothing from noise', async () => {
    const gpu = await sharedGpu();
    for (const striped of [true, false]) {
      const model = forThisTest(await jigsaw(gpu, spec()));
      const { epochs } = await model.fit(pictures(512, 1, striped), {
        epochs: 20,
        batchSize: 32,
        optimizer: adam(3e-3),
      });
      expect(epochs).toHaveLength(20);
      const { loss, accuracy } = await model.evaluate(pictures(480, 2, striped));
      if (striped) expect(accuracy).toBeGreaterThan(0.9);
      // Of 480, 20 are right by chance, with a deviation of 4.4.
      else expect(accuracy).toBeLessThan(40 / 480);
      if (!striped) expect(loss).toBeGreaterThan(Math.log(24) - 0.1);
    }
  });

  it.each([2, 3] as const)(
    'without a gap, cuts the same tiles as the host, in the order of the permutation: %i tiles a side',
    async (side) => {
      const model = await jigsaw(
        await sharedGpu(),
        spec({ tiles: side, permutations: 6, gap: 0, encoder: [flatten()] }),
      );
      forThisTest(model);
      const pixels = Uint8Array.from(new Draw(7).floats(144 * 5, 0, 256));
      const { tiles, truths } = await model.solve(pixels);
      const [height, width] = model.encoder.inputShape;
      const size = height * width;
      const straight = standardTiles({ pixels, shape: [12, 12, 1] }, side, [height, width]);
      for (let slot = 0; slot < 5 * side ** 2; slot++) {
        const image = Math.floor(slot / side ** 2);
        const cell = image * side ** 2 + model.permutations[truths[image]][slot % side ** 2];
        for (let i = 0; i < size; i++) expect(tiles.data[slot * size + i]).toBeCloseTo(straight[cell * size + i], 4);
      }
    },
  );

  it('uses 3 × 3 tiles, and its encoder trains in a classifier and encodes tiles', async () => {
    const gpu = await sharedGpu();
    const before = gpu.memory().bytes;
    const model = await jigsaw(
      gpu,
      spec({ tiles: 3, permutations: 30, encoder: [flatten(), dense(5, 'relu')], head: [] }),
    );
    expect(model.encoder.inputShape).toEqual([3, 3, 1]);
    expect(model.head.outputShape).toEqual([30]);
    expect(Object.keys(await model.weights())).toEqual([
      'encoder.1.weight',
      'encoder.1.bias',
      'head.0.weight',
      'head.0.bias',
    ]);
    const codes = await model.encode(new Draw(5).floats(9 * 7, 0, 1));
    expect(codes.shape).toEqual([7, 5]);
    const made = await classifier(gpu, { encoder: model.encoder, classes: 2 });
    made.dispose();
    model.dispose();
    expect(gpu.memory().bytes).toBe(before);
  });
});
