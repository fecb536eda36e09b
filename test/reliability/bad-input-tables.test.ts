import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as lib from '../../src/index.ts';
import { tableOf } from '../support/tables.ts';
import {
  flag,
  gpuKind,
  not,
  number,
  oneOf,
  optional,
  options,
  ownGpu,
  refuseAll,
  seed,
  whole,
  type Target,
  weightsOf,
} from '../support/wrong.ts';

describe('tables and their models', () => {
  it('refuse wrong input, without memory left on the device', { timeout: 600_000 }, async ({ task }) => {
    const gpu = await ownGpu();
    const data = await tableOf(12);
    const model = await lib.autoencoder(gpu, {
      input: data.columns,
      encoder: [lib.dense(4, 'tanh'), lib.gaussian(2)],
      decoder: [],
    });
    await model.fit(data, { epochs: 1, batchSize: 6 });
    const { encoder, decoder } = { encoder: [lib.dense(4, 'tanh')], decoder: [] };
    const noTable = fc.oneof(
      not('readTable', (value) => value === data),
      oneOf('the table has no column mass, state', data.without('mass', 'state')),
    );
    const rows = optional(
      fc.oneof(
        not('rows', (value) => Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))),
        oneOf('row', [-1], [12], [0.5], [0, NaN], ['1'], [null]),
      ),
    );
    const judged = { hidden: optional(flag('hidden')) };
    const targets: Record<string, Target> = {
      table: {
        call: (gpu: lib.Gpu, table: lib.Table, o: object) => lib.table(gpu, table, o).then((set) => set.dispose()),
        good: [gpu, data, {}],
        wrong: [
          gpuKind,
          not('readTable', (value) => value === data),
          options(
            {},
            {
              weights: optional(weightsOf(data.length, 'examples')),
              deviceBytes: optional(number('deviceBytes', { least: 1 })),
            },
          ),
        ],
      },
      'autoencoder, its columns': {
        call: (input: never) => lib.autoencoder(gpu, { input, encoder, decoder }).then((made) => made.dispose()),
        good: [data.columns],
        wrong: [
          oneOf(
            'input',
            [{}],
            [null, 3],
            [{ name: 'x' }],
            [{ name: 'x', kind: 'text' }],
            [{ name: 3, kind: 'number' }],
            [...data.columns, data.columns[0]],
            [{ name: 'x', kind: 'category', categories: [1] }],
          ),
        ],
      },
      errors: {
        call: (table: never, o: object) => model.errors(table, o),
        good: [data, {}],
        wrong: [noTable, options({}, { perColumn: optional(flag('perColumn')), ...judged })],
      },
      explain: {
        call: (table: never, o: object) => model.explain(table, o),
        good: [data, {}],
        wrong: [noTable, options({}, { rows, ...judged })],
      },
      encode: { call: (table: never) => model.encode(table), good: [data], wrong: [noTable] },
      posterior: { call: (table: never) => model.posterior(table), good: [data], wrong: [noTable] },
      reconstruct: { call: (table: never) => model.reconstruct(table), good: [data], wrong: [noTable] },
      impute: { call: (table: never) => model.impute(table), good: [data], wrong: [noTable] },
      evaluate: {
        call: (table: never, o: object) => model.evaluate(table, o),
        good: [data, {}],
        wrong: [
          noTable,
          options({}, { batchSize: optional(whole('batchSize', { least: 1 })), seed: optional(seed()) }),
        ],
      },
      sample: {
        call: (count: number, o: object) => model.sample(count, o),
        good: [2, {}],
        wrong: [whole('count', { least: 1, most: 2 ** 20 }), options({}, { seed: optional(seed()) })],
      },
      without: {
        call: (name: string) => data.without(name),
        good: ['mass'],
        wrong: [not('column', (value) => data.columns.some(({ name }, place) => name === value || place === value))],
        throws: true,
      },
    };
    await refuseAll(task, 'tables and their models', targets, gpu, [40, 4_000]);
    model.dispose();
    expect(gpu.memory().buffers).toBe(0);
  });
});
