/**
 * The purposes of random numbers. Each draws from its own stream, so that another draw for one purpose changes nothing
 * for the others.
 */
export const streams = {
  weights: 1,
  shuffle: 2,
  split: 3,
  noise: 4,
  samples: 5,
  stages: 6,
  permutations: 7,
  mixture: 8,
  components: 9,
  likelihood: 10,
} as const;

/**
 * Philox 4x32-10 (Salmon et al. 2011): four words from a counter and a key. The device computes the same, bit for bit.
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  const words = Uint32Array.from(counter);
  mix(words, ...key);
  return [words[0], words[1], words[2], words[3]];
}

const [factorA, factorC] = [0xd2511f53, 0xcd9e8d57];

/**
 * Computes Philox of the counter in `words`, in place. The rounds use no arrays and objects: a layer may have millions
 * of weights to draw.
 */
function mix(words: Uint32Array, k: number, l: number): void {
  let a = words[0];
  let b = words[1];
  let c = words[2];
  let d = words[3];
  for (let round = 0; round < 10; round++) {
    const high = highWord(a, factorA);
    const low = Math.imul(a, factorA);
    a = highWord(c, factorC) ^ b ^ k;
    b = Math.imul(c, factorC);
    c = high ^ d ^ l;
    d = low;
    k = (k + 0x9e3779b9) | 0;
    l = (l + 0xbb67ae85) | 0;
  }
  words[0] = a;
  words[1] = b;
  words[2] = c;
  words[3] = d;
}

/** The upper half of a 64-bit product of two 32-bit words. */
function highWord(a: number, b: number): number {
  const middle = (a >>> 16) * (b & 0xffff) + (((a & 0xffff) * (b & 0xffff)) >>> 16);
  const other = (a & 0xffff) * (b >>> 16) + (middle & 0xffff);
  return (a >>> 16) * (b >>> 16) + (middle >>> 16) + (other >>> 16);
}

/** `count` draws uniform in [0, 1), of 24 bits each, from (seed, stream, which). Each tensor has its own `which`. */
export function uniforms(count: number, seed: number, stream: number, which = 0): Float32Array {
  const draws = new Float32Array(count);
  const words = new Uint32Array(4);
  for (let i = 0; i < count; i += 4) {
    words[0] = i / 4;
    words[1] = which;
    words[2] = 0;
    words[3] = 0;
    mix(words, seed >>> 0, stream);
    for (let j = 0; j < 4 && i + j < count; j++) draws[i + j] = (words[j] >>> 8) / 2 ** 24;
  }
  return draws;
}

/** `count` draws of mean 0 and deviation 1 (Box & Muller 1958), from (seed, stream, which). */
export function normals(count: number, seed: number, stream: number, which = 0): Float32Array {
  const draws = uniforms(2 * Math.ceil(count / 2), seed, stream, which);
  return Float32Array.from({ length: count }, (_, i) => {
    const [u, v] = [draws[i & ~1], draws[i | 1]];
    // Half a step larger, because ln 0 is not finite.
    const radius = Math.sqrt(-2 * Math.log(u + 2 ** -25));
    return radius * (i % 2 ? Math.sin(2 * Math.PI * v) : Math.cos(2 * Math.PI * v));
  });
}

/** The numbers from 0 to n − 1 in random order (Fisher and Yates). */
export function permutation(n: number, seed: number, stream: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    // 2³² need not be a multiple of i + 1, but it is large enough that the bias stays below 2⁻⁸ for any data set on a
    // device.
    const j = philox([i, 0, 0, 0], [seed >>> 0, stream])[0] % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
