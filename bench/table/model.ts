import { adam, autoencoder, dense, type Gpu, type Table, type TableAutoencoder } from '../../src/index.ts';
import { epsilon, rate } from '../models.ts';

export const batch = 256;
/** Batches that both libraries go through in this order, again and again. */
export const batches = 4;
export const hidden = 64;
export const code = 8;
export const optimizer = () => adam(rate, { epsilon });

/** The model that all timings of tables are of. */
export const modelOf = (gpu: Gpu, table: Table): Promise<TableAutoencoder> =>
  autoencoder(gpu, {
    input: table.columns,
    encoder: [dense(hidden, 'relu'), dense(code)],
    decoder: [dense(hidden, 'relu')],
    seed: 1,
  });
