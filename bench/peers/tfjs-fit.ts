/** TensorFlow.js as most people use it: layers, compile, fit. */
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { Peer } from '../peer.ts';
import { batches, epsilon, examples, firstWeights, isVariational, rate, type LayerWork } from '../models.ts';
import { kernels, open, version } from './tfjs.ts';

export const peer: Peer = {
  name: 'tf.js fit',
  version,
  open,

  model(work) {
    // A Gaussian code needs a custom layer and loss, for which users write the loop, too. Sparse codes and residual
    // blocks need custom layers as well.
    if (isVariational(work) || work.layers.some(({ kind }) => kind === 'topk' || kind === 'residual')) return undefined;
    const model = sequential();
    work.layers.forEach((layer, i) => model.add(layerOf(layer, i ? undefined : [...work.input])));
    model.compile({ optimizer: tf.train.adam(rate, 0.9, 0.999, epsilon), loss: 'binaryCrossentropy' });
    const first = firstWeights(work).flatMap(({ kernel, shape, bias }) => [tf.tensor(kernel, [...shape]), tf.tensor1d(bias)]);
    model.setWeights(first);
    tf.dispose(first);
    const data = tf.tensor(examples(work), [batches * work.batch, ...work.input]);
    return Promise.resolve({
      async run(steps) {
        const { history } = await model.fit(data, data, { epochs: steps / batches, batchSize: work.batch, shuffle: false, verbose: 0, yieldEvery: 'never' });
        return history.loss.at(-1) as number;
      },
      dispose() {
        model.dispose();
        data.dispose();
      },
    });
  },

  ...kernels,
};

function layerOf(layer: LayerWork, inputShape?: number[]) {
  switch (layer.kind) {
    case 'dense':
      return layers.dense({ units: layer.units, inputShape, activation: layer.activation });
    case 'conv':
      return layers.conv2d({ filters: layer.filters, kernelSize: layer.kernel, padding: layer.padding, inputShape, activation: layer.activation });
    case 'pool':
      return layers.maxPooling2d({ poolSize: 2, padding: 'same' });
    case 'upsample':
      return layers.upSampling2d({});
    default:
      throw new Error(`a sequential model cannot have the layer '${layer.kind}'`);
  }
}
