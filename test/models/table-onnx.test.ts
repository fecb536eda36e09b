import { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { dense, OptionError, readTable } from '../../src/index.ts';
import type { OnnxPart } from '../../src/models/saving/onnx.ts';
import { expectNear } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { startEngine } from '../support/onnx.ts';
import { expectTheSameTable, runOnTable, smallOfTable, trained } from '../support/table-onnx.ts';
import { tableOf } from '../support/tables.ts';

beforeAll(startEngine);

describe('a model of tables as ONNX accepts columns as in the file, and gives the same results', () => {
  it('with dense layers', () => expectTheSameTable([dense(8, 'gelu'), dense(3)]));

  it('in halves, and with names unknown to the model', async () => {
    const data = await tableOf(40, { blanks: 0 });
    const model = await trained(data, [dense(8, 'gelu'), dense(3)]);
    const other = await readTable('clock,mass,state,flow,power\n1700000001,1010,burning,0.001,on\n1700000002,,idle,0.001,on', {
      columns: { clock: 'number', state: 'category', power: 'category', mass: 'number', flow: 'number' },
    }); // prettier-ignore
    const { code } = await runOnTable(await model.toOnnx('encoder'), other);
    const codes = await model.encode(other);
    expectNear(code.data as Float32Array, codes.data, 1e-4, 'code');
    const session = await InferenceSession.create(await model.toOnnx('decoder'));
    const results = await session.run({ code: new Tensor('float32', codes.data, codes.shape) });
    const again = await model.decode(codes);
    expect(Array.from(results['reconstruction.state'].data as unknown as string[])).toEqual(
      [0, 1].map((row) => again.row(row).state),
    );
    await session.release();
  });
});

describe('the names of columns in a file', () => {
  it('that has none in the table are their numbers, in every part, and beside names that are numbers or beyond ASCII', async () => {
    const data = await readTable(',größe,"",0\n1,2,a,3\n2,4,b,5\n3,5,a,7\n4,6,b,8');
    const names = ['0', 'größe', '2', '0 (2)'];
    expect(data.columns.map(({ name }) => name)).toEqual(names);
    const model = await smallOfTable(data);
    const results = await runOnTable(await model.toOnnx(), data);
    expect(Object.keys(results)).toEqual([...names.map((name) => `reconstruction.${name}`), 'cells', 'score']);
    expectNear(results.score.data as Float32Array, await model.errors(data), 1e-4, 'score');
    expect(Object.keys(await runOnTable(await model.toOnnx('encoder'), data))).toEqual(['code']);
    const decoder = await InferenceSession.create(await model.toOnnx('decoder'));
    expect(decoder.outputNames).toEqual(names.map((name) => `reconstruction.${name}`));
    await decoder.release();
  });

  it.each(['a\0b', '\ud800', 'x\udfffy'])('may not be what no file can hold: %j', async (name) => {
    const lines = [1, 2, 4].map((value) => JSON.stringify({ x: value, [name]: 2 * value }));
    const model = await smallOfTable(await readTable(lines.join('\n')));
    for (const part of ['autoencoder', 'encoder', 'decoder'] as const)
      await expectRefused(OptionError, `the name of column ${JSON.stringify(name)} has a zero`, model.toOnnx(part));
  });

  it.each<[string, OnnxPart]>([
    ['score', 'autoencoder'],
    ['cells', 'autoencoder'],
    ['reconstruction.x', 'autoencoder'],
    ['code', 'encoder'],
  ])('may not be that of an output: %s', async (name, part) => {
    const model = await smallOfTable(await readTable(`x,${name}\n1,2\n2,4\n3,5`));
    await expectRefused(OptionError, `column ${name} has the name of an output`, model.toOnnx(part));
  });
});

it('a column of categories without names is a blank in a file', async () => {
  const data = await readTable('x,k\n1,\n2,\n4,', { columns: { x: 'number', k: 'category' } });
  expect(data.columns[1].categories).toEqual([]);
  const model = await smallOfTable(data);
  const results = await runOnTable(await model.toOnnx(), data);
  expectNear(results.score.data as Float32Array, await model.errors(data), 1e-4, 'score');
  const again = await model.reconstruct(data);
  expect(Array.from(results['reconstruction.k'].data)).toEqual([0, 1, 2].map((row) => again.row(row).k ?? ''));
});
