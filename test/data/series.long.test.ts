import { describe, it } from 'vitest';
import {
  autoencoder,
  conv1d,
  dense,
  maskNoise,
  minMax,
  standardize,
  type Autoencoder,
  type Gpu,
} from '../../src/index.ts';
import { expectNoLossAtBlanks, expectWindows, type Lie } from '../support/series.ts';

const lies: Lie[] = [
  { length: 5 },
  { length: 8, stride: 4 },
  { length: 65, stride: 64, channels: 2 },
  { length: 33, stride: 33 },
];

describe.each(lies)('windows of %o', (lie) => {
  it('equal windows cut beforehand, bit for bit, also in views, and use the memory of one copy', () =>
    expectWindows(lie));
});

describe('a series with blanks', () => {
  const encoder = () => [dense(6, 'tanh')];
  const members: [string, (gpu: Gpu) => Promise<Autoencoder>][] = [
    ['convolutions that keep the length', (gpu) => autoencoder(gpu, { input: [8, 2], seed: 1, encoder: [conv1d(3, 3, 'tanh', { padding: 'same' })], decoder: [conv1d(2, 3, 'linear', { padding: 'same' })], loss: 'mse' })],
    ['standardize', (gpu) => autoencoder(gpu, { input: 16, seed: 1, encoder: encoder(), decoder: [dense(16)], loss: 'mse', normalize: standardize(), corrupt: maskNoise(0.2) })],
    ['bce', (gpu) => autoencoder(gpu, { input: 16, seed: 1, encoder: encoder(), decoder: [dense(16, 'sigmoid')], loss: 'bce', normalize: minMax() })],
  ]; // prettier-ignore

  it.each(members)('has no loss at blanks: %s', (_, make) => expectNoLossAtBlanks(make));
});
