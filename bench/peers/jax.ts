/** jax-js as in its own examples: a pure step inside `jit`. Its peers, one for each back-end, share this code. */
import { defaultDevice, init, jit, lax, nn, numpy as np, random, tree, valueAndGrad, type Device } from '@jax-js/jax';
import { dependencies } from '../package.json';
import type { Kernel, Peer } from '../peer.ts';
import { batches, epsilon, examples, featuresOf, firstWeights, isVariational, rate, type LayerWeights, type LayerWork, type ModelWork } from '../models.ts';

export type Layer = { kernel: np.Array; bias: np.Array };
/** The layers with Adam's moments of each. */
export type Moving = { layers: Layer[]; first: Layer[]; second: Layer[]; step: np.Array };
type State = Moving & { key: np.Array };

const [beta1, beta2] = [0.9, 0.999];

export const version = dependencies['@jax-js/jax'];

export async function open(device: Device): Promise<void> {
  const available = await init(device);
  if (!available.includes(device)) throw new Error(`this browser has no ${device} for jax-js`);
  defaultDevice(device);
}

/** Returns the training on one of the back-ends. */
export const modelOn = (device: Device): NonNullable<Peer['model']> =>
  async (work) => {
    defaultDevice(device);
    const layers = firstWeights(work).map((first): Layer => ({ kernel: kernelOf(first), bias: np.array(first.bias) }));
    let state: State = { ...unmoved(layers), key: random.key(0) };
    const all = examples(work);
    const size = work.batch * featuresOf(work);
    // Channels first, which is the same order for one channel.
    const shape = work.input.length === 1 ? [work.batch, work.input[0]] : [work.batch, work.input[2], work.input[0], work.input[1]];
    const data = Array.from({ length: batches }, (_, i) => np.array(all.slice(i * size, (i + 1) * size)).reshape(shape));
    const step = jit((now: State, x: np.Array) => train(work, now, x));
    return {
      async run(steps) {
        // Another back-end may have been the default since.
        defaultDevice(device);
        const last: np.Array[] = [];
        for (let i = 0; i < steps; i++) {
          const [loss, next] = step(state, data[i % batches].ref) as [np.Array, State];
          state = next;
          if (i >= steps - batches) last.push(loss);
          else loss.dispose();
        }
        const values = [];
        for (const loss of last) values.push(Number((await loss.data())[0]));
        return values.reduce((sum, value) => sum + value, 0) / values.length;
      },
      dispose() {
        tree.dispose(state);
        tree.dispose(data);
      },
    };
  };

export function repeated(operation: () => np.Array, operands: np.Array[]): Kernel {
  return {
    async run(times) {
      // Results are kept until they are computed, since a result that is disposed earlier may never be computed.
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

/** Takes one step, and disposes the old state. */
function train(work: ModelWork, { key, ...moving }: State, x: np.Array): [np.Array, State] {
  const [noiseKey, nextKey] = isVariational(work) ? np.split(random.split(key), 2).map((one) => one.reshape([2])) : [key.ref, key];
  const [loss, moved] = adamStep((given) => lossOf(work, given, x, noiseKey), moving);
  return [loss, { ...moved, key: nextKey }];
}

/** Returns layers before their first step; the caller must not use them any longer. */
export function unmoved(layers: Layer[]): Moving {
  const zeros = (): Layer[] => layers.map(({ kernel, bias }) => ({ kernel: np.zeros(kernel.shape), bias: np.zeros(bias.shape) }));
  return { layers, first: zeros(), second: zeros(), step: np.array(0) };
}

/** Takes one step of Adam, and disposes the old state. */
export function adamStep(lossOf: (given: Layer[]) => np.Array, { layers, first, second, step }: Moving): [np.Array, Moving] {
  const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(layers)) as unknown as [np.Array, Layer[]];
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
  return [loss, { layers: moved, first: m, second: v, step: t }];
}

/**
 * Returns a kernel in the layout of jax-js: [height, width, channels, filters] becomes [filters, channels, height,
 * width], other shapes are the same.
 */
function kernelOf({ kernel, shape }: LayerWeights): np.Array {
  const given = np.array(kernel).reshape([...shape]);
  // Adding 0 makes the stored values have the new order.
  return shape.length < 4 ? given : given.transpose([3, 2, 0, 1]).add(0);
}

function lossOf(work: ModelWork, weights: Layer[], x: np.Array, key: np.Array): np.Array {
  let divergence: np.Array | undefined;
  let next = 0;
  const through = (layers: readonly LayerWork[], x: np.Array): np.Array =>
    layers.reduce((y, layer) => {
      switch (layer.kind) {
        case 'pool':
          return pooled(y);
        case 'upsample':
          return np.repeat(np.repeat(y, 2, 2), 2, 3);
        case 'relu':
          return nn.relu(y);
        case 'residual':
          return y.ref.add(through(layer.layers, y));
        case 'norm':
          return normalized(weights[next++], y);
        case 'topk':
          return largest(y, layer.k);
        case 'gaussian': {
          const [mean, logvar] = np.split(linear(layer, weights[next++], y), 2, 1);
          const noise = random.normal(key, mean.shape);
          const code = mean.ref.add(np.exp(logvar.ref.mul(0.5)).mul(noise));
          divergence = np.square(mean).add(np.exp(logvar.ref)).sub(logvar).sub(1).sum().mul(0.5 / work.batch);
          return code;
        }
      }
      const z = linear(layer, weights[next++], y);
      const activation = layer === work.layers.at(-1) ? 'logits' : layer.activation;
      return activation === 'relu' ? nn.relu(z) : activation === 'sigmoid' ? nn.sigmoid(z) : z;
    }, x);
  const y = through(work.layers, x.ref);
  if (!divergence) key.dispose();
  const entropy = nn.softplus(y.ref).sub(x.mul(y));
  return divergence ? entropy.sum().mul(1 / work.batch).add(divergence) : entropy.mean();
}

/** Normalises each channel over examples and pixels. */
function normalized({ kernel, bias }: Layer, x: np.Array): np.Array {
  const ofChannels = [-1, 1, 1];
  const places = { axis: [0, 2, 3], keepdims: true };
  const centred = x.ref.sub(np.mean(x, places.axis, places));
  const deviation = np.sqrt(np.mean(np.square(centred.ref), places.axis, places).add(1e-5));
  return centred.div(deviation).mul(kernel.reshape(ofChannels)).add(bias.reshape(ofChannels));
}

/** Keeps the numbers that are at least as large as the k-th largest of their row; none of the inputs is negative. */
function largest(y: np.Array, k: number): np.Array {
  const [values, places] = lax.topK(lax.stopGradient(y.ref), k);
  places.dispose();
  return np.where(y.ref.greaterEqual(np.min(values, 1, { keepdims: true })), y, 0);
}

function linear(layer: LayerWork, { kernel, bias }: Layer, x: np.Array): np.Array {
  if (layer.kind !== 'conv') return np.matmul(x, kernel).add(bias);
  return lax.convGeneralDilated(x, kernel, [1, 1], layer.padding === 'same' ? 'SAME' : 'VALID').add(bias.reshape([layer.filters, 1, 1]));
}

/** Outputs of a relu are at least 0, so the zeros that pad an odd side do not change the maximum. */
function pooled(x: np.Array): np.Array {
  const [batch, channels, height, width] = x.shape;
  const [down, across] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const even = height % 2 || width % 2 ? np.pad(x, [[0, 0], [0, 0], [0, 2 * down - height], [0, 2 * across - width]]) : x;
  return even.reshape([batch, channels, down, 2, across, 2]).max([3, 5]);
}
