import { describe, expect, it } from 'vitest';
import { FormatError, OptionError, ShapeError } from '../../src/errors.ts';
import { readSafetensors, writeSafetensors } from '../../src/files/safetensors.ts';

/** A file from its parts, however wrong they are. */
function file(header: string, dataBytes: number, announced?: number): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(announced ?? json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32'): unknown => ({
  dtype,
  shape,
  data_offsets: offsets,
});

describe('a written file', () => {
  it('is exactly this file', () => {
    const bytes = writeSafetensors({ bias: { data: new Float32Array([1, -2]), shape: [2, 1] } });
    const header = '{"bias":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}     '; // 64 characters
    const expected = [64, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header), 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0];
    expect([...bytes]).toEqual(expected);
  });

  it('starts its data at a multiple of 8 for any header', () => {
    for (let length = 1; length <= 9; length++) {
      const bytes = writeSafetensors({ ['x'.repeat(length)]: { data: new Float32Array(3), shape: [3] } });
      expect((bytes.length - 12) % 8).toBe(0);
    }
  });

  it('is read back: names, shapes, bits, metadata, in their order', () => {
    const odd = new Float32Array([NaN, -0, Infinity, 1e-45, 3.4e38, 0.1]);
    const inTheMiddle = new Float32Array(new ArrayBuffer(40), 8, 3).fill(7);
    const given = {
      'encoder.0.weight': { data: odd, shape: [2, 3] },
      'größe 𝛼 "quoted"': { data: inTheMiddle, shape: [3] },
      scalar: { data: new Float32Array([4]), shape: [] },
      empty: { data: new Float32Array(0), shape: [0, 5] },
      ['__proto__']: { data: new Float32Array([5]), shape: [1] },
    };
    const { tensors, metadata } = readSafetensors(writeSafetensors(given, { note: 'a\nb', empty: '' }));
    expect(Object.keys(tensors)).toEqual(Object.keys(given));
    for (const [name, { data, shape }] of Object.entries(given)) {
      expect(tensors[name]?.shape).toEqual(shape);
      expect(new Uint32Array(tensors[name].data.buffer)).toEqual(new Uint32Array(data.slice().buffer));
    }
    expect(metadata).toEqual({ note: 'a\nb', empty: '' });
  });

  it('may be empty', () => {
    expect(readSafetensors(writeSafetensors({}))).toEqual({ tensors: {}, metadata: {} });
  });

  it('refuses a shape that does not match the data', () => {
    const write = (): unknown => writeSafetensors({ w: { data: new Float32Array(5), shape: [2, 3] } });
    expect(write).toThrow(ShapeError);
    expect(write).toThrow('w has the shape [2, 3], but 5 numbers');
  });

  it('refuses the reserved name', () => {
    const write = (): unknown => writeSafetensors({ __metadata__: { data: new Float32Array(1), shape: [1] } });
    expect(write).toThrow(
      new FormatError('safetensors: no tensor can be called __metadata__, a name that the format reserves'),
    );
  });

  const w = { data: new Float32Array(2), shape: [2] };
  const noTensors = new OptionError(
    'writeSafetensors: takes tensors by their names, and metadata that map names to text',
  );
  const noTensor = new ShapeError('safetensors: w is not a tensor: { data: Float32Array, shape }');
  it.each<[string, Error, tensors: unknown, metadata?: unknown]>([
    ['no tensors', noTensors, null],
    ['a list of tensors', noTensors, [w]],
    ['metadata that are no text', noTensors, { w }, { epoch: 3 }],
    ['metadata that are a list', noTensors, { w }, ['a']],
    ['a tensor that is none', noTensor, { w: undefined }],
    ['a tensor without a shape', noTensor, { w: { data: w.data } }],
    ['a tensor of plain numbers', noTensor, { w: { data: [1, 2], shape: [2] } }],
    ['a tensor of doubles', noTensor, { w: { data: new Float64Array(2), shape: [2] } }],
    ['a tensor with half a side', noTensor, { w: { data: w.data, shape: [0.5, 4] } }],
  ])('refuses %s', (_, error, tensors, metadata) => {
    const write = writeSafetensors as (...args: unknown[]) => unknown;
    expect(() => write(tensors, metadata)).toThrow(error);
  });
});

