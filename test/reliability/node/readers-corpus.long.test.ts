/** Files that are known to be trouble. None of them may take longer than its length says: what is quadratic in a million characters runs into the time limit. */
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCsv } from '../../../src/data/csv.ts';
import { readIdx } from '../../../src/data/idx.ts';
import { DataError, FormatError } from '../../../src/errors.ts';
import { parseJson } from '../../../src/files/json.ts';
import { readSafetensors } from '../../../src/files/safetensors.ts';
import { Allocations } from '../../support/allocations.ts';
import { errorOf, expectRefused } from '../../support/error-of.ts';

function safetensors(header: string | Uint8Array, dataBytes = 0, announced?: bigint): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, announced ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (shape: string, offsets: string, dtype = '"F32"') =>
  `{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}`;
const one = (shape: string, offsets: string, dtype?: string) => `{"w":${entry(shape, offsets, dtype)}}`;
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('safetensors', () => {
  const wrong: Record<string, [Uint8Array, RegExp]> = {
    'a header longer than the file': [
      safetensors('{}', 0, 3n),
      /byte 0: a header of 3 bytes is announced, but only 2 follow/,
    ],
    'a header of over 100 MB': [
      safetensors('{}', 0, 100_000_001n),
      /byte 0: a header of 100000001 bytes is announced; 100000000 are allowed/,
    ],
    'a header of 2^64 - 1 bytes': [
      safetensors('{}', 0, 2n ** 64n - 1n),
      /byte 0: a header of 18446744073709552000 bytes/,
    ],
    'no header at all': [safetensors(''), /byte 8: .* should begin with {/],
    'a name that comes twice': [
      safetensors(`{"w":${entry('[1]', '[0,4]')},"w":${entry('[1]', '[0,4]')}}`, 4),
      /the name w comes twice/,
    ],
    'a name that comes twice, spelled in two ways': [
      safetensors(`{"w":${entry('[1]', '[0,4]')},"\\u0077":${entry('[1]', '[4,8]')}}`, 8),
      /the name w comes twice/,
    ],
    'a field that comes twice': [
      safetensors('{"w":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}', 4),
      /the name shape comes twice/,
    ],
    'metadata that come twice': [
      safetensors('{"__metadata__":{"a":"1"},"__metadata__":{}}'),
      /the name __metadata__ comes twice/,
    ],
    'a name in the metadata that comes twice': [
      safetensors('{"__metadata__":{"a":"{","a":"2"}}'),
      /the name a comes twice/,
    ],
    '__proto__ twice': [
      safetensors(`{"__proto__":${entry('[1]', '[0,4]')},"__proto__":${entry('[1]', '[0,4]')}}`, 4),
      /the name __proto__ comes twice/,
    ],
    'a hole': [
      safetensors(`{"a":${entry('[1]', '[0,4]')},"b":${entry('[1]', '[8,12]')}}`, 12),
      /4 bytes between a and b belong to no tensor/,
    ],
    'an overlap': [
      safetensors(`{"a":${entry('[2]', '[0,8]')},"b":${entry('[1]', '[4,8]')}}`, 8),
      /b overlaps a by 4 bytes/,
    ],
    'the same bytes twice': [
      safetensors(`{"a":${entry('[1]', '[0,4]')},"b":${entry('[1]', '[0,4]')}}`, 4),
      /b overlaps a by 4 bytes/,
    ],
    'nothing, in the middle of something': [
      safetensors(`{"a":${entry('[2]', '[0,8]')},"b":${entry('[0]', '[4,4]')}}`, 8),
      /b overlaps a by 4 bytes/,
    ],
    'trailing bytes': [safetensors('{}', 1), /1 bytes follow that belong to no tensor/],
    'a shape of more than 2^53': [safetensors(one('[134217728,134217728]', '[0,4]'), 4), /w has the shape/],
    'a shape of more than any number': [
      safetensors(one(`[${Array(300).fill('1e15').join()}]`, '[0,4]'), 4),
      /w has the shape/,
    ],
    'a shape of 2^64, which is 0 in 64 bits': [safetensors(one('[4294967296,4294967296]', '[0,0]')), /w has the shape/],
    'an offset past 2^53': [safetensors(one('[1]', '[9007199254740993,9007199254740997]'), 4), /data_offsets/],
    'a negative side': [safetensors(one('[-1]', '[4,0]'), 4), /the shape \[-1\]/],
    'two negative sides': [safetensors(one('[-1,-1]', '[0,4]'), 4), /the shape \[-1,-1\]/],
    'a side of -0': [safetensors(one('[-0]', '[0,0]')), /the shape/],
    'a side of a half': [safetensors(one('[0.5,2]', '[0,4]'), 4), /the shape \[0.5,2\]/],
    'a side past all numbers': [safetensors(one('[1e400]', '[0,4]'), 4), /the shape/],
    'a side that is text': [safetensors(one('["1"]', '[0,4]'), 4), /the shape \["1"\]/],
    'a negative offset': [safetensors(one('[1]', '[-4,0]'), 4), /data_offsets \[-4,0\]/],
    'an entry by way of __proto__': [
      safetensors(`{"w":{"__proto__":${entry('[1]', '[0,4]')}}}`, 4),
      /the dtype undefined/,
    ],
    'a dtype that nests too deep': [safetensors(one('[1]', '[0,4]', deep(100_000)), 4), /nests deeper than 64 levels/],
    'a shape that nests too deep': [safetensors(one(deep(100_000), '[0,4]'), 4), /nests deeper than 64 levels/],
    'something unknown that nests too deep': [
      safetensors(`{"w":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`),
      /nests deeper than 64 levels/,
    ],
    'brackets without end': [safetensors(`{"w":${'['.repeat(1_000_000)}`), /nests deeper than 64 levels/],
    'no UTF-8 in a name': [
      safetensors(Uint8Array.from([...'{"'].map((c) => c.charCodeAt(0)).concat(0xff, 0x22, 0x3a, 0x31, 0x7d))),
      /byte 8: the header is not JSON/,
    ],
    'a byte order mark': [safetensors('\ufeff{}'), /byte 8: .* should begin with {/],
    'a space first': [safetensors(' {}'), /byte 8: .* should begin with {/],
    'zeros behind the JSON': [safetensors('{}\0\0'), /byte 8: the header is not JSON/],
    'a text without end': [safetensors('{"w'), /byte 8: the header is not JSON/],
    'a backslash at the end': [safetensors('{"w\\'), /byte 8: the header is not JSON/],
    ...Object.fromEntries(
      ['"f32"', '"F32 "', '""', '"toString"', '32', 'null', '["F32"]'].map((dtype) => [
        `the dtype ${dtype}`,
        [safetensors(one('[1]', '[0,4]', dtype), 4), /the dtype .*; types are called "F32", "F16"/] as [
          Uint8Array,
          RegExp,
        ],
      ]),
    ),
    ...Object.fromEntries(
      ['"F16"', '"BF16"', '"F64"', '"I64"', '"BOOL"', '"F8_E4M3"'].map((dtype) => [
        `four bytes of the dtype ${dtype} where there is one number`,
        [safetensors(one('[1]', '[0,4]', dtype), 4), /the shape \[1\], that is [128] bytes/] as [Uint8Array, RegExp],
      ]),
    ),
    ...Object.fromEntries(
      ['"I64"', '"F4"'].map((dtype) => [
        `offsets that go backwards, of the dtype ${dtype}`,
        [safetensors(one('[1]', '[4,0]', dtype), 4), /data_offsets over -4/] as [Uint8Array, RegExp],
      ]),
    ),
  };

  it.each(Object.entries(wrong))('%s: a FormatError', (_, [bytes, message]) => {
    expect(() => readSafetensors(bytes)).toThrow(FormatError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  it('names of built-in properties are ordinary names', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
    const header = names.map((name, i) => `"${name}":${entry('[1]', `[${4 * i},${4 * i + 4}]`)}`).join();
    const { tensors, metadata } = readSafetensors(
      safetensors(`{"__metadata__":{"__proto__":"x","toString":"y"},${header}}`, 4 * names.length),
    );
    expect(Object.keys(tensors)).toEqual(names);
    expect(Object.keys(metadata)).toEqual(['__proto__', 'toString']);
    for (const object of [tensors, metadata, {}]) expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    // Neither is there what a tensor called __proto__ has, nor what every object has.
    expect('shape' in tensors).toBe(false);
    const none = readSafetensors(safetensors('{}'));
    for (const name of names)
      for (const object of [none.tensors, none.metadata]) expect(Object.hasOwn(object, name)).toBe(false);
  });

  it('spaces in and after the header, unknown fields, and empty shapes are read', () => {
    expect(
      readSafetensors(
        safetensors(
          `{ "w" : ${entry('[ 0, 1099511627776, 1099511627776 ]', '[0,0]').replace('}', ',"more":[{}]}')} }  \n`,
        ),
      ).tensors.w.shape,
    ).toEqual([0, 2 ** 40, 2 ** 40]);
  });

  it('a message is short, even about a long name', () => {
    expect(() => readSafetensors(safetensors(`{"${'w'.repeat(1e6)}":1}`))).toThrow(/^.{100,500}$/);
    expect(() => readSafetensors(safetensors(one(`[${'1,'.repeat(1e6)}2]`, '[0,4]'), 4))).toThrow(/^.{100,500}$/);
  });
});

it('JSON with equal names in different objects, or as values, equals the result of JSON.parse', () => {
  const text = '[{"a":"a","b":{"a":1,"b":["a","a",{"a":"\\"a\\":"}]}},{"a":null}, "}{", "a"]';
  // Python's json puts spaces there.
  const spaced = '{"a": "a", "b" : ["b", "b" , {"a":\n"a"}], "c": {"c": "a"}}';
  for (const each of [text, spaced]) expect(parseJson(each)).toEqual(JSON.parse(each));
  expect(parseJson(deep(64))).toEqual(JSON.parse(deep(64)));
  expect(() => parseJson(deep(65))).toThrow(SyntaxError);
  for (const wrong of ['', '}', ']]', '"', '"\\', '{"a"', '{"\n":1}', '{"a":1,}', '{1:2}'])
    expect(() => parseJson(wrong), wrong).toThrow(SyntaxError);
});

/** An IDX file: its magic number, its sides, its values. */
function idx(sides: number[], values: number, magic = [0, 0, 8, sides.length]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * sides.length + values);
  bytes.set(magic);
  sides.forEach((side, i) => new DataView(bytes.buffer).setUint32(4 + 4 * i, side));
  return bytes;
}

const most = 2 ** 32 - 1;

describe('IDX', () => {
  const wrong: Record<string, [Uint8Array, RegExp]> = {
    'no zeros in front': [idx([2], 2, [1, 0, 8, 1]), /begins with two zeros \(offset 0\)/],
    'the bytes of the magic number in reverse': [idx([2], 2, [1, 8, 0, 0]), /begins with two zeros/],
    ...Object.fromEntries(
      [0, 9, 0xb, 0xc, 0xd, 0xe, 255].map((type) => [
        `values of type ${type}`,
        [idx([2], 2, [0, 0, type, 1]), /\(offset 2\); only unsigned bytes/] as [Uint8Array, RegExp],
      ]),
    ),
    'no sides': [idx([], 1, [0, 0, 8, 0]), /the number of dimensions at offset 3 is 0/],
    '255 sides that are not there': [idx([2], 2, [0, 0, 8, 255]), /ends at offset 10, within its 255 dimensions/],
    'sides that are 0 in 32 bits': [idx([65536, 65536], 0), /0 values from offset 12 on, .* needs 4294967296/],
    'sides that are 2 in 64 bits': [idx([2 ** 31 + 1, 2 ** 31, 2, 2 ** 31 + 1, 2], 2), /2 values from offset 24 on/],
    'sides past all numbers': [idx(Array<number>(255).fill(most), 1), /values from offset 1024 on, .* needs Infinity/],
    'a value too few': [idx([2, 2], 3), /3 values from offset 12 on, but the shape \[2, 2\] needs 4/],
    'a value too many': [idx([2, 2], 5), /5 values from offset 12 on/],
  };

  it.each(Object.entries(wrong))('%s: a FormatError, gzipped or not', async (_, [bytes, message]) => {
    for (const file of [bytes, new Uint8Array(gzipSync(bytes))]) {
      await expectRefused(FormatError, message, readIdx(file));
    }
  });

  it('255 sides, and sides of 0, are read', async () => {
    expect(await readIdx(idx(Array<number>(255).fill(1), 1))).toEqual({
      data: Uint8Array.of(0),
      shape: Array<number>(255).fill(1),
    });
    for (const sides of [
      [0, 28, 28],
      [...Array<number>(40).fill(most), 0],
    ])
      expect(await readIdx(idx(sides, 0))).toEqual({ data: new Uint8Array(0), shape: sides });
  });
});

describe('IDX, gzipped', () => {
  let allocations: Allocations;
  beforeEach(() => (allocations = new Allocations()));
  afterEach(() => allocations.restore());
  /** The size of a piece of what comes out, twice, and what the inflater needs for itself. */
  const inflater = 2 ** 18;
  const million = 1_000_000;

  const file = idx([2, 3], 6).fill(7, 12);
  const whole = new Uint8Array(gzipSync(file));
  const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
  const gzipped = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));

  const bombs: Record<string, [Uint8Array, RegExp]> = {
    'fifty million zeros': [new Uint8Array(50 * million), /type 0x0 \(offset 2\)/],
    'fifty million values where ten are promised': [
      idx([10], 50 * million),
      /at least \d+ values from offset 8 on, but the shape \[10\] needs 10/,
    ],
    'none where more are promised than can be': [
      idx([most, most], 50 * million),
      /at most \d+ values from offset 12 on/,
    ],
    '255 sides past all numbers': [idx(Array<number>(255).fill(most), 50 * million), /at most \d+ values/],
    'no values promised': [idx([most, 0], 50 * million), /at least \d+ values .* needs 0/],
  };

  it.each(Object.entries(bombs))('a bomb, %s: a FormatError after the first bytes', async (_, [bytes, message]) => {
    const bomb = gzipped(bytes);
    expect(bytes.length / bomb.length).toBeGreaterThan(1000);
    allocations.reset();
    await expectRefused(FormatError, message, readIdx(bomb));
    expect(allocations.bytes).toBeLessThanOrEqual(inflater);
  });

  it('a bomb that matches its header is an ordinary file', async () => {
    const bomb = gzipped(idx([5 * million], 5 * million));
    allocations.reset();
    const { data, shape } = await readIdx(bomb);
    expect([data.length, shape]).toEqual([5 * million, [5 * million]]);
    // The pieces that came out, and all of them together.
    expect(allocations.bytes).toBeLessThanOrEqual(2 * (5 * million + 8) + inflater);
  });

  it('cut off anywhere: a FormatError', async () => {
    for (let length = 0; length < whole.length; length++)
      expect(await errorOf(readIdx(whole.subarray(0, length))), String(length)).toBeInstanceOf(FormatError);
    expect((await readIdx(whole)).shape).toEqual([2, 3]);
  });

  it('any bit of its checksum or length wrong: a FormatError', async () => {
    for (let bit = 8 * (whole.length - 8); bit < 8 * whole.length; bit++) {
      const wrong = whole.slice();
      wrong[bit >> 3] ^= 1 << (bit & 7);
      expect(await errorOf(readIdx(wrong)), String(bit)).toBeInstanceOf(FormatError);
    }
  });

  const half = 10;
  it.each<[string, Uint8Array]>([
    ['anything behind it', joined(whole, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10))],
    ['half a stream behind it', joined(whole, whole.subarray(0, 12))],
    ['itself behind it', joined(whole, whole)],
  ])('%s: a FormatError', async (_, bytes) => {
    await expectRefused(FormatError, /offset/, readIdx(bytes));
  });

  it.each<[string, Uint8Array]>([
    ['a zero behind it', joined(whole, Uint8Array.of(0))],
    ['an empty stream behind it', joined(whole, gzipped(new Uint8Array(0)))],
    ['two streams that make one file', joined(gzipped(file.subarray(0, half)), gzipped(file.subarray(half)))],
  ])('%s: the same file', async (_, bytes) => {
    expect(await readIdx(bytes)).toEqual({ data: file.slice(12), shape: [2, 3] });
  });

  it('an empty stream, or only another gzip stream: a FormatError', async () => {
    for (const content of [new Uint8Array(0), whole])
      expect(await errorOf(readIdx(gzipped(content)))).toBeInstanceOf(FormatError);
  });
});

describe('CSV', () => {
  // `npm run mutants` runs them a thousand times over, and asks what they find, not how long they take.
  const million = import.meta.env.VITE_MUTANTS ? 10_000 : 1_000_000;
  type Refusal = [text: string, kind: new (message: string) => Error, message: RegExp];
  const wrong: Record<string, Refusal> = {
    'an even million of quotes': ['"'.repeat(million), DataError, /no rows below the header/],
    'an odd million of quotes': ['"'.repeat(million + 1), FormatError, /the quote at offset 0 is not closed/],
    'a million lines of a quote': ['"\n'.repeat(million), FormatError, /row 0, column 0 is blank/],
    'a million quotes in the last field': [
      `a\n1${'"'.repeat(million)}`,
      FormatError,
      /a quote inside an unquoted field, at offset 3/,
    ],
    'a quote within a field': ['a,b\n1,2\n3,4"\n', FormatError, /at offset 11/],
    'a quote behind a space and something else': ['a,b\n1, x"2"\n', FormatError, /at offset 8/],
    'a million spaces before a quote that is not closed': [
      `a,b\n1,${' '.repeat(million)}"2`,
      FormatError,
      /the quote at offset \d+ is not closed/,
    ],
    'text behind a quote': ['a,b\n1,"2" \n', FormatError, /text after a closing quote at offset 9/],
    'a lone quote at the end': ['a,b\n1,2\n"', FormatError, /the quote at offset 8 is not closed/],
    'rows that differ': ['1,2\n3\n', FormatError, /it has 1 values \(offset 4\), but the first line 2/],
    'a row that differs behind one that has no number': ['1,2\nx,4\n3\n', FormatError, /it has 1 values \(offset 8\)/],
    'a first line that promises a table of ten billion values': [
      `${'1,'.repeat(100_000)}1\n${'1\n'.repeat(100_000)}`,
      FormatError,
      /it has 1 values \(offset 200002\), but the first line 100001/,
    ],
    'a header only': ['a,b,c', DataError, /no rows below the header/],
    'a header only, with a line end': ['a,b,c\r\n', DataError, /no rows below the header/],
    nothing: ['', DataError, /no rows/],
    'a byte order mark only': ['\ufeff', DataError, /no rows/],
    'only newlines': ['\n'.repeat(million), DataError, /no rows/],
    'only returns': ['\r'.repeat(million), DataError, /no rows/],
    'spaces, and then newlines': [' '.repeat(million) + '\n'.repeat(million), DataError, /no rows/],
    'two hundred thousand empty fields': [
      `1${',1'.repeat(million / 5)}\n${','.repeat(million / 5)}`,
      FormatError,
      /row 1, column 0 is blank/,
    ],
    'a line that ends in a delimiter': ['1,2\n3,4,\n', FormatError, /it has 3 values \(offset 4\)/],
    'a byte order mark within': ['1\n2\ufeff3', FormatError, /not a number/],
    'a zero character': ['1\n\0', FormatError, /not a number/],
    'digits of another script': ['1\n٣', FormatError, /not a number/],
    'a number that is too large for a float': ['1\n1e39', DataError, /more than float32 holds/],
    'a number that is too large for any': ['1\n1e400', DataError, /more than float32 holds/],
    'a million digits in the first line, and no number': [
      `${'1'.repeat(million)}x,2;3\n`,
      FormatError,
      /'1{40}' in row 0, column 0 /,
    ],
    'an HTML page': ['<!DOCTYPE html>\n<html>', FormatError, /line 1: this is an HTML page/],
    'ids far from zero, a hundred thousand of them': [
      Array.from({ length: million / 10 }, (_, i) => 2 ** 40 + i).join('\n'),
      FormatError,
      /1099511627776 and 1099511627777 become the same number/,
    ],
    'a point only': ['1\n.', FormatError, /not a number/],
    'a delimiter of a language that has commas in numbers': ['a;b\n1,5;2,5', FormatError, /'1,5' in row 0/],
  };

  it.each(Object.entries(wrong))('%s', (_, [text, kind, message]) => {
    expect(() => readCsv(text)).toThrow(kind);
    expect(() => readCsv(text)).toThrow(message);
  });

  it('a number of a million digits, and a million of numbers', () => {
    expect(readCsv(`1\n0.${'1'.repeat(million)}`).data[1]).toBe(Math.fround(1 / 9));
    const { data, shape } = readCsv('1\n'.repeat(million));
    expect([data.length, shape]).toEqual([million, [million, 1]]);
  });

  it('the delimiter is searched only in the first line that is not blank', () => {
    expect(readCsv(' \n\n5\n6').shape).toEqual([2, 1]);
    expect(() => readCsv(' \n\n5\n6;7')).toThrow("'6;7' in row 1");
    expect(() => readCsv('5\r6;7')).toThrow("'6;7' in row 1");
  });

  it('columns and classes with names of built-in properties are ordinary', () => {
    const { columns, classes, labels } = readCsv(
      '__proto__,toString,kind\n1,2,constructor\n3,4,__proto__\n5,6,constructor\n',
      { label: 'kind' },
    );
    expect({ columns, classes, labels }).toEqual({
      columns: ['__proto__', 'toString'],
      classes: ['__proto__', 'constructor'],
      labels: Int32Array.of(1, 0, 1),
    });
    expect(() => readCsv('a\n1', { label: 'toString' })).toThrow(/no column 'toString'/);
  });
});
