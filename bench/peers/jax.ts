/** jax-js as its own examples have it: a pure step, all of it inside `jit`. */
import { defaultDevice, init, jit, nn, numpy as np, random, tree, valueAndGrad } from '@jax-js/jax';
import { dependencies } from '../package.json';
import type { Kernel, Peer } from '../peer.ts';
import { activationOf, batches, epsilon, examples, firstWeights, rate, type ModelWork, type StreamWork } from '../works.ts';

type Layer = { kernel: np.Array; bias: np.Array };
type State = { layers: Layer[]; first: Layer[]; second: Layer[]; step: np.Array; key: np.Array };

const [beta1, beta2] = [0.9, 0.999];

export const peer: Peer = {
  name: 'jax-js',
  version: dependencies['@jax-js/jax'],

  async open() {
    await init('webgpu');
    defaultDevice('webgpu');
  },

  async model(work) {
    const layers = firstWeights(work).map(({ kernel, bias, inputs, outputs }): Layer => ({ kernel: np.array(kernel).reshape([inputs, outputs]), bias: np.array(bias) }));
    const zeros = (): Layer[] => layers.map(({ kernel, bias }) => ({ kernel: np.zeros(kernel.shape), bias: np.zeros(bias.shape) }));
    let state: State = { layers, first: zeros(), second: zeros(), step: np.array(0), key: random.key(0) };
    const all = examples(work);
    const size = work.batch * work.sizes[0];
    const data = Array.from({ length: batches }, (_, i) => np.array(all.slice(i * size, (i + 1) * size)).reshape([work.batch, work.sizes[0]]));
    const step = jit((now: State, x: np.Array) => train(work, now, x));
    return {
      async run(steps) {
        const last: np.Array[] = [];
        for (let i = 0; i < steps; i++) {
          const [loss, next] = step(state, data[i % batches].ref) as [np.Array, State];
          state = next;
          if (i >= steps - batches) last.push(loss);
          else loss.dispose();
        }
        const values = [];
        for (const loss of last) values.push(Number((await loss.data())[0]));
        return values.reduce((sum, value) => sum + value, 0) / batches;
      },
      dispose() {
        tree.dispose(state);
        tree.dispose(data);
      },
    };
  },

  async matmul({ m, n, k, transposeA, transposeB }, a, b) {
    const [left, right] = [np.array(a).reshape(transposeA ? [k, m] : [m, k]), np.array(b).reshape(transposeB ? [n, k] : [k, n])];
    const operation = jit((x: np.Array, y: np.Array) => np.matmul(transposeA ? x.transpose() : x, transposeB ? y.transpose() : y));
    return repeated(() => operation(left.ref, right.ref), [left, right]);
  },

  async stream({ name }, values) {
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

function repeated(operation: () => np.Array, operands: np.Array[]): Kernel {
  return {
    async run(times) {
      // Kept until they are there: what is disposed before may never have been computed.
      const results = Array.from({ length: times }, operation);
      for (const result of results) (await result.blockUntilReady()).dispose();
    },
    async read() {
      const values = await operation().ravel().data();
      return values.slice(0, 4) as Float32Array;
    },
    dispose: () => tree.dispose(operands),
  };
}

/** One step of Adam; takes the old state over. */
function train(work: ModelWork, { layers, first, second, step, key }: State, x: np.Array): [np.Array, State] {
  const [noiseKey, nextKey] = work.variational ? np.split(random.split(key), 2).map((one) => one.reshape([2])) : [key.ref, key];
  const [loss, gradients] = valueAndGrad((given: Layer[]) => lossOf(work, given, x, noiseKey))(tree.ref(layers)) as unknown as [np.Array, Layer[]];
  const t = step.add(1);
  const correction1 = np.subtract(1, np.power(beta1, t.ref));
  const correction2 = np.subtract(1, np.power(beta2, t.ref));
  const m = tree.map((old: np.Array, g: np.Array) => old.mul(beta1).add(g.mul(1 - beta1)), first, tree.ref(gradients)) as Layer[];
  const v = tree.map((old: np.Array, g: np.Array) => old.mul(beta2).add(np.square(g).mul(1 - beta2)), second, gradients) as Layer[];
  const moved = tree.map(
    (w: np.Array, m: np.Array, v: np.Array) => w.sub(m.div(correction1.ref).mul(rate).div(np.sqrt(v.div(correction2.ref)).add(epsilon))),
    layers,
    tree.ref(m),
    tree.ref(v),
  ) as Layer[];
  correction1.dispose();
  correction2.dispose();
  return [loss, { layers: moved, first: m, second: v, step: t, key: nextKey }];
}

function lossOf(work: ModelWork, layers: Layer[], x: np.Array, key: np.Array): np.Array {
  let y = x.ref;
  let divergence: np.Array | undefined;
  layers.forEach(({ kernel, bias }, i) => {
    const z = np.matmul(y, kernel).add(bias);
    if (work.variational && i + 1 === work.code) {
      const [mean, logvar] = np.split(z, 2, 1);
      const noise = random.normal(key, mean.shape);
      y = mean.ref.add(np.exp(logvar.ref.mul(0.5)).mul(noise));
      divergence = np.square(mean).add(np.exp(logvar.ref)).sub(logvar).sub(1).sum().mul(0.5 / work.batch);
      return;
    }
    const activation = i === layers.length - 1 ? 'logits' : activationOf(work, i);
    y = activation === 'relu' ? nn.relu(z) : activation === 'sigmoid' ? nn.sigmoid(z) : z;
  });
  if (!work.variational) key.dispose();
  const entropy = nn.softplus(y.ref).sub(x.mul(y));
  return divergence ? entropy.sum().mul(1 / work.batch).add(divergence) : entropy.mean();
}
