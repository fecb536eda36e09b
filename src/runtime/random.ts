/** What random numbers are for. Each purpose draws from a stream of its own, so that one more draw here moves nothing there. */
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

/** Philox 4x32-10 (Salmon et al. 2011): four words from a counter and a key. The device has the same one, bit for bit. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [a, b, c, d] = counter;
  let [k, l] = key;
  for (let round = 0; round < 10; round++) {
    const [pHigh, pLow] = multiplyWide(0xd2511f53, a);
    const [qHigh, qLow] = multiplyWide(0xcd9e8d57, c);
    [a, b, c, d] = [(qHigh ^ b ^ k) >>> 0, qLow, (pHigh ^ d ^ l) >>> 0, pLow];
    k = (k + 0x9e3779b9) >>> 0;
    l = (l + 0xbb67ae85) >>> 0;
  }
  return [a >>> 0, b >>> 0, c >>> 0, d >>> 0];
}

/** High and low word of a 64-bit product. */
function multiplyWide(a: number, b: number): [number, number] {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return [aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(other / 65536), Math.imul(a, b) >>> 0];
}

/** `count` draws uniform in [0, 1), of 24 bits each, from (seed, stream, which): a which of its own for each tensor. */
export function uniforms(count: number, seed: number, stream: number, which = 0): Float32Array {
  const draws = new Float32Array(count);
  for (let i = 0; i < count; i += 4) {
    const words = philox([i / 4, which, 0, 0], [seed >>> 0, stream]);
    for (let j = 0; j < 4 && i + j < count; j++) draws[i + j] = (words[j] >>> 8) / 2 ** 24;
  }
  return draws;
}

/** `count` draws of mean 0 and deviation 1 (Box & Muller 1958), from (seed, stream, which). */
export function normals(count: number, seed: number, stream: number, which = 0): Float32Array {
  const draws = uniforms(2 * Math.ceil(count / 2), seed, stream, which);
  return Float32Array.from({ length: count }, (_, i) => {
    const [u, v] = [draws[i & ~1], draws[i | 1]];
    // Half a step up: the logarithm of 0 is none.
    const radius = Math.sqrt(-2 * Math.log(u + 2 ** -25));
    return radius * (i % 2 ? Math.sin(2 * Math.PI * v) : Math.cos(2 * Math.PI * v));
  });
}

/** The numbers from 0 to n − 1 in random order (Fisher and Yates). */
export function permutation(n: number, seed: number, stream: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    // 2³² is not a multiple of i + 1, but so much larger that the bias stays below 2⁻⁸ for any data set that fits a device.
    const j = philox([i, 0, 0, 0], [seed >>> 0, stream])[0] % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
