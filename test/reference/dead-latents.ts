import { largest, only } from './top-k.ts';

type Numbers = ArrayLike<number>;

/** Examples since each latent was active last, after a batch with such a code. */
export function countIdle(idle: Numbers, code: Numbers, most = 2 ** 24): Float64Array {
  const rows = code.length / idle.length;
  return Float64Array.from(idle, (count, j) => {
    const active = Array.from({ length: rows }, (_, r) => code[r * idle.length + j]).some((value) => value !== 0);
    return active ? 0 : Math.min(count + rows, most);
  });
}

/** The k largest of each row among those columns that count, 0 else. */
export function topKAmong(values: Numbers, among: readonly boolean[], k: number): Float64Array {
  const columns = among.length;
  const some = among.flatMap((counts, j) => (counts ? [j] : []));
  const places = Array.from({ length: values.length / columns }, (_, r) =>
    largest(
      some.map((j) => values[r * columns + j]),
      k,
    ).map((n) => r * columns + some[n]),
  ).flat();
  return only(values, places);
}

/** The mean of (e − ê)² over all elements: e = x − y is left of the examples x, and ê = z wᵀ is what dead latents z explain, w [features, columns]. */
export function explanationLoss(
  { x, y, z, w }: { x: Numbers; y: Numbers; z: Numbers; w: Numbers },
  columns: number,
): number {
  const features = w.length / columns;
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const [row, feature] = [Math.floor(i / features), i % features];
    let explained = 0;
    for (let j = 0; j < columns; j++) explained += z[row * columns + j] * w[feature * columns + j];
    sum += (x[i] - y[i] - explained) ** 2;
  }
  return sum / x.length;
}
