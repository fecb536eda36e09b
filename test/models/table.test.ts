import { describe, expect, it } from 'vitest';
import {
  adam, autoencoder, contractive, conv1d, DataError, dataset, dense, gaussian, gaussianNoise, hideCells, LatentGpuError, loadAutoencoder, OptionError, readTable, ShapeError, swapNoise, table, type Dataset, type FitOptions, type Losses, type Table, type TableDatasetOptions, type TableAutoencoder, type TableData, type TableSpec,
} from '../../src/index.ts'; // prettier-ignore
import { cellLosses, longRows, rowLosses } from '../reference/cells.ts';
import { forward } from '../reference/layers.ts';
import { AdamByDifferences, batches, expectTwinLoss, expectTwins, inFloat64 } from '../support/by-differences.ts';
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { expectTheStepBefore } from '../support/lasting.ts';
import { bits, errorOf } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { expectToDecode } from '../support/table-codes.ts';
import { csvOf, tableOf } from '../support/tables.ts';

const parts = { encoder: [dense(16, 'gelu'), dense(4)], decoder: [dense(16, 'gelu')] };
const small = async (data: Table, changes: Partial<TableSpec> = {}): Promise<TableAutoencoder> =>
  forThisTest(await autoencoder(await sharedGpu(), { input: data.columns, ...parts, ...changes }));
const train = (model: TableAutoencoder, data: TableData, options: Partial<FitOptions<Losses, TableData>> = {}) =>
  model.fit(data, { batchSize: 32, optimizer: adam(3e-3), ...options });

/** Of the values that are no blanks. */
function momentsOf(values: ArrayLike<number>): { mean: number; deviation: number } {
  const there = Array.from(values).filter((value) => !Number.isNaN(value));
  const mean = there.reduce((a, b) => a + b, 0) / there.length;
  const deviation = Math.sqrt(there.reduce((sum, value) => sum + (value - mean) ** 2, 0) / there.length);
  return { mean, deviation };
}

/** Cells as a model sees them, standardised in float64; NaN for a blank. */
function standardised(data: Table): { x: Float64Array; columns: number[] } {
  const columns = data.columns.map(({ categories }) => (categories ? categories.length + 1 : 0));
  const own = data.columns.map(({ name, kind }) => {
    const values = Array.from(data.values(name));
    if (kind === 'category') return values.map((value) => (value < 0 ? Infinity : value));
    const { mean, deviation } = momentsOf(values);
    return values.map((value) => (Number.isNaN(value) ? Infinity : (value - mean) / deviation));
  });
  const x = Float64Array.from(
    { length: data.length * columns.length },
    (_, i) => own[i % columns.length][Math.floor(i / columns.length)],
  );
  return { x, columns };
}

