import { describe, expect, it } from 'vitest';
import {
  activation, dense, flatten, gaussian, maxPool2d, reshape, upsample2d, type AutoencoderSpec,
} from '../../src/index.ts'; // prettier-ignore
import { smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { expectFreed, expectTheSameStages, stageOptions } from '../support/stages.ts';

describe('pretraining trains layers without weights with the dense layer before them:', () => {
  it('activations everywhere', () =>
    expectTheSameStages(
      {
        encoder: [dense(8), activation('tanh'), dense(6), activation('relu'), dense(4), activation('elu')],
        decoder: [dense(6), activation('relu'), dense(8), activation('tanh'), dense(12), activation('sigmoid')],
        loss: 'mse',
      },
      {
        encoder: [dense(8, 'tanh'), dense(6, 'relu'), dense(4, 'elu')],
        decoder: [dense(6, 'relu'), dense(8, 'tanh'), dense(12, 'sigmoid')],
        loss: 'mse',
      },
    ));

  it('pools and upsampling', async () => {
    const model = await smallModel({
      input: [4, 4, 1],
      encoder: [maxPool2d(2), flatten(), dense(3)],
      decoder: [dense(4, 'sigmoid'), reshape([2, 2, 1]), upsample2d(2)],
      loss: 'mse',
    });
    const images = new Draw(2).floats(16 * 24, 0, 1);
    const before = await model.evaluate(images);
    const [{ loss }] = await model.pretrain(images, { ...stageOptions, batchSize: 24, shuffle: false });
    expect(loss[0]).toBeCloseTo(before.loss, 5);
    expect(loss.at(-1)).toBeLessThan(loss[0]);
  });
});

it.each<[string, Partial<AutoencoderSpec>]>([
  ['tied weights', { tied: true }],
  ['a Gaussian code', { encoder: [dense(8, 'sigmoid'), gaussian(4)] }],
])('pretraining frees its memory with %s', (_, changes) => expectFreed(changes));
