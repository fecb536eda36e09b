/** TensorFlow.js with a loop of one's own: operations, tidy, minimize. */
import * as tf from '@tensorflow/tfjs-core';
import type { Peer } from '../peer.ts';
import { batches, epsilon, examples, firstWeights, rate, type ModelWork } from '../works.ts';
import { activate, open, version } from './tfjs.ts';

interface Layer {
  kernel: tf.Variable<tf.Rank.R2>;
  bias: tf.Variable<tf.Rank.R1>;
}

export const peer: Peer = {
  name: 'tf.js minimize',
  version,
  open,

  async model(work) {
    const layers = firstWeights(work).map(
      ({ kernel, bias, inputs, outputs }): Layer => ({
        kernel: tf.tidy(() => tf.variable(tf.tensor2d(kernel, [inputs, outputs]))),
        bias: tf.tidy(() => tf.variable(tf.tensor1d(bias))),
      }),
    );
    const all = layers.flatMap(({ kernel, bias }) => [kernel, bias]);
    const optimizer = tf.train.adam(rate, 0.9, 0.999, epsilon);
    const data = Array.from({ length: batches }, (_, i) => tf.tidy(() => tf.slice2d(tf.tensor2d(examples(work), [batches * work.batch, work.sizes[0]]), [i * work.batch, 0], [work.batch, -1])));
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
        return values.reduce((sum, [value]) => sum + value, 0) / batches;
      },
      dispose() {
        optimizer.dispose();
        tf.dispose([...all, ...data]);
      },
    };
  },
};

function lossOf(work: ModelWork, layers: Layer[], x: tf.Tensor2D): tf.Scalar {
  const last = layers.length - 1;
  let y = x;
  let divergence: tf.Scalar | undefined;
  layers.forEach(({ kernel, bias }, i) => {
    const z = tf.add<tf.Tensor2D>(tf.matMul(y, kernel), bias);
    if (work.variational && i + 1 === work.code) {
      const [mean, logvar] = tf.split<tf.Tensor2D>(z, 2, 1);
      y = tf.add(mean, tf.mul(tf.exp(tf.mul(logvar, 0.5)), tf.randomNormal(mean.shape)));
      divergence = tf.mul<tf.Scalar>(tf.sum(tf.sub(tf.add(tf.square(mean), tf.exp(logvar)), tf.add(logvar, 1))), 0.5 / work.batch);
    } else y = i === last ? z : activate(work, i, z);
  });
  // From logits, as the library itself does it.
  const entropy = tf.losses.sigmoidCrossEntropy<tf.Tensor2D, tf.Scalar>(x, y);
  return divergence ? tf.add(tf.mul(entropy, work.sizes[0]), divergence) : entropy;
}
