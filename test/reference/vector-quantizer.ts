/** Vectors and the nearest entries of a codebook, in float64 and plain loops. */
type Numbers = ArrayLike<number>;

/** Below this part of an even share an entry is dead, and with this one it starts anew. */
const [dead, anew] = [0.01, 0.1];

/** Which of the entries is nearest to each of the vectors, of equals the lowest. */
export function nearest(z: Numbers, codebook: Numbers, columns: number): number[] {
  return Array.from({ length: z.length / columns }, (_, n) => {
    let best = 0;
    let least = Infinity;
    for (let k = 0; k < codebook.length / columns; k++) {
      let distance = 0;
      for (let c = 0; c < columns; c++) distance += (z[n * columns + c] - codebook[k * columns + c]) ** 2;
      if (distance < least) [best, least] = [k, distance];
    }
    return best;
  });
}

/** The entries with these numbers, one behind the other. */
export const entriesAt = (codebook: Numbers, at: readonly number[], columns: number): number[] =>
  at.flatMap((k) => Array.from({ length: columns }, (_, c) => codebook[k * columns + c]));

/** How many of the vectors take each entry. */
export const countsOf = (at: readonly number[], entries: number): number[] =>
  Array.from({ length: entries }, (_, k) => at.filter((each) => each === k).length);

/** e to the entropy of how often each entry is taken. */
export const perplexity = (counts: readonly number[]): number => {
  const all = counts.reduce((sum, n) => sum + n, 0);
  return Math.exp(-counts.reduce((sum, n) => sum + (n && (n / all) * Math.log(n / all)), 0));
};

/** A codebook that follows the vectors. */
export interface Moving {
  codebook: Float64Array;
  clusterSize: Float64Array;
  clusterSum: Float64Array;
}

/** The codebook after a batch of vectors, all of them real; `offset` is the vector that the first entry would start anew from. */
export function moved(
  { codebook, clusterSize, clusterSum }: Moving,
  z: Numbers,
  at: readonly number[],
  columns: number,
  decay: number,
  offset: number,
): Moving {
  const entries = clusterSize.length;
  const vectors = z.length / columns;
  const counts = countsOf(at, entries);
  const share = vectors / entries;
  const sizes = clusterSize.map((size, k) => decay * size + (1 - decay) * counts[k]);
  const revived = sizes.map((size) => Number(size < dead * share));
  const size = sizes.map((each, k) => (revived[k] ? anew * share : each));
  const sums = clusterSum.map((sum, i) => {
    const [k, c] = [Math.floor(i / columns), i % columns];
    const taken = (offset + k * Math.max(1, Math.floor(vectors / entries))) % vectors;
    if (revived[k]) return size[k] * z[taken * columns + c];
    return decay * sum + (1 - decay) * at.reduce((total, each, n) => total + (each === k ? z[n * columns + c] : 0), 0);
  });
  return {
    codebook: codebook.map((_, i) => sums[i] / size[Math.floor(i / columns)]),
    clusterSize: size,
    clusterSum: sums,
  };
}