describe('an autoencoder of a table', () => {
  it('takes its first ten Adam steps as float64 does on the encoded rows, which are never built', async () => {
    const data = await tableOf(11);
    const [batchSize, steps, seed] = [4, 10, 3];
    const layers = { encoder: [dense(3, 'tanh'), dense(2)], decoder: [dense(3, 'tanh')] };
    const model = await small(data, { ...layers, seed });
    const weights = inFloat64(await model.weights());
    const history = await model.fit(data, { steps, batchSize, optimizer: adam(1e-3) });
    const { x, columns } = standardised(data);
    const width = columns.length;
    const long = longRows(x, columns);
    const outputs = columns.reduce((sum, count) => sum + Math.max(1, count), 0);
    const twin = new AdamByDifferences(weights);
    for (const { which, step } of batches(data.length, { batchSize, seed, steps })) {
      const input = {
        data: Float64Array.from(which.flatMap((row) => long[row])),
        rows: which.length,
        shape: [long[0].length],
      };
      const cells = which.flatMap((row) => [...x.subarray(row * width, (row + 1) * width)]);
      const lossOf = () => {
        const code = forward(layers.encoder, 'encoder', weights, input, () => {});
        const { data: y } = forward([...layers.decoder, dense(outputs)], 'decoder', weights, code, () => {});
        const losses = rowLosses(cellLosses(y, cells, columns).losses, width, true);
        return losses.reduce((sum, loss) => sum + loss, 0) / which.length;
      };
      expectTwinLoss(history.loss[step], lossOf(), step);
      twin.step(Object.keys(weights), lossOf);
    }
    expectTwins(await model.weights(), weights);
  });

  it('learns to fill blanks better than by the mean, and categories better than by the most frequent one', async () => {
    const data = await tableOf(300, { blanks: 0 });
    const model = await small(data, { corrupt: hideCells(0.3) });
    await train(model, data, { epochs: 20, optimizer: adam(2e-2) });
    const holes = await readTable(csvOf(300, { blanks: 0.2 }), { columns: { clock: 'number' } });
    const filled = await model.impute(holes);
    expect(filled.columns.map(({ missing }) => missing)).toEqual([0, 0, 0, 0, 0]);
    const off = { mass: 0, of: 0, right: 0, states: 0 };
    const { mean } = momentsOf(data.values('mass'));
    for (let i = 0; i < data.length; i++) {
      const [whole, hole, again] = [data.row(i), holes.row(i), filled.row(i)];
      for (const [name, value] of Object.entries(hole)) if (value !== null) expect(again[name]).toBe(value);
      if (hole.mass === null) {
        off.mass += (Number(again.mass) - Number(whole.mass)) ** 2;
        off.of += (mean - Number(whole.mass)) ** 2;
      }
      if (hole.state === null) {
        off.states++;
        off.right += Number(again.state === whole.state);
      }
    }
    expect(off.mass).toBeLessThan(0.3 * off.of);
    expect(off.right / off.states).toBeGreaterThan(0.8);
  });

  it('gives consistent scores, cells and reasons, which agree with float64', async () => {
    const data = await tableOf(90);
    const model = await small(data);
    await train(model, data, { epochs: 3 });
    const scores = await model.errors(data);
    const cells = await model.errors(data, { perColumn: true });
    const again = await model.reconstruct(data);
    const width = data.columns.length;
    expect([scores.length, cells.length, again.length]).toEqual([90, 90 * width, 90]);
    const rows = rowLosses(Float64Array.from(cells), width, true);
    expectClose(scores, rows, (i) => 2e-6 * rows[i]);
    const { deviation } = momentsOf(data.values('mass'));
    for (let i = 0; i < 90; i++) {
      const [found, expected] = [data.row(i), again.row(i)];
      if (found.mass !== null)
        expect(cells[i * width + 1]).toBeCloseTo(
          0.5 * ((Number(found.mass) - Number(expected.mass)) / deviation) ** 2,
          4,
        );
      expect(Number.isNaN(cells[i * width + 2])).toBe(found.state === null);
    }
    const [second, first] = await model.explain(data, { rows: [7, 3] });
    expect([second.row, first.row]).toEqual([7, 3]);
    expect(first.score).toBe(scores[3]);
    const order = first.columns.map(({ error }) => (Number.isNaN(error) ? -1 : error));
    expect(order).toEqual(order.toSorted((a, b) => b - a));
    for (const { column, found, expected } of first.columns)
      expect([found, expected]).toEqual([data.row(3)[column], again.row(3)[column]]);
    expect((await model.explain(data)).length).toBe(90);
  });

  it('scores each cell from only the others on request', async () => {
    const data = await tableOf(40);
    const model = await small(data, { corrupt: hideCells(0.3) });
    await train(model, data, { epochs: 3 });
    const [cells, scores] = [
      await model.errors(data, { perColumn: true, hidden: true }),
      await model.errors(data, { hidden: true }),
    ];
    const width = data.columns.length;
    const rows = rowLosses(Float64Array.from(cells), width, true);
    expectClose(scores, rows, (i) => 2e-6 * rows[i]);
    // The same as with a table in which that column is blank, whose own blanks stay blank.
    const names = data.columns.map(({ name }) => name);
    const kinds = Object.fromEntries(data.columns.map(({ name, kind }) => [name, kind]));
    const lines = data.toCsv().trim().split('\n');
    for (const [c, name] of names.entries()) {
      const holes = lines.map((line, i) => (i ? line.split(',').with(c, '').join(',') : line)).join('\n');
      const again = (await model.reconstruct(await readTable(holes, { columns: kinds }))).values(name);
      const { deviation } = momentsOf(data.values(name));
      for (const row of [0, 7, 39]) {
        const cell = cells[row * width + c];
        if (kinds[name] === 'category' || Number.isNaN(cell)) continue;
        const wanted = 0.5 * ((data.values(name)[row] - again[row]) / deviation) ** 2;
        expect(Math.abs(cell - wanted)).toBeLessThan(1e-4 * Math.max(1, wanted));
      }
    }
    const rowsOf = [5, 11];
    const explained = await model.explain(data, { rows: rowsOf, hidden: true });
    for (const [i, row] of rowsOf.entries()) {
      const { columns, score } = explained[i];
      expect(score).toBe(scores[row]);
      // What is left of the errors of a row in a table in which the column to blame is blank.
      const left = new Map<string, number>();
      for (const [c, name] of names.entries()) {
        if (Number.isNaN(cells[row * width + c])) continue;
        const holes = lines.map((line, n) => (n === row + 1 ? line.split(',').with(c, '').join(',') : line)).join('\n');
        const table = await readTable(holes, { columns: kinds });
        const errors = (await model.errors(table, { perColumn: true, hidden: true })).subarray(
          row * width,
          (row + 1) * width,
        );
        left.set(
          name,
          errors.filter((error) => !Number.isNaN(error)).reduce((sum, error) => sum + error, 0),
        );
      }
      const order = [...left.keys()].sort((a, b) => left.get(a)! - left.get(b)!);
      expect(columns.map(({ column }) => column).slice(0, order.length)).toEqual(order);
      for (const { column, error } of columns) expect(error).toBe(cells[row * width + names.indexOf(column)]);
    }
  });

  it('blames the strange cell, not those that are predicted from it', async () => {
    // b and c follow from a; d has nothing to do with them.
    const draws = new Draw(5).floats(1200);
    const lines = Array.from({ length: 400 }, (_, i) => {
      const [a, d, noise] = draws.subarray(3 * i, 3 * i + 3);
      return [a, a + 0.1 * noise, -a, d];
    });
    const strange = Array.from({ length: 20 }, (_, i) => 20 * i);
    for (const [n, row] of strange.entries()) lines[row][n % 3] += lines[row][n % 3] > 0 ? -1.5 : 1.5;
    const data = await readTable(['a,b,c,d', ...lines.map((line) => line.join(','))].join('\n'));
    const model = await small(data, { corrupt: hideCells(0.3) });
    await train(model, data, { epochs: 15, optimizer: adam(2e-2) });
    const first = (await model.explain(data, { rows: strange, hidden: true })).map(({ columns }) => columns[0].column);
    const right = first.filter((name, n) => name === 'abc'[n % 3]).length;
    expect(right).toBeGreaterThanOrEqual(18);
  });

  it('scales a clock of 1.7e9 with steps of 1 to deviation 1, and back without losing a step', async () => {
    const data = await readTable(['t,x', ...Array.from({ length: 50 }, (_, i) => `${1.7e9 + i},${i % 7}`)].join('\n'), {
      columns: { t: 'number' },
    });
    const model = await small(data);
    await train(model, data, { epochs: 120, batchSize: 50, optimizer: adam(3e-2) });
    const again = (await model.reconstruct(data)).values('t');
    const off = again.map((value, i) => Math.abs(value - (1.7e9 + i)));
    // A float32 of that size has steps of 128.
    expect(Math.max(...off)).toBeLessThan(3);
  });
});

