/** Parts of models beyond those of save.test.ts. */
import { describe, it } from 'vitest';
import {
  activation, adagrad, adamw, categorical, contractive, conv1d, conv2d, convTranspose1d, convTranspose2d, deadLatents, dense, downsample, dropout, flatten, gaussian, gaussianNoise, huber, maskNoise, maxPool2d, minMax, mmd, reshape, residual, saltAndPepper, sgd, shuffleTiles, sparsity, stochasticContractive, topK, uniform, unitNorm, upsample2d, weightDecay, type AutoencoderSpec,
} from '../../src/index.ts'; // prettier-ignore
import { expectToResume, plain, type Resumed } from '../support/resuming.ts';

const image: AutoencoderSpec = {
  input: [4, 4, 2],
  encoder: [conv2d(3, [3, 2], 'relu', { padding: 'same' }), maxPool2d(2), flatten(), dense(5, 'tanh')],
  decoder: [
    dense(12, 'relu'),
    reshape([2, 2, 3]),
    upsample2d(2, 'bilinear'),
    convTranspose2d(2, 3, 'sigmoid', { padding: 1 }),
  ],
  loss: 'bce',
};

const models: Record<string, Resumed> = {
  'nesterov, clipped': { options: { optimizer: sgd(0.05, { momentum: 0.9, nesterov: true, clipNorm: 0.1 }) } },
  'AdaGrad, contractive': { spec: { penalty: contractive(0.1) }, options: { optimizer: adagrad(0.1) } },
  'denoising, dropout, AdamW': {
    spec: {
      encoder: [
        dense(8, ['elu', { alpha: 0.4 }], { init: 'he' }),
        activation(['leakyRelu', { slope: 0.3 }]),
        dropout(0.3),
        dense(4, 'relu', { bias: false }),
      ],
      corrupt: [maskNoise(0.2), gaussianNoise(0.3), saltAndPepper(0.1)],
      penalty: [sparsity(0.01), weightDecay(0.01), stochasticContractive(0.1, 0.1)],
    },
    options: { optimizer: adamw(1e-2) },
  },
  convolutional: { spec: { ...image, corrupt: [downsample(2), shuffleTiles(2)] } },
  'convolutional, of another stride down than along': {
    spec: {
      input: [12, 1, 2],
      encoder: [conv2d(3, [3, 1], 'relu', { stride: [2, 1], padding: [1, 0] }), maxPool2d([3, 1])],
      decoder: [
        upsample2d([3, 1], 'bilinear'),
        convTranspose2d(2, [3, 1], 'sigmoid', { stride: [2, 1], padding: [1, 0], outputPadding: [1, 0] }),
      ],
      corrupt: [downsample([2, 1]), shuffleTiles([3, 1])],
    },
  },
  'convolutional, in groups': {
    spec: {
      input: [5, 4, 2],
      encoder: [conv2d(6, [3, 2], 'tanh', { groups: 2, padding: 'same' }), conv2d(6, 3, 'linear', { groups: 6 })],
      decoder: [convTranspose2d(2, 3)],
      loss: 'mse',
    },
  },
  'of sequences': {
    spec: {
      input: [12, 3],
      encoder: [conv1d(4, 5, 'tanh', { stride: 2, padding: 'same' }), residual([conv1d(4, 3, 'tanh', { padding: 1 })])],
      decoder: [convTranspose1d(3, 4, 'linear', { stride: 2, padding: 1 })],
      loss: 'mse',
    },
  },
  'residuals within each other, with dropout': {
    spec: {
      ...plain,
      encoder: [residual([dense(4, ['elu', { alpha: 0.5 }]), residual([dropout(0.3), dense(4)]), dense(12)]), dense(3)],
    },
  },
  'several samples of a Gaussian code': {
    spec: { ...plain, encoder: [dense(4, 'tanh'), gaussian(2, { samples: 3 })] },
  },
  'a sparse code': { spec: { ...plain, encoder: [dense(15, 'relu'), topK(3)] } },
  'dead latents, and a decoder of unit length': {
    spec: {
      ...plain,
      encoder: [dense(15, 'tanh'), topK(2)],
      penalty: [unitNorm(), deadLatents({ after: 12, k: 3, weight: 0.5 })],
    },
  },
  'a code with a prior': { spec: { ...plain, penalty: mmd(2, { kernel: 'imq', prior: uniform() }) } },
  'absolute errors': { spec: { loss: 'mae' } },
  'categories, of a Gaussian code': {
    spec: { loss: categorical([3, 4, 5]), encoder: [dense(5, 'tanh'), gaussian(2)], decoder: [dense(12)] },
  },
  'Huber’s loss': { spec: { loss: huber({ delta: 0.2 }), decoder: [dense(12)] } },
  'min-max': { spec: { normalize: minMax() } },
};

describe.each(Object.entries(models))('%s', (_, entry) => {
  it('resumes from a file with the same bits, in the middle of an epoch, and is whole in a file without the optimizer', () =>
    expectToResume(entry));
});
