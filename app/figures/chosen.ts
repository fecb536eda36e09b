import type { TestSet } from '../data.ts';

/** The first images of each class, chosen by label and not by looks: one of every class in their order, then the second of every class … */
export function firstOfEachClass({ pixels, count, labels }: TestSet, each: number): Uint8Array {
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  const indices = classes.map((label) => [...labels.keys()].filter((i) => labels[i] === label));
  const chosen = Array.from({ length: each }, (_, n) => indices.flatMap((ofClass) => ofClass.slice(n, n + 1))).flat();
  const size = pixels.length / count;
  const bytes = new Uint8Array(chosen.length * size);
  chosen.forEach((index, i) => bytes.set(pixels.subarray(index * size, (index + 1) * size), i * size));
  return bytes;
}

/** What `firstOfEachClass` chooses, in words. */
export const firstImages = (each: 1 | 2): string =>
  `The first ${each === 1 ? 'test image' : 'two test images'} of each class`;

/** Bytes as the model sees them. */
export function asValues(bytes: Uint8Array): Float32Array {
  return Float32Array.from(bytes, (byte) => byte / 255);
}
