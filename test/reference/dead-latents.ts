import { philox, streams } from '../../src/runtime/random.ts';
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

/** The weights of a dictionary, encoder [latents, features] and decoder [features, latents], and the examples since each latent was last active. */
export interface Dictionary {
  encoder: Float64Array;
  encoderBias?: Float64Array;
  decoder: Float64Array;
  decoderBias?: Float64Array;
  idle: Float64Array;
}

/** The latent that row `row` of `rows` may give its error to, in this step. */
export const latentOfRow = (row: number, rows: number, latents: number, { seed = 0, step = 0, which = 0 } = {}) => {
  const apart = Math.ceil(latents / rows);
  return row * apart + (philox([0, 0, step, which], [seed, streams.noise])[0] % apart);
};

/** The dictionary after latents that were inactive for `limit` examples took the direction of a row of e, [rows, features]. */
export function resampled(
  { encoder, encoderBias, decoder, decoderBias, idle }: Dictionary,
  e: Numbers,
  limit: number,
  draws?: Parameters<typeof latentOfRow>[3],
): Dictionary {
  const latents = idle.length;
  const features = encoder.length / latents;
  const rows = e.length / features;
  const after = {
    encoder: encoder.slice(),
    encoderBias: encoderBias?.slice(),
    decoder: decoder.slice(),
    decoderBias,
    idle: idle.slice(),
  };
  for (let row = 0; row < rows; row++) {
    const j = latentOfRow(row, rows, latents, draws);
    const error = Array.from({ length: features }, (_, c) => e[row * features + c]);
    const norm = Math.hypot(...error);
    if (j >= latents || idle[j] < limit || norm === 0) continue;
    after.idle[j] = 0;
    error.forEach((value, c) => {
      after.encoder[j * features + c] = after.decoder[c * latents + j] = value / norm;
    });
    if (after.encoderBias)
      after.encoderBias[j] = -error.reduce((sum, value, c) => sum + (value / norm) * (decoderBias?.[c] ?? 0), 0);
  }
  return after;
}
