import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  columns,
  pca,
  pcaCodes,
  pcaErrors,
  pcaErrorsByImage,
  pcaReconstructions,
  principalAngles,
} from '../../app/analysis/pca.ts';
import { findData } from '../../scripts/start/data.mjs';

describe('MNIST', () => {
  const files = findData(undefined);
  const pixels = (file: string) => new Uint8Array(readFileSync(file)).subarray(16);
  const train = pixels(files['train-images']);

  it('has the known reconstruction errors of its principal components', () => {
    const found = pca(train, 784);
    const [trainErrors, testErrors] = [
      pcaErrors(found, train, 128),
      pcaErrors(found, pixels(files['test-images']), 128),
    ];
    const sizes = [2, 8, 10, 16, 20, 30, 32, 64, 128];
    expect(sizes.map((k) => trainErrors[k].toFixed(6).slice(1))).toEqual([
      '.055953',
      '.037865',
      '.034423',
      '.027293',
      '.023970',
      '.018121',
      '.017243',
      '.009284',
      '.004272',
    ]);
    expect(sizes.map((k) => testErrors[k].toFixed(6).slice(1))).toEqual([
      '.055669',
      '.037441',
      '.034074',
      '.026860',
      '.023538',
      '.017687',
      '.016828',
      '.009047',
      '.004205',
    ]);
    expect(testErrors[0]).toBeCloseTo(0.0675, 4); // nothing but the mean image
    const left = (k: number) => found.variances.slice(k).reduce((sum, variance) => sum + variance, 0) / 784;
    for (const k of sizes) expect(trainErrors[k]).toBeCloseTo(left(k), 10);
    const test = pixels(files['test-images']);
    const byImage = pcaErrorsByImage(found, test, pcaCodes(found, test, 32));
    expect(byImage.length).toBe(10_000);
    expect(byImage.reduce((sum, error) => sum + error, 0) / test.length).toBeCloseTo(testErrors[32], 6);
    const few = test.subarray(0, 10 * 784);
    const rebuilt = pcaReconstructions(found, pcaCodes(found, few, 32));
    for (let image = 0; image < 10; image++) {
      const error = rebuilt
        .subarray(image * 784, (image + 1) * 784)
        .reduce((sum, value, i) => sum + (value - few[image * 784 + i] / 255) ** 2, 0);
      expect(error).toBeCloseTo(byImage[image], 4);
    }
  });
});

describe('principal angles', () => {
  const radians = Math.PI / 180;

  it('are right for planes that share a line', () => {
    const tilted = [0, Math.cos(30 * radians), Math.sin(30 * radians)];
    const [shared, tilt] = principalAngles([[1, 0, 0], [0, 1, 0]], [tilted, [1, 0, 0]]); // prettier-ignore
    expect(shared).toBeCloseTo(0, 5);
    expect(tilt).toBeCloseTo(30, 10);
  });

  it('do not depend on the basis of a subspace', () => {
    const plane = [[1, 2, 3, 4], [0, 1, 0, -1]]; // prettier-ignore
    const same = [[2, 5, 6, 7], [-1, 1, -3, -7]]; // prettier-ignore
    for (const angle of principalAngles(plane, same)) expect(angle).toBeCloseTo(0, 5);
  });

  it('are right angles between orthogonal subspaces', () => {
    for (const angle of principalAngles([[1, 0, 0, 0], [0, 1, 0, 0]], [[0, 0, 5, 1], [0, 0, 1, 1]])) expect(angle).toBeCloseTo(90, 10); // prettier-ignore
  });
});

it('columns of a weight', () => {
  expect(columns({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] })).toEqual([
    Float64Array.of(1, 3, 5),
    Float64Array.of(2, 4, 6),
  ]);
});
