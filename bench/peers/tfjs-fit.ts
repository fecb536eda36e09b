/** TensorFlow.js as most people use it: layers, compile, fit. */
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import type { Peer } from '../peer.ts';
import { activationOf, batches, epsilon, examples, firstWeights, rate } from '../works.ts';
import { kernels, open, version } from './tfjs.ts';

export const peer: Peer = {
  name: 'tf.js fit',
  version,
  open,

  model(work) {
    // A Gaussian code needs a layer and a loss of one's own: then one writes the loop too.
    if (work.variational) return undefined;
    const model = sequential();
    work.sizes.slice(1).forEach((units, i) => model.add(layers.dense({ units, inputShape: [work.sizes[i]], activation: activationOf(work, i) })));
    model.compile({ optimizer: tf.train.adam(rate, 0.9, 0.999, epsilon), loss: 'binaryCrossentropy' });
    const first = firstWeights(work).flatMap(({ kernel, bias, inputs, outputs }) => [tf.tensor2d(kernel, [inputs, outputs]), tf.tensor1d(bias)]);
    model.setWeights(first);
    tf.dispose(first);
    const data = tf.tensor2d(examples(work), [batches * work.batch, work.sizes[0]]);
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
