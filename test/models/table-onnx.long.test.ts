import { InferenceSession } from 'onnxruntime-web/wasm';
import { beforeAll, describe, it } from 'vitest';
import {
  batchNorm, dense, gaussian, OptionError, readTable, topK, vectorQuantizer, type Layer,
} from '../../src/index.ts'; // prettier-ignore
import { expectNear } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { startEngine } from '../support/onnx.ts';
import { expectTheSameTable, runOnTable, smallOfTable } from '../support/table-onnx.ts';

beforeAll(startEngine);

describe('a model of tables as ONNX accepts columns as in the file, and gives the same results', () => {
  it.each<[string, Layer[]]>([
    ['a batch normalisation behind the first layer', [dense(8), batchNorm(), dense(3)]],
    ['a Gaussian code', [dense(8, 'tanh'), gaussian(2)]],
    ['a quantised code', [dense(4), vectorQuantizer(3)]],
    ['a sparse code', [dense(8), topK(2)]],
  ])('with %s', (_, encoder) => expectTheSameTable(encoder));

  it('of a single column', async () => {
    for (const csv of ['a\n1\n2\n4\n8', 'b\nx\ny\nx\nz']) {
      const data = await readTable(csv);
      const own = await smallOfTable(data);
      const results = await runOnTable(await own.toOnnx(), data);
      expectNear(results.score.data as Float32Array, await own.errors(data), 1e-4, 'score');
    }
  });
});

it('the names of columns in a file may be those of values within the graph, and of outputs of another part', async () => {
  const names = ['zero', 'half', 'one', 'flat', 'sizes', 'nothing', 'off and on', 'axis.1', '_zero', 'Cast.0', 'encoder.0.weight', '0.center', 'code']; // prettier-ignore
  const rows = [0, 1, 2, 3].map((row) => [...names.map((_, c) => (row + 1) * (c + 2)), 'ab'[row % 2]].join());
  const data = await readTable(`${names.join()},LabelEncoder.65\n${rows.join('\n')}`);
  const model = await smallOfTable(data);
  const results = await runOnTable(await model.toOnnx(), data);
  expectNear(results.score.data as Float32Array, await model.errors(data), 1e-4, 'score');
  const again = await model.reconstruct(data);
  for (const name of names)
    expectNear(Float32Array.from(results[`reconstruction.${name}`].data as number[]), again.values(name), 1e-4, name);
  const own = await smallOfTable(await readTable('score,cells,reconstruction.score\n1,2,3\n2,4,7\n3,5,1'));
  await InferenceSession.create(await own.toOnnx('encoder'));
  await InferenceSession.create(await own.toOnnx('decoder'));
  await InferenceSession.create(await model.toOnnx('decoder'));
});

it.each<[string, Layer]>([
  ['logvar', gaussian(2)],
  ['indices', vectorQuantizer(4)],
])('the name of a column may not be that of an output: %s', async (name, code) => {
  const model = await smallOfTable(await readTable(`x,${name}\n1,2\n2,4\n3,5`), code);
  await expectRefused(OptionError, `column ${name} has the name of an output`, model.toOnnx('encoder'));
});
