import { defaultDevice, jit, nn, numpy as np } from '@jax-js/jax';
import type { Peer } from '../peer.ts';
import type { StreamWork } from '../works.ts';
import { modelOn, open, repeated, version } from './jax.ts';

export const peer: Peer = {
  name: 'jax-js',
  version,
  open: () => open('webgpu'),
  model: modelOn('webgpu'),

  async matmul({ m, n, k, transposeA, transposeB }, a, b) {
    defaultDevice('webgpu');
    const [left, right] = [np.array(a).reshape(transposeA ? [k, m] : [m, k]), np.array(b).reshape(transposeB ? [n, k] : [k, n])];
    const operation = jit((x: np.Array, y: np.Array) => np.matmul(transposeA ? x.transpose() : x, transposeB ? y.transpose() : y));
    return repeated(() => operation(left.ref, right.ref), [left, right]);
  },

  async stream({ name }, values) {
    defaultDevice('webgpu');
    const x = np.array(values);
    const operations: Record<StreamWork['name'], (x: np.Array) => np.Array> = {
      sum: (x) => np.sum(x),
      max: (x) => np.max(x),
      relu: (x) => nn.relu(x),
      sigmoid: (x) => nn.sigmoid(x),
      tanh: (x) => np.tanh(x),
      add: (x) => x.ref.add(x),
    };
    const operation = jit(operations[name]);
    return repeated(() => operation(x.ref), [x]);
  },
};

