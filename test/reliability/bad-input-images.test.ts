import fc from 'fast-check';
import { it } from 'vitest';
import { readImages } from '../../src/index.ts';
import { isSide, not, oneOf, optional, options, ownGpu, refuseAll, word } from '../support/wrong.ts';

it('readImages refuses wrong input', { timeout: 600_000 }, async ({ task }) => {
  const images = fc.oneof(
    not('images', (value) => typeof value === 'object' && value !== null && Symbol.iterator in value),
    oneOf('images', [], new Set(), { length: 0 }),
    oneOf('image 0', [3], [null], [{}], [[]], [Symbol('image')], new Float32Array(2), new Map([['a', 1]])),
  );
  const isSize = (value: unknown) =>
    Array.isArray(value) && value.length === 2 && value.every((side) => isSide(side) && Number(side) <= 16384);
  const fields = {
    size: optional(fc.oneof(not('size', isSize), oneOf('size', [2], [2, 2, 3], [0, 2], [2, 16385], Array(2)))),
    fit: optional(word('fit', ['cover', 'stretch'])),
    channels: optional(word('channels', [1, 3, 4])),
    background: optional(
      fc.oneof(
        not('background', (value) => typeof value === 'string'),
        oneOf('background', 'blurple', '', '#12345', 'rgb(1, 2)'),
      ),
    ),
    signal: optional(not('signal', (value) => value instanceof AbortSignal)),
  };
  const target = { call: readImages, good: [[new ImageData(2, 2)], {}], wrong: [images, options({}, fields)] };
  await refuseAll(task, 'readImages', { readImages: target }, await ownGpu(), [200, 5_000]);
});
