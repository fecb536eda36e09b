import { conv2d, dense, flatten, maxPool2d, type JigsawSpec } from '../../src/index.ts';

export const spec = (changes: Partial<JigsawSpec> = {}): JigsawSpec => ({
  input: [12, 12, 1],
  tiles: 2,
  permutations: 24,
  encoder: [conv2d(6, 3, 'relu', { padding: 'same' }), maxPool2d(2), flatten(), dense(16, 'relu')],
  head: [dense(32, 'relu')],
  ...changes,
});
