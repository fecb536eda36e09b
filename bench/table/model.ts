import { adam, autoencoder, dense, type Gpu, type Table, type TableAutoencoder } from '../../src/index.ts';
import { epsilon, rate } from '../models.ts';

export const batch = 256;
/** The number of batches, which both libraries repeat in the same order. */
export const batches = 4;
export const hidden = 64;
export const code = 8;
export const optimizer = () => adam(rate, { epsilon });

/** Makes the model for all timings of tables. */
export const modelOf = (gpu: Gpu, table: Table): Promise<TableAutoencoder> =>
  autoencoder(gpu, {
    input: table.columns,
    encoder: [dense(hidden, 'relu'), dense(code)],
    decoder: [dense(hidden, 'relu')],
    seed: 1,
  });
