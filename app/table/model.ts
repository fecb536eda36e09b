/** The model of a table's rows that is trained where nobody says anything else. */
import {
  adam,
  autoencoder,
  cosine,
  dense,
  hideCells,
  type Gpu,
  type Table,
  type TableAutoencoder,
} from '../../src/index.ts';
import type { TableJobOptions } from './job.ts';

/** An autoencoder for the columns of a table. Its code is plain, and about half as wide as the table. */
export function modelFor(gpu: Gpu, { columns }: Table, seed: number): Promise<TableAutoencoder> {
  const width = columns.length;
  const hidden = width > 30 ? 128 : 64;
  return autoencoder(gpu, {
    input: columns,
    encoder: [dense(hidden, 'gelu'), dense(Math.min(32, Math.max(2, Math.ceil(width / 2))))],
    decoder: [dense(hidden, 'gelu')],
    corrupt: hideCells(0.2),
    seed,
  });
}

/** Enough steps for a small table, and enough passes over a large one, unless more or fewer are asked for. */
export function lengths(
  { length }: Table,
  { epochs, steps, batch }: Pick<TableJobOptions, 'epochs' | 'steps' | 'batch'>,
) {
  const size = Math.min(length, batch ?? (length > 10_000 ? 256 : 64));
  const pass = Math.ceil(length / size);
  return { batch: size, steps: steps ?? (epochs === undefined ? Math.max(2000, 5 * pass) : epochs * pass) };
}

/** The optimizer for so many steps. */
export const optimizerFor = (steps: number) => adam(cosine(3e-3, { to: 1e-5, steps }));