describe('a fit that was refused', () => {
  it('leaves the units of the columns open', async () => {
    const columns = { t: 'number', x: 'number' } as const;
    const few = await readTable('t,x\n,1\n,2', { columns });
    const rows = Array.from({ length: 40 }, (_, i) => `${1.7e9 + i},${i % 7}`);
    const data = await readTable(`t,x\n${rows.join('\n')}`, { columns });
    const put = async (rows: Table) => forThisTest(await table(await sharedGpu(), rows));
    for (const [tried, all] of [
      [few, data],
      [await put(few), await put(data)],
    ]) {
      const [model, twin] = [await small(data), await small(data)];
      await expectRefused(OptionError, 'batchSize', model.fit(tried, { epochs: 1, batchSize: 99 }));
      for (const each of [model, twin]) await train(each, all, { epochs: 1 });
      expect(await model.errors(data)).toEqual(await twin.errors(data));
      // Later fits keep the units of the first.
      await train(model, tried, { epochs: 1, batchSize: 2, optimizer: adam(1e-9) });
      expectClose(await model.errors(data), await twin.errors(data), () => 1e-4);
    }
  });
});

describe('blanks', () => {
  it('may have any value: no bit depends on it', async () => {
    const [one, other] = await Promise.all(['', 'NA'].map((blank) => tableOf(40, { blank })));
    const models = [await small(one), await small(other)];
    for (const [i, data] of [one, other].entries()) await train(models[i], data, { epochs: 2 });
    expect(await bits(models[1])).toEqual(await bits(models[0]));
    expect(await models[1].errors(other)).toEqual(await models[0].errors(one));
  });

  it('of other rows do not affect the score of a row', async () => {
    const [data, holes] = [await tableOf(40, { blanks: 0 }), csvOf(40, { blanks: 0 }).split('\n')];
    const model = await small(data);
    await train(model, data, { epochs: 2 });
    const before = await model.errors(data);
    for (let i = 2; i < holes.length; i += 2) holes[i] = ',,,,';
    const after = await model.errors(
      await readTable(holes.join('\n'), {
        columns: { clock: 'number', mass: 'number', state: 'category', flow: 'number', power: 'category' },
      }),
    );
    for (let i = 0; i < 40; i += 2) expect(after[i]).toBe(before[i]);
    for (let i = 1; i < 40; i += 2) expect(after[i]).toBe(0);
  });
});

