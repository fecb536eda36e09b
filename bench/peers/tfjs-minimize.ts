/** TensorFlow.js with a custom loop: operations, tidy, minimize. */
import * as tf from '@tensorflow/tfjs-core';
import type { Peer } from '../peer.ts';
import { batches, epsilon, examples, featuresOf, firstWeights, rate, type LayerWork, type ModelWork } from '../models.ts';
import { open, version } from './tfjs.ts';

interface Layer {
  kernel: tf.Variable;
  bias: tf.Variable<tf.Rank.R1>;
}

export const peer: Peer = {
  name: 'tf.js minimize',
  version,
  open,

  async model(work) {
    const layers = firstWeights(work).map(
      ({ kernel, shape, bias }): Layer => ({
        kernel: tf.tidy(() => tf.variable(tf.tensor(kernel, [...shape]))),
        bias: tf.tidy(() => tf.variable(tf.tensor1d(bias))),
      }),
    );
    const all = layers.flatMap(({ kernel, bias }) => [kernel, bias]);
    const optimizer = tf.train.adam(rate, 0.9, 0.999, epsilon);
    const size = work.batch * featuresOf(work);
    const values = examples(work);
    const data = Array.from({ length: batches }, (_, i) => tf.tensor(values.slice(i * size, (i + 1) * size), [work.batch, ...work.input]));
    return {
      async run(steps) {
        const last: tf.Scalar[] = [];
        for (let i = 0; i < steps; i++) {
          const wanted = i >= steps - batches;
          const loss = optimizer.minimize(() => lossOf(work, layers, data[i % batches]), wanted, all);
          if (loss) last.push(loss);
        }
        const values = await Promise.all(last.map((loss) => loss.data()));
        tf.dispose(last);
        return values.reduce((sum, [value]) => sum + value, 0) / values.length;
      },
      dispose() {
        optimizer.dispose();
        tf.dispose([...all, ...data]);
      },
    };
  },
};

function lossOf(work: ModelWork, weights: Layer[], x: tf.Tensor): tf.Scalar {
  let divergence: tf.Scalar | undefined;
  let next = 0;
  const through = (layers: readonly LayerWork[], x: tf.Tensor): tf.Tensor =>
    layers.reduce((y, layer) => {
      switch (layer.kind) {
        case 'pool':
          return tf.maxPool(y as tf.Tensor4D, 2, 2, 'same');
        case 'upsample':
          return tf.image.resizeNearestNeighbor(y as tf.Tensor4D, [2 * y.shape[1]!, 2 * y.shape[2]!]);
        case 'relu':
          return tf.relu(y);
        case 'residual':
          return tf.add(y, through(layer.layers, y));
        case 'norm': {
          const { kernel, bias } = weights[next++];
          const { mean, variance } = tf.moments(y, [0, 1, 2]);
          return tf.batchNorm(y, mean as tf.Tensor1D, variance as tf.Tensor1D, bias, kernel as tf.Variable<tf.Rank.R1>, 1e-5);
        }
        case 'topk': {
          const { values } = tf.topk(y, layer.k);
          return tf.mul(y, tf.cast(tf.greaterEqual(y, tf.min(values, 1, true)), 'float32'));
        }
      }
      const { kernel, bias } = weights[next++];
      const sums = layer.kind === 'conv' ? tf.conv2d(y as tf.Tensor4D, kernel as tf.Tensor4D, 1, layer.padding) : tf.matMul(y, kernel);
      const z = tf.add(sums, bias);
      if (layer.kind === 'gaussian') {
        const [mean, logvar] = tf.split(z, 2, 1);
        divergence = tf.mul<tf.Scalar>(tf.sum(tf.sub(tf.add(tf.square(mean), tf.exp(logvar)), tf.add(logvar, 1))), 0.5 / work.batch);
        return tf.add(mean, tf.mul(tf.exp(tf.mul(logvar, 0.5)), tf.randomNormal(mean.shape)));
      }
      const activation = layer === work.layers.at(-1) ? 'linear' : layer.activation;
      return activation === 'linear' ? z : activation === 'relu' ? tf.relu(z) : tf.sigmoid(z);
    }, x);
  const y = through(work.layers, x);
  // From logits, as the library itself does it.
  const entropy = tf.losses.sigmoidCrossEntropy<tf.Tensor, tf.Scalar>(x, y);
  return divergence ? tf.add(tf.mul(entropy, featuresOf(work)), divergence) : entropy;
}
