/** How many of the examples have each latent of a sparse code: a number other than 0. `codes`: row after row. */
export function usesOfLatents(codes: Float32Array, latents: number): Uint32Array {
  const uses = new Uint32Array(latents);
  codes.forEach((value, i) => (uses[i % latents] += Number(value !== 0)));
  return uses;
}

/** The latents, the most frequent first. */
export const mostUsed = (uses: Uint32Array): number[] => [...uses.keys()].sort((a, b) => uses[b] - uses[a] || a - b);

/** The rows in which a latent is largest, the largest first; none in which it is 0. */
export function strongest(codes: Float32Array, latents: number, latent: number, count: number): number[] {
  const value = (row: number) => codes[row * latents + latent];
  return Array.from({ length: codes.length / latents }, (_, row) => row)
    .filter((row) => value(row) !== 0)
    .sort((a, b) => value(b) - value(a))
    .slice(0, count);
}
