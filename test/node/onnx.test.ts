/** What is in an ONNX file, looked up by another decoder than the one that engines have. That engines compute the same is in test/models/onnx.long.test.ts. */
import { describe, expect, it } from 'vitest';
import { OnnxGraph } from '../../src/files/onnx.ts';
import { Message } from '../../src/files/protobuf.ts';

const bytes = (put: (message: Message) => Message) => [...put(new Message()).toBytes()];
const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

describe('Protocol Buffers, as in the examples of the encoding guide', () => {
  it('whole numbers', () => {
    expect(bytes((message) => message.int(1, 150))).toEqual([0x08, 0x96, 0x01]);
    expect(bytes((message) => message.int(1, 0))).toEqual([0x08, 0]);
    expect(bytes((message) => message.int(1, 127).int(1, 128))).toEqual([0x08, 0x7f, 0x08, 0x80, 0x01]);
    expect(bytes((message) => message.int(16, 1))).toEqual([0x80, 0x01, 1]);
    // Past 32 bits.
    expect(bytes((message) => message.int(1, 2 ** 40 + 1))).toEqual([0x08, 0x81, 0x80, 0x80, 0x80, 0x80, 0x20]);
  });

  it('texts, bytes and floats', () => {
    expect(bytes((message) => message.text(2, 'testing'))).toEqual([0x12, 7, ...letters('testing')]);
    expect(bytes((message) => message.text(2, 'ß'))).toEqual([0x12, 2, 0xc3, 0x9f]);
    expect(bytes((message) => message.bytes(2, Uint8Array.of(255, 0)))).toEqual([0x12, 2, 255, 0]);
    expect(bytes((message) => message.float(1, 1))).toEqual([0x0d, 0, 0, 0x80, 0x3f]);
  });

  it('nested messages, and a field for each of several values', () => {
    expect(bytes((message) => message.message(3, new Message().int(1, 150)))).toEqual([0x1a, 3, 0x08, 0x96, 0x01]);
    expect(bytes((message) => message.each([1, 2], (each, value) => each.int(4, value)))).toEqual([0x20, 1, 0x20, 2]);
    expect(bytes((message) => message)).toEqual([]);
  });
});

/** Field numbers, names and kinds of onnx.proto, of what is used. */
type Fields = Readonly<Record<number, readonly [name: string, kind: 'int' | 'float' | 'text' | 'bytes' | Fields]>>;

const tensor: Fields = { 1: ['dims', 'int'], 2: ['data_type', 'int'], 8: ['name', 'text'], 9: ['raw_data', 'bytes'] };
const attribute: Fields = {
  1: ['name', 'text'],
  2: ['f', 'float'],
  3: ['i', 'int'],
  4: ['s', 'text'],
  8: ['ints', 'int'],
  20: ['type', 'int'],
};
const node: Fields = {
  1: ['input', 'text'],
  2: ['output', 'text'],
  3: ['name', 'text'],
  4: ['op_type', 'text'],
  5: ['attribute', attribute],
};
const side: Fields = { 1: ['dim_value', 'int'], 2: ['dim_param', 'text'] };
const tensorType: Fields = { 1: ['elem_type', 'int'], 2: ['shape', { 1: ['dim', side] }] };
const valueInfo: Fields = { 1: ['name', 'text'], 2: ['type', { 1: ['tensor_type', tensorType] }] };
const graph: Fields = {
  1: ['node', node],
  2: ['name', 'text'],
  5: ['initializer', tensor],
  11: ['input', valueInfo],
  12: ['output', valueInfo],
};
const model: Fields = {
  1: ['ir_version', 'int'],
  2: ['producer_name', 'text'],
  7: ['graph', graph],
  8: ['opset_import', { 1: ['domain', 'text'], 2: ['version', 'int'] }],
};

/** All values of each field, by its name. */
type Decoded = Record<string, unknown[]>;