describe('other tables', () => {
  it('may have columns and categories in another order, and new categories', async () => {
    const data = await tableOf(60, { blanks: 0 });
    const model = await small(data);
    await train(model, data, { epochs: 3 });
    const scores = await model.errors(data);
    const turned = csvOf(60, { blanks: 0 })
      .split('\n')
      .map((line) => line.split(',').toReversed().join(','))
      .join('\n');
    expect(await model.errors(await readTable(turned, { columns: { clock: 'number' } }))).toEqual(scores);
    const other = await readTable(
      `clock,mass,state,flow,power\n1700000001,1010,burning,0.001,on\n1700000002,1010,idle,0.001,on`,
      { columns: { clock: 'number', state: 'category', power: 'category', mass: 'number', flow: 'number' } },
    );
    const [burning, idle] = await model.errors(other);
    expect(burning).toBeGreaterThan(idle);
    const [{ columns }] = await model.explain(other, { rows: [0] });
    expect(columns[0]).toMatchObject({ column: 'state', found: 'burning' });
    expect(['idle', 'ready', 'run']).toContain(columns[0].expected);
  });

  it('with more than 10,000 texts in a column are refused', async () => {
    const model = await small(await readTable('a,b\nx,1\ny,2'));
    const rows = Array.from({ length: 10_001 }, (_, i) => `t${i},${i}`);
    const many = await readTable(`a,b\n${rows.join('\n')}`);
    const words = 'column a has more than 10,000 different texts';
    await expectRefused(OptionError, words, model.fit(many, { epochs: 1 }));
    for (const ask of ['errors', 'impute', 'evaluate'] as const)
      await expectRefused(OptionError, words, model[ask](many));
  });

  it('of other columns are refused by their names', async () => {
    const data = await tableOf(40);
    const model = await small(data);
    await train(model, data, { epochs: 1 });
    expect(await errorOf(model.errors(data.without('mass', 'state')))).toEqual(
      new ShapeError('errors: the table has no column mass, state, which the model was made for'),
    );
    await expectRefused(
      ShapeError,
      'the model was not made for column extra',
      model.errors(
        await readTable(csvOf(40).replaceAll('\n', ',1\n').replace('power,1', 'power,extra') + ',1', {
          columns: { clock: 'number' },
        }),
      ),
    );
    await expectRefused(
      ShapeError,
      "column clock is of the kind 'category'",
      model.errors(await readTable(csvOf(40), { columns: { clock: 'category' } })),
    );
  });
});

