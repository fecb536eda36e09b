import { philox, streams } from '../../src/runtime/random.ts';

/** The order in which an epoch takes its examples: the host's twin of `shaders/shuffle.ts`, equal to it index by index. */
export function shuffledOrder(examples: number, epoch: number, seed: number): Uint32Array {
  const keys = [0, 1].flatMap((half) => philox([epoch, half, 0, 0], [seed >>> 0, streams.shuffle]));
  let halfBits = 2;
  while (4 ** halfBits < examples) halfBits++;
  const mask = 2 ** halfBits - 1;

  const feistel = (value: number): number => {
    let [left, right] = [value >>> halfBits, value & mask];
    for (const key of keys) [left, right] = [right, left ^ (mix(right ^ key) & mask)];
    return (left << halfBits) | right;
  };
  return Uint32Array.from({ length: examples }, (_, i) => {
    let at = feistel(i);
    while (at >= examples) at = feistel(at);
    return at;
  });
}

/** MurmurHash3's finalizer. */
function mix(word: number): number {
  let w = word;
  w = Math.imul(w ^ (w >>> 16), 0x85ebca6b);
  w = Math.imul(w ^ (w >>> 13), 0xc2b2ae35);
  return w ^ (w >>> 16);
}