function decode(file: Uint8Array, fields: Fields): Decoded {
  const decoded: Decoded = {};
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = file[at++];
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => file.slice(at, (at += length));
  while (at < file.length) {
    const key = varint();
    const [name, kind] = fields[key >> 3];
    // The wire types: 0 a whole number, 2 something with its length in front, 5 four bytes.
    expect(key & 7, name).toBe(kind === 'int' ? 0 : kind === 'float' ? 5 : 2);
    let value: unknown;
    if (kind === 'int') value = varint();
    else if (kind === 'float') value = new Float32Array(take(4).buffer)[0];
    else {
      const content = take(varint());
      value = kind === 'bytes' ? content : kind === 'text' ? new TextDecoder().decode(content) : decode(content, kind);
    }
    (decoded[name] ??= []).push(value);
  }
  return decoded;
}

const bytesOf = ({ buffer }: Float32Array | BigInt64Array) => new Uint8Array(buffer);

it('a graph: nodes with attributes of all kinds, numbers, inputs and outputs with a batch in front', () => {
  const drawn = new OnnxGraph();
  const x = drawn.input('x', [4, 2]);
  const within = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
  const sum = drawn.node('Add', [x, drawn.floats('two', within, [2])]);
  const leaky = drawn.node('LeakyRelu', [sum], { alpha: { float: 0.5 } });
  const flat = drawn.node('Reshape', [leaky, drawn.integers('shape', [300, 8])], { allowzero: 1 }, 'flat');
  const padded = drawn.node('Pad', [flat, '', 'two'], { mode: 'edge', axes: [0, 130] });
  // The same numbers under the same name are there once.
  drawn.floats('two', within, [2]);
  drawn.output('y', padded, [8]);
  const decoded = decode(drawn.toBytes('a graph'), model);

  const info = (name: string, ...shape: number[]) => ({
    name: [name],
    type: [
      {
        tensor_type: [
          { elem_type: [1], shape: [{ dim: [{ dim_param: ['batch'] }, ...shape.map((n) => ({ dim_value: [n] }))] }] },
        ],
      },
    ],
  });
  expect(decoded).toEqual({
    ir_version: [7],
    producer_name: ['latentgpu'],
    graph: [
      {
        node: [
          { input: ['x', 'two'], output: ['Add.0'], name: ['Add.0'], op_type: ['Add'] },
          {
            input: ['Add.0'],
            output: ['LeakyRelu.1'],
            name: ['LeakyRelu.1'],
            op_type: ['LeakyRelu'],
            attribute: [{ name: ['alpha'], f: [0.5], type: [1] }],
          },
          {
            input: ['LeakyRelu.1', 'shape'],
            output: ['flat'],
            name: ['flat'],
            op_type: ['Reshape'],
            attribute: [{ name: ['allowzero'], i: [1], type: [2] }],
          },
          {
            input: ['flat', '', 'two'],
            output: ['Pad.2'],
            name: ['Pad.2'],
            op_type: ['Pad'],
            attribute: [
              { name: ['mode'], s: ['edge'], type: [3] },
              { name: ['axes'], ints: [0, 130], type: [7] },
            ],
          },
          { input: ['Pad.2'], output: ['y'], name: ['y'], op_type: ['Identity'] },
        ],
        name: ['a graph'],
        initializer: [
          { dims: [2], data_type: [1], name: ['two'], raw_data: [bytesOf(Float32Array.of(1, 2))] },
          { dims: [2], data_type: [7], name: ['shape'], raw_data: [bytesOf(BigInt64Array.of(300n, 8n))] },
        ],
        input: [info('x', 4, 2)],
        output: [info('y', 8)],
      },
    ],
    opset_import: [{ domain: [''], version: [13] }],
  });
  expect(decode(new OnnxGraph().toBytes('empty'), model)).toEqual({
    ir_version: [7],
    producer_name: ['latentgpu'],
    graph: [{ name: ['empty'] }],
    opset_import: [{ domain: [''], version: [13] }],
  });
});