describe('a file to read', () => {
  it('may start anywhere in a buffer and have data at an odd offset', () => {
    const inner = file('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4);
    new DataView(inner.buffer).setFloat32(inner.length - 4, 1.5, true);
    const shifted = new Uint8Array(inner.length + 3);
    shifted.set(inner, 3);
    expect(readSafetensors(shifted.subarray(3)).tensors.w?.data).toEqual(new Float32Array([1.5]));
  });

  it('may list its tensors in another order than their data', () => {
    const bytes = file(JSON.stringify({ b: entry([1], [4, 8]), a: entry([1], [0, 4]) }), 8);
    new DataView(bytes.buffer).setFloat32(bytes.length - 4, 2, true);
    expect(readSafetensors(bytes).tensors.b?.data[0]).toBe(2);
  });

  it('may list an empty tensor after one that begins at the same place', () => {
    const bytes = file(
      JSON.stringify({
        row: entry([1], [0, 4]),
        empty: entry([0], [0, 0]),
        column: entry([1, 1], [4, 8]),
        none: entry([0, 3], [4, 4]),
      }),
      8,
    );
    expect(Object.values(readSafetensors(bytes).tensors).map(({ shape }) => shape)).toEqual([[1], [0], [1, 1], [0, 3]]);
  });

  it('has to be bytes', () => {
    expect(() => readSafetensors('{}' as never)).toThrow(
      new OptionError('readSafetensors: takes the bytes of a file, as a Uint8Array'),
    );
    expect(() => readSafetensors(new ArrayBuffer(8) as never)).toThrow(OptionError);
  });

  it.each<[dtype: string, bytes: number[], values: number[]]>([
    ['F16', [0x00, 0x3e], [1.5]],
    ['F16', [0x01, 0x00, 0xff, 0x03, 0x00, 0x04], [2 ** -24, 1023 * 2 ** -24, 2 ** -14]],
    ['F16', [0xff, 0x7b, 0x00, 0x80, 0x00, 0xfc, 0x01, 0x7c], [65504, -0, -Infinity, NaN]],
    ['BF16', [0xc0, 0x3f], [1.5]],
    ['BF16', [0x49, 0xc0, 0x80, 0x7f, 0x01, 0x00, 0x00, 0x80], [-3.140625, Infinity, 2 ** -133, -0]],
    ['F64', [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [1.5]],
    ['F64', [...new Uint8Array(Float64Array.of(0.1, 1e300, -1e-300).buffer)], [Math.fround(0.1), Infinity, -0]],
  ])('may be %s, which becomes float32: %j', (dtype, bytes, values) => {
    // At an odd offset, behind a byte of something else.
    const header = {
      flag: entry([1], [0, 1], 'BOOL'),
      w: entry([values.length], [1, 1 + bytes.length], dtype),
    };
    const whole = file(JSON.stringify(header), 1 + bytes.length);
    whole.set(bytes, whole.length - bytes.length);
    expect(readSafetensors(whole).tensors).toEqual({ w: { data: Float32Array.from(values), shape: [values.length] } });
  });

  it('may have whole numbers and future types, which are returned as bytes, by name', () => {
    const header = {
      w: entry([1], [0, 4]),
      num_batches_tracked: entry([], [4, 12], 'I64'),
      tiny: entry([4], [12, 14], 'F4'),
    };
    const bytes = file(JSON.stringify(header), 14);
    bytes[bytes.length - 10] = 7;
    const { tensors, others } = readSafetensors(bytes);
    expect(Object.keys(tensors)).toEqual(['w']);
    expect(others).toEqual({
      num_batches_tracked: { dtype: 'I64', shape: [], bytes: Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0) },
      tiny: { dtype: 'F4', shape: [4], bytes: new Uint8Array(2) },
    });
    expect(readSafetensors(writeSafetensors({}))).not.toHaveProperty('others');
  });

  it('names the error of the parser as its cause', () => {
    let error: unknown;
    try {
      readSafetensors(file('{"w":', 0));
    } catch (thrown) {
      error = thrown;
    }
    expect((error as FormatError).cause).toBeInstanceOf(SyntaxError);
  });

  const one = (shape: unknown, offsets: unknown, dtype?: unknown): string =>
    JSON.stringify({ w: entry(shape, offsets, dtype) });
  const two = (a: number[], b: number[]): string => JSON.stringify({ a: entry([1], a), b: entry([1], b) });
  const dataStart = (header: string): number => 8 + header.length;

  it.each<[string, Uint8Array, string]>([
    ['no bytes', new Uint8Array(0), 'byte 0: the file ends here'],
    ['half a length', new Uint8Array(5), 'byte 5: the file ends here'],
    ['a header that is cut off', file('{}', 0, 40), 'byte 0: a header of 40 bytes is announced, but only 2 follow'],
    ['a length past 2^53', new Uint8Array(16).fill(255), 'byte 0: a header of 18446744073709552000 bytes'],
    ['no JSON', file('{"w":', 0), 'byte 8: the header is not JSON'],
    ['no UTF-8', file('', 1, 1).fill(255, 8), 'byte 8: the header is not a JSON object'],
    ['no object', file('[]', 0), 'byte 8: the header is not a JSON object'],
    ['an entry that is null', file('{"w":null}', 0), "the header's entry for w is not an object"],
    ['an entry that is no object', file('{"w":3}', 0), "the header's entry for w is not an object"],
    ['a dtype that is none', file(one([2], [0, 4], 'f16'), 4), 'the dtype "f16"; types are called "F32"'],
    ['an HTML page', new TextEncoder().encode('<!doctype html><html>'), 'byte 0: this is an HTML page'],
    ['no dtype', file('{"w":{"shape":[1],"data_offsets":[0,4]}}', 4), 'the dtype undefined'],
    ['a negative shape', file(one([-1], [0, 4]), 4), 'the shape [-1]'],
    ['a fractional shape', file(one([0.5], [0, 2]), 2), 'the shape [0.5]'],
    ['no shape', file('{"w":{"dtype":"F32","data_offsets":[0,4]}}', 4), 'the shape undefined'],
    ['a shape that overflows', file(one([2 ** 40, 2 ** 40], [0, 4]), 4), 'data_offsets over 4'],
    ['one offset', file(one([1], [4]), 4), 'the data_offsets [4]'],
    ['offsets backwards', file(one([1], [4, 0]), 4), 'data_offsets over -4'],
    ['a shape of another size', file(one([2], [0, 4]), 4), 'the shape [2], that is 8 bytes, but data_offsets over 4'],
    ['metadata that is no text', file('{"__metadata__":{"a":1}}', 0), '__metadata__ must map names to text'],
    [
      'a hole',
      file(two([0, 4], [8, 12]), 12),
      `byte ${dataStart(two([0, 4], [8, 12])) + 4}: 4 bytes between a and b belong to no tensor`,
    ],
    ['a hole at the start', file(one([1], [4, 8]), 8), '4 bytes between the header and w belong to no tensor'],
    ['an overlap', file(two([0, 4], [2, 6]), 6), `byte ${dataStart(two([0, 4], [2, 6])) + 2}: b overlaps a by 2 bytes`],
    [
      'trailing bytes',
      file(one([1], [0, 4]), 7),
      `byte ${dataStart(one([1], [0, 4])) + 4}: 3 bytes follow that belong to no tensor`,
    ],
    [
      'a shape of two sides, of another size',
      file(one([2, 3], [0, 4]), 4),
      'the shape [2, 3], that is 24 bytes, but data_offsets over 4',
    ],
    [
      'missing bytes',
      file(one([1], [0, 4]), 3),
      `byte ${dataStart(one([1], [0, 4])) + 3}: the file ends here, 1 bytes before the end of w`,
    ],
  ])('is refused: %s', (_, bytes, message) => {
    const read = (): unknown => readSafetensors(bytes);
    expect(read).toThrow(FormatError);
    expect(read).toThrow(message);
  });
});

it("reads Node's Buffer, whose slices are views", () => {
  const bytes = writeSafetensors({
    a: { data: Float32Array.of(1, 2), shape: [2] },
    b: { data: Float32Array.of(3), shape: [1] },
  });
  expect(readSafetensors(Buffer.from(bytes)).tensors).toEqual(readSafetensors(bytes).tensors);
});
