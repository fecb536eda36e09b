/** What is trained: the same for every library, down to the first weights and the order of the examples. */
import type { Activation } from '../src/index.ts';

export interface ModelWork {
  readonly kind: 'model';
  readonly name: string;
  /** in words, for tables */
  readonly title: string;
  /** numbers that each layer has, the input first; activations are relu, and sigmoid at the end, unless `activation` says otherwise */
  readonly sizes: readonly number[];
  /** the layer, counted from 1, whose numbers are the code; of a variational one, means and log-variances */
  readonly code: number;
  readonly variational: boolean;
  readonly activation: Activation & ('relu' | 'sigmoid');
  readonly linearCode: boolean;
  readonly batch: number;
}

interface Shape {
  sizes: readonly number[];
  code: number;
  variational?: boolean;
  activation?: 'relu' | 'sigmoid';
  linearCode?: boolean;
}

const simple: Shape = { sizes: [784, 32, 784], code: 1 };
const deep: Shape = { sizes: [784, 128, 64, 32, 64, 128, 784], code: 3 };
const vae: Shape = { sizes: [784, 400, 20, 400, 784], code: 2, variational: true };
const hinton: Shape = { sizes: [784, 1000, 500, 250, 30, 250, 500, 1000, 784], code: 4, activation: 'sigmoid', linearCode: true };

const work = (name: string, { sizes, code, variational = false, activation = 'relu', linearCode = variational }: Shape, batch: number): ModelWork => ({
  kind: 'model',
  name,
  title: `${sizes.join('-')}${variational ? ' variational' : ''}, batch ${batch}`,
  sizes,
  code,
  variational,
  activation,
  linearCode,
  batch,
});

export const models: readonly ModelWork[] = [
  work('simple', simple, 256),
  work('deep', deep, 256),
  work('vae', vae, 128),
  work('hinton', hinton, 256),
  work('simple-32', simple, 32),
  work('simple-1024', simple, 1024),
  work('simple-4096', simple, 4096),
];

/** Batches that every library goes through in this order, again and again: its epoch. */
export const batches = 4;
export const rate = 1e-3;
/** Adam's, in all libraries. */
export const epsilon = 1e-8;

/** Pixels between 0 and 1, most of them 0 as in handwriting; [batches · batch, 784]. */
export function examples({ sizes, batch }: ModelWork): Float32Array {
  const draw = numbers(1);
  return Float32Array.from({ length: batches * batch * sizes[0] }, () => Math.max(0, 2 * draw() - 1));
}

export interface LayerWeights {
  /** [in, out] */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly inputs: number;
  readonly outputs: number;
}

/** Of each layer in turn; a variational code is one layer of twice its size. Uniform as Glorot & Bengio 2010 have it, biases zero. */
export function firstWeights({ sizes, code, variational }: ModelWork): LayerWeights[] {
  const draw = numbers(2);
  return sizes.slice(1).map((size, i) => {
    const [inputs, outputs] = [sizes[i], variational && i + 1 === code ? 2 * size : size];
    const limit = Math.sqrt(6 / (inputs + size));
    const kernel = Float32Array.from({ length: inputs * outputs }, () => (2 * draw() - 1) * limit);
    return { kernel, bias: new Float32Array(outputs), inputs, outputs };
  });
}

/** Of layer number `i`, from 0 on. */
export function activationOf({ sizes, code, activation, linearCode }: ModelWork, i: number): 'relu' | 'sigmoid' | 'linear' {
  if (i === sizes.length - 2) return 'sigmoid';
  return i + 1 === code && linearCode ? 'linear' : activation;
}

/** Multiplications and additions of a step: forward, and back to weights and inputs, but not to the data. */
export function flops(work: ModelWork): number {
  const products = firstWeights(work).map(({ inputs, outputs }) => 2 * work.batch * inputs * outputs);
  return 3 * products.reduce((sum, n) => sum + n, 0) - products[0];
}

/** The data, 4 times the weights (themselves, their gradients, Adam's two moments) and twice what a step's layers hold. */
export function needsBytes(work: ModelWork): number {
  const layers = firstWeights(work);
  const data = batches * work.batch * work.sizes[0];
  const weights = layers.reduce((sum, { inputs, outputs }) => sum + (inputs + 1) * outputs, 0);
  const activations = work.batch * layers.reduce((sum, { outputs }) => sum + outputs, work.sizes[0]);
  return 4 * (data + 4 * weights + 2 * activations);
}

/** mulberry32: a generator of a few lines, the same in every browser. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Products of matrices, timed on their own: op(a) [m, k] times op(b) [k, n]. */
export interface MatmulWork {
  readonly kind: 'matmul';
  readonly name: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const product = (m: number, n: number, k: number, how: 'NN' | 'NT' | 'TN'): MatmulWork => ({
  kind: 'matmul',
  name: `${m} × ${n} × ${k} ${how}`,
  m,
  n,
  k,
  transposeA: how[0] === 'T',
  transposeB: how[1] === 'T',
});

export const matmuls: readonly MatmulWork[] = [
  ...[256, 512, 1024, 2048].map((n) => product(n, n, n, 'NN')),
  product(1024, 1024, 1024, 'NT'),
  product(1024, 1024, 1024, 'TN'),
  product(256, 32, 784, 'NT'),
  product(256, 784, 32, 'NT'),
  product(256, 32, 784, 'NN'),
  product(32, 784, 256, 'TN'),
  product(784, 32, 256, 'TN'),
  product(128, 400, 784, 'NT'),
  product(400, 784, 128, 'TN'),
];

/** What is done to 16 Mi numbers that lie in memory, and how many of them it reads and writes for each. */
export interface StreamWork {
  readonly kind: 'stream';
  readonly name: 'sum' | 'max' | 'relu' | 'sigmoid' | 'tanh' | 'add';
  readonly moved: number;
}

export const streamLength = 2 ** 24;
export const streams: readonly StreamWork[] = [
  { kind: 'stream', name: 'sum', moved: 1 },
  { kind: 'stream', name: 'max', moved: 1 },
  { kind: 'stream', name: 'relu', moved: 2 },
  { kind: 'stream', name: 'sigmoid', moved: 2 },
  { kind: 'stream', name: 'tanh', moved: 2 },
  { kind: 'stream', name: 'add', moved: 3 },
];

export type Work = ModelWork | MatmulWork | StreamWork;
