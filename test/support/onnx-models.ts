/** A small model for each layer, code and normalisation that ONNX files can hold. */
import {
  activation, avgPool1d, avgPool2d, batchNorm, categorical, conv1d, conv2d, convTranspose1d, convTranspose2d, dense, dropout, flatten, gaussian, gaussianNoise, groupNorm, layerNorm, maxPool1d, maxPool2d, minMax, reshape, residual, standardize, stopGradient, topK, upsample1d, upsample2d, vectorQuantizer, type AutoencoderSpec, type Layer,
} from '../../src/index.ts'; // prettier-ignore

export const same = { padding: 'same' } as const;
export const images = (
  encoder: Layer[],
  decoder: Layer[],
  input: [number, number, number] = [6, 5, 2],
): Partial<AutoencoderSpec> => ({ input, encoder, decoder, loss: 'mse' });

export const models: Record<string, Partial<AutoencoderSpec>> = {
  'dense layers': {},
  'layers without bias, dropout, a corruption': {
    encoder: [dense(8, 'relu', { bias: false }), dropout(0.3), stopGradient(), dense(3)],
    corrupt: gaussianNoise(0.3),
  },
  'activations with a parameter, and as layers': {
    encoder: [dense(8), activation('gelu'), dense(6, ['elu', { alpha: 0.3 }]), dense(4), activation(['leakyRelu', { slope: 0.3 }])],
    decoder: [dense(12), activation('sigmoid')],
  }, // prettier-ignore
  'an activation behind a convolution': images(
    [conv2d(3, 3), activation('silu'), conv2d(2, 1, ['leakyRelu', { slope: 0.2 }]), flatten(), activation('tanh'), dense(4)],
    [dense(60), reshape([6, 5, 2]), activation(['elu', { alpha: 2 }])],
  ), // prettier-ignore
  'features normalized': {
    encoder: [dense(8), layerNorm(), activation('relu'), dense(6), groupNorm(3), dense(4)],
    decoder: [layerNorm({ epsilon: 0.1 }), dense(12)],
    loss: 'mse',
  },
  'channels normalized': images(
    [conv2d(6, 3), groupNorm(3), activation('relu'), conv2d(4, 1), layerNorm(), flatten(), layerNorm(), dense(5)],
    [dense(60), layerNorm(), reshape([6, 5, 2]), groupNorm(1)],
  ),
  'residuals, within each other': images(
    [conv2d(3, 3), residual([conv2d(3, 3, 'relu', same), residual([layerNorm(), conv2d(3, 1)])]), flatten(), residual([dense(36, 'tanh')]), dense(4)],
    [residual([dense(5, 'relu'), dense(4)]), dense(60), residual([dropout(0.2)]), reshape([6, 5, 2])],
  ), // prettier-ignore
  'batches normalized, within the layer before and not': images(
    [conv2d(3, 3, 'linear', { bias: false }), batchNorm(), activation('relu'), batchNorm({ epsilon: 0.01 }), residual([conv2d(3, 1), batchNorm()]), flatten(), batchNorm(), dense(5), batchNorm()],
    [dense(8, 'tanh'), batchNorm(), dense(18), batchNorm(), reshape([3, 3, 2]), convTranspose2d(3, 2, 'linear', { stride: 2 }), batchNorm(), conv2d(2, [1, 2])],
    [6, 5, 2],
  ), // prettier-ignore
  'the largest of each example': { encoder: [dense(20, 'relu'), topK(4)] },
  'the largest of each example, many equal': { encoder: [dense(9, 'relu'), topK(7)] },
  'the largest of a batch': { encoder: [dense(20), topK(4, { batch: true })] },
  'categories, of groups of different sizes': { decoder: [dense(12)], loss: categorical([3, 4, 5]) },
  'categories, one at each pixel': {
    ...images([flatten(), dense(4)], [dense(60), reshape([6, 5, 2])]),
    loss: categorical(Array(30).fill(2)),
  },
  'tied weights': {
    tied: true,
    encoder: [dense(12, 'tanh'), dense(4, 'relu')],
    decoder: [dense(12, 'tanh'), dense(12, 'sigmoid')],
  },
  'a Gaussian code': { encoder: [dense(6, 'relu'), gaussian(3)] },
  standardized: { normalize: standardize(), loss: 'mse', decoder: [dense(12)] },
  'min-max': { normalize: minMax() },
  'convolutions, flattened with several channels': images(
    [
      conv2d(3, 3, 'relu', { stride: 2, ...same }),
      conv2d(4, [2, 3], 'elu', { padding: 1 }),
      flatten(),
      dense(5, 'relu'),
    ],
    [dense(4 * 3 * 5, 'relu'), reshape([4, 3, 5]), conv2d(2, 1), flatten(), dense(60), reshape([6, 5, 2])],
  ),
  'strides that leave a rest, padding in numbers': images(
    [conv2d(3, 2, 'tanh', { stride: 3 }), flatten(), dense(2)],
    [dense(60), reshape([6, 5, 2]), conv2d(2, 5, 'linear', { padding: 2, bias: false })],
  ),
  'a Gaussian code behind images': images(
    [conv2d(3, 3, 'relu', { stride: 2, ...same }), flatten(), gaussian(4)],
    [dense(60), reshape([6, 5, 2])],
  ),
  'pools, upsampled': images(
    [conv2d(3, 3, 'relu', same), maxPool2d(2, same), maxPool2d(3, { stride: 2, ...same })],
    [conv2d(3, 1), upsample2d(2), upsample2d(2, 'bilinear'), conv2d(2, 1, 'sigmoid')],
    [12, 12, 2],
  ),
  'pools that take means, one beyond the edge': images(
    [conv2d(3, 3, 'relu', same), avgPool2d([2, 1]), avgPool2d(3, { stride: 2, ...same })],
    [conv2d(3, 1), upsample2d([2, 1]), upsample2d(2), conv2d(2, 1, 'sigmoid')],
    [12, 14, 2],
  ),
  'transposed convolutions': images(
    [conv2d(4, 3, 'relu', { stride: 2, ...same }), conv2d(3, 3, 'relu', { stride: 2, ...same })],
    [
      convTranspose2d(4, 3, 'relu', { stride: 2, ...same }),
      convTranspose2d(3, 1, 'relu', { stride: 2, ...same }),
      convTranspose2d(2, 3, 'linear', { padding: 1 }),
    ],
    [8, 8, 2],
  ),
  'a quantised code of places': images(
    [conv2d(5, [2, 1], 'relu'), conv2d(3, 1), vectorQuantizer(9)],
    [convTranspose2d(2, [2, 1])],
    [6, 5, 2],
  ),
  'a quantised code of an image’s values': images(
    [conv2d(3, 3), flatten(), vectorQuantizer(4, { decay: false })],
    [dense(60), reshape([6, 5, 2])],
    [6, 5, 2],
  ),
  'strides, paddings and factors of each axis': images(
    [conv2d(4, [5, 1], 'relu', { stride: [2, 1], ...same }), maxPool2d([1, 2]), conv2d(3, 3, 'tanh', { stride: [1, 2], padding: [1, 0] })],
    [convTranspose2d(3, [3, 2], 'relu', { stride: [1, 3], padding: [1, 0], outputPadding: [0, 1] }), upsample2d([2, 1], 'bilinear'), upsample2d([1, 2]), conv2d(2, [1, 2])],
    [10, 11, 2],
  ), // prettier-ignore
  'dilations, and a pool with a padding in numbers': images(
    [
      conv2d(4, 3, 'relu', { dilation: 2, ...same }),
      maxPool2d([3, 4], { stride: 2, padding: [1, 2] }),
      conv2d(3, [2, 3], 'tanh', { stride: [2, 1], padding: [1, 0], dilation: [3, 2] }),
    ],
    [
      convTranspose2d(3, [3, 2], 'relu', { stride: [3, 1], padding: 'same', dilation: [2, 1] }),
      convTranspose2d(2, [3, 2], 'linear', {
        stride: [2, 3],
        padding: [1, 0],
        dilation: [1, 4],
        outputPadding: [0, 2],
      }),
      conv2d(2, [7, 2]),
    ],
    [11, 12, 2],
  ),
  'groups, one of each channel, and one with a normalization in it': images(
    [
      conv2d(4, 3, 'relu', { groups: 2, ...same }),
      conv2d(8, 3, 'linear', { groups: 4, stride: 2, bias: false }),
      batchNorm(),
      conv2d(8, [1, 2], 'tanh', { groups: 8, dilation: [1, 2], padding: [0, 1] }),
      conv2d(3, 1),
    ],
    [upsample2d(3), conv2d(6, 2, 'relu', { groups: 3, ...same }), conv2d(2, [1, 2])],
    [6, 5, 2],
  ),
  'sequences, to a flat code and back': {
    input: [24, 3],
    encoder: [conv1d(6, 5, 'relu', { stride: 2, ...same }), maxPool1d(3, { stride: 2, padding: 1 }), conv1d(4, 3, 'linear', { groups: 2 }), batchNorm(), residual([conv1d(4, 3, 'tanh', { dilation: 2, ...same })]), flatten(), dense(5)],
    decoder: [dense(18), reshape([6, 3]), convTranspose1d(4, 4, 'elu', { stride: 2, padding: 1 }), batchNorm(), convTranspose1d(3, 3, 'linear', { stride: 2, padding: 1, outputPadding: 1 })],
    loss: 'mse',
  }, // prettier-ignore
  'sequences, whose code is one': {
    input: [20, 2],
    encoder: [conv1d(8, 3, 'relu', same), activation('gelu'), batchNorm(), avgPool1d(2), layerNorm(), conv1d(4, 3, 'linear', { padding: 1 }), groupNorm(2)],
    decoder: [upsample1d(2, 'linear'), conv1d(4, 1, 'silu'), upsample1d(3), conv1d(2, 5, 'linear', { stride: 3, padding: 2 })],
    loss: 'mse',
  }, // prettier-ignore
  'sequences, doubled by a stride': images(
    [conv2d(5, [7, 1], 'relu', { stride: [2, 1], ...same }), conv2d(3, [4, 1], 'relu', { stride: [3, 1], ...same })],
    [convTranspose2d(5, [4, 1], 'relu', { stride: [3, 1], ...same }), convTranspose2d(2, [7, 1], 'linear', { stride: [2, 1], ...same })],
    [36, 1, 2],
  ), // prettier-ignore
  'transposed convolutions with paddings': images(
    [flatten(), dense(12)],
    [
      reshape([2, 2, 3]),
      convTranspose2d(4, 3, 'relu', { stride: 2, padding: 1, outputPadding: 1, bias: false }),
      convTranspose2d(2, [3, 2]),
    ],
    [6, 5, 2],
  ),
};