describe('data', () => {
  it('on the device, streamed, or uploaded each time: the same bits', async () => {
    const data = await tableOf(70);
    const gpu = await sharedGpu();
    const [set, streamed] = [await table(gpu, data), await table(gpu, data, { deviceBytes: 1300 })];
    const sets = [data, forThisTest(set), forThisTest(streamed)];
    const models = await Promise.all(sets.map(() => small(data, { corrupt: [hideCells(0.2), swapNoise(0.1)] })));
    for (const [i, set] of sets.entries()) await train(models[i], set, { epochs: 2, validation: 0.2 });
    const [first, ...others] = await Promise.all(models.map(bits));
    for (const other of others) expect(other).toEqual(first);
    const view = set.take(5);
    expect(await models[0].errors(view)).toEqual((await models[0].errors(data)).slice(0, 5));
    expect((await models[0].impute(view)).length).toBe(5);
  });

  it('of a part of the rows are standardised by that part', async () => {
    const data = await tableOf(60, { blanks: 0 });
    const gpu = await sharedGpu();
    const set = forThisTest(await table(gpu, data));
    const [one, other] = [await small(data), await small(data)];
    await train(
      one,
      set.filter((_, i) => i < 20),
      { epochs: 1, batchSize: 20 },
    );
    await train(
      other,
      data.filter((_, i) => i < 20),
      { epochs: 1, batchSize: 20 },
    );
    expectClose(await one.errors(data), await other.errors(data), () => 1e-4);
  });

  it('keep their weights and are streamed in a model of other units', async () => {
    const [data, others] = [await tableOf(60), await tableOf(40, { seed: 2 })];
    const gpu = await sharedGpu();
    const weights = Float32Array.from({ length: 40 }, (_, i) => (i % 4 ? 0 : 4));
    const put = async (options?: TableDatasetOptions) => forThisTest(await table(gpu, others, options));
    const sets = {
      plain: await put(),
      weighted: await put({ weights }),
      few: await put({ weights, deviceBytes: 400 }),
    };
    const model = await small(data);
    await train(model, data, { epochs: 1 });
    const losses = async (all: Dataset) => (await model.evaluate(all, { batchSize: 8 })).loss;
    const errors = await model.errors(others);
    const mean = (rows: number[], factor: (i: number) => number) =>
      rows.reduce((sum, i) => sum + factor(i) * errors[i], 0) / rows.length;
    const rows = [...errors.keys()];
    expect(await losses(sets.plain)).toBeCloseTo(
      mean(rows, () => 1),
      4,
    );
    expect(await losses(sets.weighted)).toBeCloseTo(
      mean(rows, (i) => weights[i]),
      4,
    );
    const odd = rows.filter((i) => i % 3 === 1);
    const view = sets.weighted.filter((_, i) => i % 3 === 1);
    expect(await losses(view)).toBeCloseTo(
      mean(odd, (i) => weights[i]),
      4,
    );
    expect(await losses(sets.weighted.filter((_, i) => i % 4 === 1))).toBe(0);
    expect(await losses(sets.few)).toBe(await losses(sets.weighted));
    // Half of this window has eight rows.
    await expectRefused(OptionError, 'deviceBytes', model.evaluate(sets.few, { batchSize: 16 }));

    const twins = await Promise.all([small(data), small(data), small(data)]);
    for (const [i, set] of Object.values(sets).entries()) {
      await train(twins[i], data, { epochs: 1 });
      await train(twins[i], set, { epochs: 1, batchSize: 8 });
    }
    const [plain, weighted, few] = await Promise.all(twins.map(bits));
    expect(weighted).not.toEqual(plain);
    expect(few).toEqual(weighted);
    const { validation } = await train(model, data, { epochs: 1, validation: sets.weighted, optimizer: adam(1e-9) });
    expect(validation![0].loss).toBeCloseTo(await losses(sets.weighted), 4);
  });

  it('of a table are refused by other models, and a model of tables refuses other data', async () => {
    const gpu = await sharedGpu();
    const data = await tableOf(20);
    const set = forThisTest(await table(gpu, data));
    const flat = forThisTest(
      await autoencoder(gpu, { input: 5, encoder: [dense(2)], decoder: [dense(5)], loss: 'mse' }),
    );
    await expectRefused(DataError, 'the cells of a table', flat.fit(set, { epochs: 1 }));
    const model = await small(data);
    expect(await errorOf(train(model, new Float32Array(10) as never, { epochs: 1 }))).toBeInstanceOf(OptionError);
    const points = forThisTest(await dataset(gpu, new Float32Array(10), { shape: [5] }));
    expect(await errorOf(train(model, points, { epochs: 1, batchSize: 2 }))).toBeInstanceOf(DataError);
  });
});

