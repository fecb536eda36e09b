import { conv2d, dense, flatten, maxPool2d, type JigsawSpec } from '../../src/index.ts';
import { Draw } from './random.ts';

export const spec = (changes: Partial<JigsawSpec> = {}): JigsawSpec => ({
  input: [12, 12, 1],
  tiles: 2,
  permutations: 24,
  encoder: [conv2d(6, 3, 'relu', { padding: 'same' }), maxPool2d(2), flatten(), dense(16, 'relu')],
  head: [dense(32, 'relu')],
  ...changes,
});

/** Pictures of which each quarter has stripes of its own, under noise; or of noise alone. */
export function pictures(count: number, seed: number, striped: boolean): Float32Array {
  const noise = new Draw(seed).floats(count * 144, 0, 1);
  return noise.map((value, i) => {
    const [x, y] = [i % 12, Math.floor(i / 12) % 12];
    const quarter = Math.floor(y / 6) * 2 + Math.floor(x / 6);
    const bright = [x, y, x + y, x - y + 12][quarter] % 3 === 0;
    return striped ? 0.3 * value + (bright ? 0.7 : 0) : value;
  });
}
