/** The parts that both ways of training with TensorFlow.js share. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { setWebGPU } from './webgpu.ts';
import type { Kernel, Peer } from '../peer.ts';
import type { StreamWork } from '../works.ts';

export const version = tf.version_core;

export async function open(): Promise<void> {
  await setWebGPU();
  await tf.setBackend('webgpu');
  await tf.ready();
}

/** Products and streams, which do not depend on the way of training. */
export const kernels: Pick<Peer, 'matmul' | 'stream'> = {
  async matmul({ m, n, k, transposeA, transposeB }, a, b) {
    const [left, right] = [tf.tensor2d(a, transposeA ? [k, m] : [m, k]), tf.tensor2d(b, transposeB ? [n, k] : [k, n])];
    return repeated(() => tf.matMul(left, right, transposeA, transposeB), [left, right]);
  },

  async stream({ name }, values) {
    const x = tf.tensor1d(values);
    const operations: Record<StreamWork['name'], () => tf.Tensor> = {
      sum: () => tf.sum(x),
      max: () => tf.max(x),
      relu: () => tf.relu(x),
      sigmoid: () => tf.sigmoid(x),
      tanh: () => tf.tanh(x),
      add: () => tf.add(x, x),
    };
    return repeated(operations[name], [x]);
  },
};

function repeated(operation: () => tf.Tensor, operands: tf.Tensor[]): Kernel {
  // Reading one value of the last result waits until the device is done.
  const finish = async (y: tf.Tensor) => {
    const first = tf.slice(tf.reshape(y, [-1]), 0, Math.min(4, y.size));
    const values = await first.data();
    tf.dispose([y, first]);
    return values;
  };
  return {
    async run(times) {
      for (let i = 1; i < times; i++) operation().dispose();
      await finish(operation());
    },
    read: () => finish(operation()),
    dispose: () => tf.dispose(operands),
  };
}
