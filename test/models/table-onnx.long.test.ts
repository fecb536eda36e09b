import { beforeAll, describe, it } from 'vitest';
import {
  batchNorm, dense, gaussian, OptionError, readTable, topK, vectorQuantizer, type Layer,
} from '../../src/index.ts'; // prettier-ignore
import { expectRefused } from '../support/error-of.ts';
import { startEngine } from '../support/onnx.ts';
import { expectTheSameTable, smallOfTable } from '../support/table-onnx.ts';

beforeAll(startEngine);

describe('a model of tables as ONNX accepts columns as in the file, and gives the same results', () => {
  it.each<[string, Layer[]]>([
    ['a batch normalisation behind the first layer', [dense(8), batchNorm(), dense(3)]],
    ['a Gaussian code', [dense(8, 'tanh'), gaussian(2)]],
    ['a quantised code', [dense(4), vectorQuantizer(3)]],
    ['a sparse code', [dense(8), topK(2)]],
  ])('with %s', (_, encoder) => expectTheSameTable(encoder));
});

it.each<[string, Layer]>([
  ['logvar', gaussian(2)],
  ['indices', vectorQuantizer(4)],
])('the name of a column may not be that of an output: %s', async (name, code) => {
  const model = await smallOfTable(await readTable(`x,${name}\n1,2\n2,4\n3,5`), code);
  await expectRefused(OptionError, `column ${name} has the name of an output`, model.toOnnx('encoder'));
});
