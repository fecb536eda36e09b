/** Models from files whose weights another program has written in another type, on a stand-in that only keeps buffers. */
import { beforeAll, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { readSafetensors, writeSafetensors } from '../../src/files/safetensors.ts';
import { autoencoder } from '../../src/models/autoencoder.ts';
import { dense } from '../../src/models/parts/layers.ts';
import { loadAutoencoder } from '../../src/models/saving/load.ts';
import { expectRefused } from '../support/error-of.ts';
import { standIn, stubWebGpu } from '../support/stand-in.ts';

beforeAll(stubWebGpu);

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** The file with the tensors named in another type. Their numbers have to be such as `bytesOf` can write. */
function retyped(file: Uint8Array, dtype: string, bytesOf: (value: number) => number[], names: string[]): Uint8Array {
  const { tensors, metadata } = readSafetensors(file);
  const header: Record<string, unknown> = { __metadata__: metadata };
  const data: number[] = [];
  for (const [name, { data: values, shape }] of Object.entries(tensors)) {
    const begin = data.length;
    const other = names.includes(name);
    data.push(...(other ? Array.from(values).flatMap(bytesOf) : new Uint8Array(values.slice().buffer)));
    header[name] = { dtype: other ? dtype : 'F32', shape, data_offsets: [begin, data.length] } satisfies Entry;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array([...new Uint8Array(BigUint64Array.of(BigInt(json.length)).buffer), ...json, ...data]);
  return bytes;
}

/** 0.5, 1 and 2 have the same bits in front in bfloat16, float32 and, shifted, in binary16. */
const halves: Record<number, number[]> = { 0: [0, 0], 0.5: [0, 0x38], 1: [0, 0x3c], 2: [0, 0x40] };
const types: [dtype: string, bytesOf: (value: number) => number[]][] = [
  ['F16', (value) => halves[value]],
  ['BF16', (value) => [...new Uint8Array(Float32Array.of(value).buffer, 2)]],
  ['F64', (value) => [...new Uint8Array(Float64Array.of(value).buffer)]],
];

async function saved(): Promise<Uint8Array> {
  const spec = { input: 2, encoder: [dense(1)], decoder: [dense(2)], loss: 'mse' as const };
  const model = await autoencoder(standIn(), spec);
  model.setWeights({ 'encoder.0.weight': { data: Float32Array.of(0.5, 2), shape: [1, 2] } });
  return model.save();
}

it.each(types)('loads a weight of %s', async (dtype, bytesOf) => {
  const file = retyped(await saved(), dtype, bytesOf, ['encoder.0.weight', 'encoder.0.bias']);
  const weights = await (await loadAutoencoder(standIn(), file)).weights();
  expect(weights['encoder.0.weight']).toEqual({ data: Float32Array.of(0.5, 2), shape: [1, 2] });
});

it('refuses weights of whole numbers, and tensors that the model does not have', async () => {
  const file = await saved();
  const whole = retyped(file, 'I32', (value) => [value, 0, 0, 0], ['encoder.0.bias']);
  const needed = 'the model needs encoder.0.bias, which the file has, but not as floating-point numbers';
  await expectRefused(FormatError, needed, loadAutoencoder(standIn(), whole));
  const { tensors, metadata } = readSafetensors(file);
  const more = writeSafetensors({ ...tensors, counter: { data: new Float32Array(1), shape: [1] } }, metadata);
  const unknown = retyped(more, 'I64', () => Array<number>(8).fill(0), ['counter']);
  await expectRefused(FormatError, 'has counter, which the model does not', loadAutoencoder(standIn(), unknown));
  expect((await loadAutoencoder(standIn(), file)).codeSize).toBe(1);
});
