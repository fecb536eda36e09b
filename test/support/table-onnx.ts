/** What another engine, onnxruntime, makes of a file of a model of tables. A test calls `startEngine` first. */
import { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { expect } from 'vitest';
import { autoencoder, dense, type Layer, type Table, type TableAutoencoder } from '../../src/index.ts';
import { expectClose, expectNear } from './close.ts';
import { forThisTest } from './for-this-test.ts';
import { sharedGpu } from './gpu.ts';
import { tableOf } from './tables.ts';

type Results = Record<string, { data: ArrayLike<unknown>; dims: readonly number[] }>;

/** What another engine makes of the columns of a table. */
export async function runOnTable(file: Uint8Array, table: Table): Promise<Results> {
  const session = await InferenceSession.create(file);
  const inputs = table.columns.map(({ name, kind, categories }) => {
    const values = Array.from(table.values(name));
    const tensor =
      kind === 'category'
        ? new Tensor(
            'string',
            values.map((value) => categories![value] ?? ''),
            [values.length],
          )
        : new Tensor('float64', Float64Array.from(values), [values.length]);
    return [name, tensor] as const;
  });
  const results = await session.run(Object.fromEntries(inputs));
  await session.release();
  return results;
}

/** A model that was trained for two epochs. */
export const trained = async (data: Table, encoder: Layer[]): Promise<TableAutoencoder> => {
  const model = await autoencoder(await sharedGpu(), { input: data.columns, encoder, decoder: [dense(6, 'tanh')] });
  forThisTest(model);
  await model.fit(data, { epochs: 2, batchSize: 16 });
  return model;
};

/** A model of a table of few rows. */
export async function smallOfTable(data: Table, code: Layer = dense(2)): Promise<TableAutoencoder> {
  const model = await autoencoder(await sharedGpu(), {
    input: data.columns,
    encoder: [dense(4, 'tanh'), code],
    decoder: [],
  });
  forThisTest(model);
  await model.fit(data, { epochs: 2 });
  return model;
}

/** Another engine gives the same table, the same scores, and the same errors of cells. */
export async function expectTheSameTable(encoder: Layer[]): Promise<void> {
  const data = await tableOf(48, { blanks: 0.2 });
  const model = await trained(data, encoder);
  const results = await runOnTable(await model.toOnnx(), data);
  const again = await model.reconstruct(data);
  for (const { name, kind } of data.columns) {
    const { data: values } = results[`reconstruction.${name}`];
    const wanted = Array.from({ length: data.length }, (_, row) => again.row(row)[name]);
    if (kind === 'category') expect(Array.from(values)).toEqual(wanted);
    // In deviations of the column: the numbers themselves are as large as 1.7e9.
    else {
      const { deviation } = spreadOf(data, name);
      expectClose(values as number[], wanted as number[], () => 1e-4 * deviation, name);
    }
  }
  const [scores, cells] = [await model.errors(data), await model.errors(data, { perColumn: true })];
  expectNear(results.score.data as Float32Array, scores, 1e-4, 'score');
  const found = Array.from(results.cells.data as Float32Array);
  cells.forEach((cell, i) => {
    if (Number.isNaN(cell)) expect(found[i]).toBeNaN();
    else expect(Math.abs(found[i] - cell)).toBeLessThan(1e-4 * Math.max(1, cell));
  });
}

function spreadOf(data: Table, name: string): { deviation: number } {
  const values = Array.from(data.values(name)).filter((value) => !Number.isNaN(value));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}
