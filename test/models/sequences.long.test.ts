import { it } from 'vitest';
import { conv1d, conv2d, dense, flatten, reshape, residual } from '../../src/index.ts';
import { expectTheBitsOfImages, ofFlatImages, ofSequences } from '../support/sequences.ts';

it('an autoencoder of sequences with a residual and dense layers has the bits of one of images of height 1', () => {
  const [code, values] = [dense(5, 'tanh'), dense(24, 'tanh')];
  const sequence = residual([conv1d(4, 3, 'tanh', { padding: 1 })]);
  const image = residual([conv2d(4, [1, 3], 'tanh', { padding: [0, 1] })]);
  return expectTheBitsOfImages(
    {
      ...ofSequences,
      encoder: [...ofSequences.encoder, sequence, flatten(), code],
      decoder: [values, reshape([6, 4]), ...ofSequences.decoder],
    },
    {
      ...ofFlatImages,
      encoder: [...ofFlatImages.encoder, image, flatten(), code],
      decoder: [values, reshape([1, 6, 4]), ...ofFlatImages.decoder],
    },
  );
});