describe('files', () => {
  it('store the columns and the scales, and training resumes from them to the same bits', async () => {
    const data = await tableOf(50);
    const model = await small(data, { corrupt: hideCells(0.2), encoder: [dense(8, 'gelu'), gaussian(2)] });
    await train(model, data, { epochs: 2 });
    const loaded = forThisTest(await loadAutoencoder<TableAutoencoder>(await sharedGpu(), await model.save()));
    expect(loaded.columns).toEqual(model.columns);
    expect(await loaded.errors(data)).toEqual(await model.errors(data));
    for (const each of [model, loaded]) await train(each, data, { epochs: 2 });
    expect(await bits(loaded)).toEqual(await bits(model));
    expect((await loaded.sample(4, { seed: 1 })).toCsv()).toBe((await model.sample(4, { seed: 1 })).toCsv());
  });
});

describe('codes', () => {
  it('train, and decode to tables', async () => {
    const data = await tableOf(64);
    for (const code of [dense(3), gaussian(2)]) await expectToDecode(data, [dense(8, 'gelu'), code]);
  });
});

describe('invalid calls are refused', () => {
  it('before anything is uploaded', async () => {
    const data = await tableOf(20);
    const cases: [Partial<TableSpec> & Record<string, unknown>, string][] = [
      [{ encoder: [gaussian(2)] }, 'begins with a dense layer, not with gaussian'],
      [{ encoder: [conv1d(2, 3)] }, 'begins with a dense layer, not with conv1d'],
      [{ encoder: [] }, 'the encoder must be a list of at least one layer'],
      [{ corrupt: gaussianNoise(0.1) }, 'gaussianNoise is not for tables'],
      [{ penalty: contractive(0.1) }, 'contractive looks at the input as numbers'],
      [{ loss: 'mse' }, "unknown option 'loss'"],
      [{ encoder: [dense(4), gaussian(2, { samples: 3 })] }, 'has one sample, not several'],
      [{ input: [...data.columns, data.columns[0]] }, 'two columns called clock'],
      [{ input: [{ name: 'x', kind: 'text' }] as never }, 'the columns of a table'],
      [{ input: [data.columns[0], { ...data.columns[1], name: '' }] }, 'input: column 1 has no name'],
    ];
    for (const [changes, words] of cases) {
      await expectRefused(OptionError, words, small(data, changes));
    }
    const flat = { input: 4, encoder: [dense(2)], decoder: [dense(4)], loss: 'mse' as const, corrupt: hideCells(0.1) };
    expect(await errorOf(autoencoder(await sharedGpu(), flat))).toEqual(
      new OptionError('hideCells: is only for models of tables: autoencoder(gpu, { input: table.columns, … })'),
    );
  });

  it('with advice if a model is used before its first fit', async () => {
    const data = await tableOf(20);
    const model = await small(data);
    for (const ask of ['errors', 'encode', 'reconstruct', 'impute', 'explain'] as const)
      await expectRefused(LatentGpuError, 'call fit() first', model[ask](data));
  });

  it('and a fit that diverges keeps the weights of the step before', async () => {
    const data = await tableOf(40);
    await expectTheStepBefore(() => small(data), data, { epochs: 50, rate: 1e6 });
  });
});
