import type { Autoencoder } from '../../src/index.ts';

/** How often each of so many entries is taken; `taken`: the entry of each place. */
export function usesOf(taken: Uint32Array, entries: number): Uint32Array {
  const uses = new Uint32Array(entries);
  for (const entry of taken) uses[entry]++;
  return uses;
}

/** What a model makes of each of these entries where all places have it, one after the other. `places`: the sides of an example's grid of entries. */
export async function picturesOf(
  model: Autoencoder,
  entries: ArrayLike<number>,
  places: readonly number[],
  options: Parameters<Autoencoder['decode']>[1] = {},
): Promise<Float32Array> {
  const each = places.reduce((product, side) => product * side, 1);
  const data = Uint32Array.from({ length: entries.length * each }, (_, i) => entries[Math.floor(i / each)]);
  return (await model.decode({ data, shape: [entries.length, ...places] }, options)).data;
}
