import { roomFor } from '../../runtime/tensor.ts';

/** Returns `steps` codes on the straight line between two codes, both ends included, in one array. */
export function linearPath(from: Float32Array, to: Float32Array, steps: number): Float32Array {
  return path(from, to, steps, (t) => [1 - t, t]);
}

/**
 * Returns `steps` codes on the great circle through the directions of two codes (Shoemake 1985), with the factors
 * sin((1 − t)Ω)/sin Ω and sin(tΩ)/sin Ω for the angle Ω between them. Codes between samples of N(0, I) then keep the
 * typical length, while those on a straight line would be shorter. If the angle is 0 or π, the path is the straight
 * line.
 */
export function sphericalPath(from: Float32Array, to: Float32Array, steps: number): Float32Array {
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((total, value, i) => total + value * b[i], 0);
  const angle = Math.acos(Math.min(1, Math.max(-1, dot(from, to) / Math.sqrt(dot(from, from) * dot(to, to)))));
  if (!(Math.sin(angle) > 1e-6)) return linearPath(from, to, steps);
  return path(from, to, steps, (t) => [
    Math.sin((1 - t) * angle) / Math.sin(angle),
    Math.sin(t * angle) / Math.sin(angle),
  ]);
}

function path(
  from: Float32Array,
  to: Float32Array,
  steps: number,
  weights: (t: number) => [number, number],
): Float32Array {
  const codes = roomFor('interpolate', steps * from.length);
  for (let step = 0; step < steps; step++) {
    const [p, q] = weights(step / (steps - 1));
    from.forEach((value, i) => (codes[step * from.length + i] = p * value + q * to[i]));
  }
  return codes;
}
