import { expect, it } from 'vitest';
import { readImages } from '../../src/data/images.ts';
import { LatentGpuError } from '../../src/errors.ts';
import { errorOf } from '../support/error-of.ts';

it('images need a browser', async () => {
  expect(await errorOf(readImages(['cat.png']))).toEqual(
    new LatentGpuError('readImages: needs createImageBitmap and OffscreenCanvas, as browsers have them'),
  );
});
