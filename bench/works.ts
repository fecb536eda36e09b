/** The works that are timed, the same for every library: models, products of matrices, and streams of numbers. */
import type { ModelWork } from './models.ts';

/** A product of matrices that is timed on its own: op(a) [m, k] times op(b) [k, n]. */
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

/** An operation on 16 Mi numbers in memory, with the count of numbers that it reads and writes for each. */
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
