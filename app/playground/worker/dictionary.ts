import type { Matrix } from '../../../src/index.ts';
import { mostUsed, strongest, usesOfLatents } from '../../analysis/dictionary.ts';
import type { Ask, DictionaryLook } from '../protocol.ts';
import { rowsOf, type Collection } from './examples.ts';

type Decode = (codes: Float32Array) => Promise<Float32Array>;

/** The number of examples shown with each latent. */
const shown = 6;

/**
 * Returns some latents of a sparse code, ordered by the number of examples in which they are active, with the examples
 * in which they are largest.
 */
export async function dictionaryOf(
  decode: Decode,
  { data: codes, shape: [examples, latents] }: Matrix,
  collection: Collection,
  { from, count }: Ask<'dictionary'>,
): Promise<DictionaryLook> {
  const uses = usesOfLatents(codes, latents);
  const page = mostUsed(uses).slice(from, from + count);
  const directions = await directionsOf(decode, latents, page);
  return {
    latents,
    examples,
    dead: uses.filter((count) => !count).length,
    page: page.map((latent, i) => {
      const rows = strongest(codes, latents, latent, shown);
      return {
        latent,
        uses: uses[latent],
        direction: directions[i],
        rows,
        activations: rows.map((row) => codes[row * latents + latent]),
        values: rowsOf(collection, rows),
      };
    }),
  };
}

/**
 * Returns the change of the output if a latent is 1 instead of 0; for a decoder of one layer, a column of its weight.
 */
async function directionsOf(decode: Decode, latents: number, wanted: number[]): Promise<Float32Array[]> {
  const codes = new Float32Array((wanted.length + 1) * latents);
  wanted.forEach((latent, i) => (codes[(i + 1) * latents + latent] = 1));
  const data = await decode(codes);
  const features = data.length / (wanted.length + 1);
  return wanted.map((_, i) =>
    data.slice((i + 1) * features, (i + 2) * features).map((value, feature) => value - data[feature]),
  );
}
