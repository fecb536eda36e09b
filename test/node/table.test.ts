/** What can be done with a table, and tables that are no CSV. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it, vi } from 'vitest';
import { cellColumns, modelColumns } from '../../src/data/table/cells.ts';
import {
  DataError,
  FormatError,
  OptionError,
  OutOfMemoryError,
  readTable,
  type Table,
  type TableOptions,
} from '../../src/index.ts';
import { expectRefused } from '../support/error-of.ts';

const rowsOf = (table: Table) => Array.from({ length: table.length }, (_, i) => table.row(i));
const data = path.resolve(import.meta.dirname, '../../node_modules/vega-datasets/data');
const fileOf = async (name: string) => new Blob([await readFile(path.join(data, name))]);

describe('views', async () => {
  const table = await readTable('x,kind,c\n1,a,p\n2,b,q\n,a,p\n4,,q\n5,c,p\n', { label: 'c' });

  it('take, filter and split', () => {
    expect(rowsOf(table.take(2))).toEqual([
      { x: 1, kind: 'a', c: 'p' },
      { x: 2, kind: 'b', c: 'q' },
    ]);
    const some = table.filter(({ x, c }, i) => x !== null && c === 'p' && i < 5);
    expect([some.length, [...some.labels!], [...some.values('x')], [...some.values('kind')]]).toEqual([
      2,
      [0, 0],
      [1, 5],
      [0, 2],
    ]);
    expect(some.columns).toEqual([
      { name: 'x', kind: 'number', missing: 0, min: 1, max: 5 },
      // Names keep their places, whatever rows are there.
      { name: 'kind', kind: 'category', categories: ['a', 'b', 'c'], missing: 0 },
    ]);
    const [most, rest] = table.split(0.6, { seed: 3 });
    expect([most.length, rest.length]).toEqual([3, 2]);
    expect([...rowsOf(most), ...rowsOf(rest)].map((row) => JSON.stringify(row)).sort()).toEqual(
      rowsOf(table)
        .map((row) => JSON.stringify(row))
        .sort(),
    );
    expect(rowsOf(table.split(0.6, { seed: 3 })[0])).toEqual(rowsOf(most));
    expect(rowsOf(most.filter(() => true).take(1))).toEqual([most.row(0)]);
  });

  it('refuse invalid arguments', () => {
    expect(() => table.take(6)).toThrow(OptionError);
    expect(() => table.row(5)).toThrow(OptionError);
    expect(() => table.row(-1)).toThrow(OptionError);
    expect(() => table.filter(() => false)).toThrow(new DataError('filter: no row is left'));
    expect(() => table.filter(1 as never)).toThrow(OptionError);
    expect(() => table.split(1)).toThrow(DataError);
    expect(() => table.split(0.5, { sead: 1 } as never)).toThrow(/did you mean seed/);
    expect(() => table.values('z')).toThrow(/no column 'z'; there are x, kind/);
  });
});

it('readTable reads the output of toCsv', async () => {
  const text =
    'n,t,k,c\n0.1,2026-01-01T00:00:00.250Z,"a ""b"", c",p\n,2026-01-02,,q\n-3e-7,1969-12-31T23:59:59Z," x\ny",p\n';
  const table = await readTable(text, { label: 'c' });
  expect(table.toCsv()).toBe(
    'n,t,k,c\n0.1,2026-01-01T00:00:00.25Z,"a ""b"", c",p\n,2026-01-02,,q\n-3e-7,1969-12-31T23:59:59Z,"x\ny",p\n',
  );
  const again = await readTable(table.toCsv(), { label: 'c' });
  expect([rowsOf(again), again.columns]).toEqual([rowsOf(table), table.columns]);
  expect((await readTable('x\n1\n""\n2\n')).toCsv()).toBe('x\n1\n""\n2\n');
});

it('names such as __proto__ are names', async () => {
  const table = await readTable('__proto__,constructor\n1,x\n2,y\n');
  expect(Object.entries(table.row(0))).toEqual([
    ['__proto__', 1],
    ['constructor', 'x'],
  ]);
});

describe('moments', () => {
  it.each([0.1, 0.7, -1e300, 1e308])('of a constant column have no rounding error: %d', async (value) => {
    const table = await readTable(`x,c\n${[1, 2, 3, 4, 5, 6].map((x) => `${x},${value}`).join('\n')}\n7,`);
    const constant = { mean: value, deviation: 0 };
    expect(table.moments('c')).toEqual(constant);
    expect(table.filter(({ x }) => Number(x) > 3).moments('c')).toEqual(constant);
    const columns = cellColumns('table', modelColumns('table', table.columns), table);
    expect(columns[1]).toEqual({ name: 'c', kind: 'number', center: value, unit: 1 });
  });
});

describe('public tables', () => {
  it('penguins.json', async () => {
    const table = await readTable(await fileOf('penguins.json'), { label: 'Species' });
    expect([table.length, table.classes, table.dialect.format]).toEqual([
      344,
      ['Adelie', 'Chinstrap', 'Gentoo'],
      'json',
    ]);
    expect(table.columns).toEqual([
      { name: 'Island', kind: 'category', categories: ['Biscoe', 'Dream', 'Torgersen'], missing: 0 },
      { name: 'Beak Length (mm)', kind: 'number', missing: 2, min: 32.1, max: 59.6 },
      { name: 'Beak Depth (mm)', kind: 'number', missing: 2, min: 13.1, max: 21.5 },
      { name: 'Flipper Length (mm)', kind: 'number', missing: 2, min: 172, max: 231 },
      { name: 'Body Mass (g)', kind: 'number', missing: 2, min: 2700, max: 6300 },
      { name: 'Sex', kind: 'category', categories: ['.', 'FEMALE', 'MALE'], missing: 10 },
    ]);
  });

  it.each([
    ['penguins.json', 344],
    ['cars.json', 406],
    ['movies.json', 3201],
  ])('%s has the values of its rows', async (name, length) => {
    const table = await readTable(await fileOf(name));
    const rows = JSON.parse(await readFile(path.join(data, name), 'utf8')) as Record<string, unknown>[];
    expect(table.length).toBe(length);
    const differing = rows.flatMap((row, i) =>
      Object.entries(table.row(i)).filter(([column, value]) => {
        const expected = row[column] ?? null;
        const { kind } = table.columns.find(({ name }) => name === column)!;
        if (kind === 'time') return value !== Date.parse(`${expected as string} UTC`) / 1000;
        return kind === 'category' && typeof expected === 'number' ? value !== `${expected}` : value !== expected;
      }),
    );
    expect(differing).toEqual([]);
    expect(table.columns.map(({ kind }) => kind)).toContain(name === 'penguins.json' ? 'category' : 'time');
  });

  it('seattle-weather.csv', async () => {
    const table = await readTable(await fileOf('seattle-weather.csv'));
    expect(table.columns.map(({ name, kind, missing }) => `${name} ${kind} ${missing}`)).toEqual([
      'date time 0',
      'precipitation number 0',
      'temp_max number 0',
      'temp_min number 0',
      'wind number 0',
      'weather category 0',
    ]);
    const lines = (await (await fileOf('seattle-weather.csv')).text()).trim().split(/\r?\n/).slice(1);
    expect(
      rowsOf(table).map(({ date, weather, ...rest }) =>
        [new Date(Number(date) * 1000).toISOString().slice(0, 10), ...Object.values(rest), weather].join(','),
      ),
    ).toEqual(
      lines.map((line) =>
        line
          .split(',')
          .map((field, i) => (i > 0 && i < 5 ? Number(field) : field))
          .join(','),
      ),
    );
  });
});

describe('JSON', () => {
  it('one object on each line, with missing keys', async () => {
    const table = await readTable('{"a":1,"b":"x"}\n\n{"a":2.5,"c":true}\n{"a":null,"b":"y"}\n');
    expect(rowsOf(table)).toEqual([
      { a: 1, b: 'x', c: null },
      { a: 2.5, b: null, c: 'true' },
      { a: null, b: 'y', c: null },
    ]);
    expect((await readTable('[{"a":1},{"a":2},{"a":3}]', { maxRows: 2, columns: ['a'] })).length).toBe(2);
    expect(rowsOf(await readTable(gzipSync('[{"a":1},{"a":2}]')))).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('a name that is empty is the number of the column, and unique', async () => {
    const table = await readTable('[{"x":0,"":1},{"x":2,"":3}]');
    expect(rowsOf(table)).toEqual([
      { x: 0, '1': 1 },
      { x: 2, '1': 3 },
    ]);
    // Keys that are numbers come first.
    const both = await readTable('[{"":1,"1":2},{"":3,"1":4}]');
    expect(both.columns.map(({ name }) => name)).toEqual(['1', '1 (2)']);
    expect(rowsOf(both)[0]).toEqual({ '1': 2, '1 (2)': 1 });
    const labelled = await readTable('[{"":1,"1":2},{"":3,"1":4}]', { label: 1 });
    expect(rowsOf(labelled)[1]).toEqual({ '1': 4, '1 (2)': '3' });
    expect((await readTable('[{"x":0,"":1}]', { columns: { '1': 'category' } })).columns[1].kind).toBe('category');
  });

  const umlauts = '{"a":1,"ä":"ö"}';
  const wide = Buffer.from(umlauts, 'utf16le');
  const wideList = Buffer.from(`[${umlauts}]`, 'utf16le');
  const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
  const marked = Buffer.from(`\ufeff${umlauts}`, 'utf16le');
  it.each<[string, Uint8Array, TableOptions, string]>([
    ['utf-16le, a list', wideList, {}, 'utf-16le'],
    ['utf-16le, lines', wide, {}, 'utf-16le'],
    ['utf-16be, lines', swapped(wide), {}, 'utf-16be'],
    ['utf-16le with a mark', marked, {}, 'utf-16le'],
    ['utf-16be with a mark', swapped(marked), {}, 'utf-16be'],
    ['utf-16le as the options say', wide, { encoding: 'utf-16le' }, 'utf-16le'],
    ['latin1 as the options say', Buffer.from(umlauts, 'latin1'), { encoding: 'latin1' }, 'windows-1252'],
    ['a list in latin1', Buffer.from(`[${umlauts}]`, 'latin1'), { encoding: 'latin1' }, 'windows-1252'],
    ['utf-8 with a mark', Buffer.from(`\ufeff${umlauts}`), {}, 'utf-8'],
    ['utf-8', Buffer.from(umlauts), { encoding: 'utf-8' }, 'utf-8'],
  ])('in %s', async (_, bytes, options, encoding) => {
    const table = await readTable(new Uint8Array(bytes), options);
    expect([rowsOf(table), table.dialect.format, table.dialect.encoding]).toEqual([
      [{ a: 1, ä: 'ö' }],
      'json',
      encoding,
    ]);
  });

  it('in another encoding is refused with the option', () =>
    expectRefused(FormatError, /the JSON is not UTF-8; set `encoding`/, () =>
      readTable(new Uint8Array(Buffer.from(umlauts, 'latin1'))),
    ));

  it.each([
    ['[{"a":1},{"a":[1]}]', /row 2, column a: its value is a list/],
    ['[{"a":1},{"a":{}}]', /row 2, column a: its value is an object/],
    ['[{"a":1},[2]]', /row 2 of the JSON is not an object/],
    ['[{"a":1}', /this is not JSON/],
    ['{"a":1}\n{"a":\n', /line 2: this is not JSON/],
    ['{"a":1}\n\n{"a":[1]}', /line 3, column a: its value is a list/],
    ['{"a":1}\n\n2', /line 3 of the JSON is not an object/],
    ['{"a":1}\n\n{"a":1e999}', /line 3, column a: 'Infinity' is not finite/],
    ['[{"a":1},{"a":1e999}]', /row 2, column a: 'Infinity' is not finite/],
    ['[]', /no rows/],
  ])('%s', (text, message) => expect(readTable(text)).rejects.toThrow(message));
});

it.each<[string, string, RegExp, () => unknown]>([
  [
    'a list of JSON',
    '[{"too":"long"}]',
    /the list of JSON is .* write one object on each/,
    () => readTable('[{"too":"long"}]'),
  ],
  ['a CSV', 'x,y', /toCsv: the text is .* in parts, with `filter`/, async () => (await readTable('x,y\n1,2')).toCsv()],
  ['a row', '3', /toCsv: row 1 is .* a column, with `without`/, async () => (await readTable('x,y\n1,2\n3,4')).toCsv()],
])('%s beyond the longest string is reported, with a remedy', async (_, start, message, call) => {
  const join = Array.prototype.join;
  // A real one would take half a gigabyte.
  const joined = vi.spyOn(Array.prototype, 'join').mockImplementation(function (this: unknown[], by?: string) {
    if (this[0] === start) throw new RangeError('Invalid string length');
    return join.call(this, by);
  });
  try {
    await expectRefused(OutOfMemoryError, message, call);
  } finally {
    joined.mockRestore();
  }
});

describe('times as numbers', () => {
  const milliseconds = /^readTable: (row|line) 2, column t: '1700000000000' is not a date/;
  const seconds = { columns: { t: 'time' } } as const;

  it.each([
    ['a list of JSON', '[{"t":0},{"t":1700000000000}]'],
    ['lines of JSON', '{"t":0}\n{"t":1700000000000}\n'],
    ['Parquet', new Blob([parquetWriteBuffer({ columnData: [{ name: 't', data: [0, 1.7e12], type: 'DOUBLE' }] })])],
  ])('in milliseconds are refused: %s', (_, source) =>
    expectRefused(FormatError, milliseconds, readTable(source, seconds)),
  );

  it('in microseconds are refused, also where all are equal', () =>
    expectRefused(FormatError, /row 1, column t: '1700000000000000' is not a date/, () =>
      readTable('[{"t":1700000000000000}]', seconds),
    ));

  it('are no dates among texts that are, however many', async () => {
    const days = Array.from({ length: 17_000 }, (_, i) => ({ t: new Date(i * 864e5).toISOString() }));
    await expectRefused(FormatError, "row 17001, column t: '5' is not a date", () =>
      readTable(JSON.stringify([...days, { t: 5 }])),
    );
  });

  it('in seconds are times, as are the dates of Parquet beyond the year 5138', async () => {
    expect([...(await readTable('[{"t":1700000000},{"t":-5.5}]', seconds)).values('t')]).toEqual([1.7e9, -5.5]);
    const [days, last] = [[new Date('9999-12-31')], Date.parse('9999-12-31') / 1000];
    const file = parquetWriteBuffer({ columnData: [{ name: 't', data: days, type: 'TIMESTAMP' }] });
    for (const options of [{}, seconds])
      expect([...(await readTable(new Blob([file]), options)).values('t')]).toEqual([last]);
  });

  it('that no Date holds are refused in Parquet too', async () => {
    const file = parquetWriteBuffer({
      columnData: [{ name: 't', data: [2 ** 30] }],
      schema: [
        { name: 'root', num_children: 1 },
        { name: 't', type: 'INT32', converted_type: 'DATE', repetition_type: 'REQUIRED' },
      ],
    });
    await expectRefused(FormatError, /row 1, column t: '\d+' is not a date/, () => readTable(new Blob([file])));
  });
});

it('toCsv reports other errors than the length as they are', async () => {
  const table = await readTable('x,y\n1,2\n3,4\n');
  const failure = new RangeError('of another kind');
  const { values } = table.storage.columns[0];
  values.at = () => {
    throw failure;
  };
  expect(() => table.toCsv()).toThrow(failure);
});

describe('one object on each line', () => {
  /** The same lines again and again, in pieces that end anywhere. */
  async function* endless(...lines: string[]) {
    const once = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
    const twice = Uint8Array.of(...once, ...once);
    for (let at = 0; ; at = (at + 7) % once.length) yield twice.slice(at, at + 7);
  }

  it('is read in pieces, and only as far as needed', async () => {
    const table = await readTable(endless('{"a":1,"ü":"ä"}', '{"a":2}'), { maxRows: 1001 });
    expect([table.length, table.row(999), table.row(1000)]).toEqual([1001, { a: 2, ü: null }, { a: 1, ü: 'ä' }]);
    await expect(readTable(endless('{"a":1}', '{"a":2}', '{"a"}'))).rejects.toThrow(/line 3: this is not JSON/);
  });

  it('that never ends is an error before memory is exhausted', async () => {
    const piece = new TextEncoder().encode(`{"a":"${'x'.repeat(2 ** 18)}`);
    const line = async function* () {
      for (;;) yield piece;
    };
    await expect(readTable(line())).rejects.toThrow(/line 1: the line has more than 67108864 characters/);
  });

  it('may introduce a key, also for the label and in the requested order', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      x: i,
      ...(i > 20 && { late: i / 2 }),
      ...(i > 30 && { c: 'p' }),
    }));
    const text = rows.map((row) => JSON.stringify(row)).join('\r\n');
    const table = await readTable(text, { columns: ['late', 'x'], label: 'c' });
    expect(table.columns.map(({ name, kind, missing }) => [name, kind, missing])).toEqual([
      ['late', 'number', 21],
      ['x', 'number', 0],
    ]);
    expect([...table.values('late')]).toEqual(rows.map(({ late }) => late ?? NaN));
    expect([...table.labels!]).toEqual(rows.map(({ c }) => (c ? 0 : -1)));
    await expect(readTable(text, { columns: ['later'] })).rejects.toThrow(
      /no column 'later' to keep; there are x, late, c/,
    );
    expect((await readTable(text, { columns: { x: 'category' } })).columns[0].kind).toBe('category');
    expect((await readTable(text, { columns: [1] })).columns.map(({ name }) => name)).toEqual(['late']);
  });
});

describe('Parquet', () => {
  const times = [new Date(1.7e12), new Date(1.7e12 + 250), null];
  const file = parquetWriteBuffer({
    columnData: [
      { name: 'x', data: [1.5, null, -3], type: 'DOUBLE' },
      { name: 'n', data: [1, 2, 3], type: 'INT32' },
      { name: 'big', data: [1n, 2n ** 40n, 3n], type: 'INT64' },
      { name: 'name', data: ['Zoë', null, '12'], type: 'STRING' },
      { name: 'flag', data: [true, false, null], type: 'BOOLEAN' },
      { name: 'time', data: times, type: 'TIMESTAMP' },
    ],
    rowGroupSize: 2,
  });
  const expected = [
    { x: 1.5, n: 1, big: 1, name: 'Zoë', flag: 'true', time: 1.7e9 },
    { x: null, n: 2, big: 2 ** 40, name: null, flag: 'false', time: 1.7e9 + 0.25 },
    { x: -3, n: 3, big: 3, name: '12', flag: null, time: null },
  ];

  it('as a file and as a stream, gzipped too', async () => {
    for (const source of [new Blob([file]), new Response(file), new Uint8Array(gzipSync(new Uint8Array(file)))]) {
      const table = await readTable(source);
      expect(rowsOf(table)).toEqual(expected);
      expect(table.columns.map(({ kind }) => kind)).toEqual([
        'number',
        'number',
        'number',
        'category',
        'category',
        'time',
      ]);
      expect(table.dialect.format).toBe('parquet');
    }
  });

  it('whole numbers of 64 bits that no double holds have a note', async () => {
    const data = [2n ** 53n + 1n, 2n ** 53n];
    const ids = parquetWriteBuffer({ columnData: [{ name: 'id', data, type: 'INT64' }] });
    const read = (options = {}) => readTable(new Blob([ids]), options);
    expect((await read()).columns[0].note).toMatch(/'9007199254740993' in row 1 has more digits.*{ id: 'category' }/);
    expect(rowsOf(await read({ columns: { id: 'category' } }))).toEqual(data.map((id) => ({ id: `${id}` })));
  });

  it('two columns of one name are reported if they are kept', async () => {
    const data = [1, 2];
    const columnData = ['x', 'y', 'x'].map((name) => ({ name, data, type: 'INT32' as const }));
    const twice = new Blob([parquetWriteBuffer({ columnData })]);
    for (const options of [{}, { columns: [0] }])
      await expectRefused(FormatError, 'has two columns called x: rename', readTable(twice, options));
    expect(rowsOf(await readTable(twice, { columns: ['y'] }))).toEqual([{ y: 1 }, { y: 2 }]);
  });

  it('a column without a name is its number, of the kind that the file says', async () => {
    const nameless = parquetWriteBuffer({
      columnData: [
        { name: 'x', data: [1, 2], type: 'INT32' },
        { name: '', data: times.slice(0, 2), type: 'TIMESTAMP' },
      ],
    });
    const table = await readTable(new Blob([nameless]));
    expect(table.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['x', 'number'],
      ['1', 'time'],
    ]);
    expect(rowsOf(table)).toEqual([
      { x: 1, '1': 1.7e9 },
      { x: 2, '1': 1.7e9 + 0.25 },
    ]);
  });

  it('some columns, some rows, a label', async () => {
    const table = await readTable(new Blob([file]), { columns: ['time', 'x'], label: 'flag', maxRows: 2 });
    expect(rowsOf(table)).toEqual(expected.slice(0, 2).map(({ time, x, flag }) => ({ time, x, flag })));
    expect([table.classes, [...table.labels!]]).toEqual([
      ['false', 'true'],
      [1, 0],
    ]);
  });

  /** A frame of one block that is stored as it is. */
  const stored = (page: Uint8Array) => {
    const [size, block] = [new Uint8Array(Uint32Array.of(page.length).buffer), (page.length << 3) | 1];
    return Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xa0, ...size, block, block >> 8, block >> 16, ...page);
  };
  const packers: [CompressionCodec, (page: Uint8Array) => Uint8Array][] = [
    ['GZIP', (page) => gzipSync(page)],
    ['ZSTD', stored],
  ];

  it.each(packers)('compressed by %s', async (codec, pack) => {
    const n = Array.from({ length: 5000 }, (_, i) => (i * 7919) % 1000);
    const packed = parquetWriteBuffer({
      columnData: [
        { name: 'n', data: n, type: 'INT32' },
        { name: 'name', data: n.map((value) => `machine ${value % 9}`), type: 'STRING' },
      ],
      codec,
      compressors: { [codec]: pack },
    });
    const table = await readTable(new Blob([packed]));
    expect([...table.values('n')]).toEqual(n);
    expect(table.row(4999)).toEqual({ n: n[4999], name: `machine ${n[4999] % 9}` });
  });

  it('compressed by zstd 1.5.4, of n = i · i and text = "row i" for 300 rows', async () => {
    const table = await readTable(
      new Blob([await readFile(path.join(import.meta.dirname, '../fixtures/zstd.parquet'))]),
    );
    expect(rowsOf(table)).toEqual(Array.from({ length: 300 }, (_, i) => ({ n: i * i, text: `row ${i}` })));
  });

  it('an unsupported compression is reported if the column is kept', async () => {
    const columnData = [
      { name: 'a', data: [1, 2], type: 'INT32' as const },
      { name: 'b', data: [3, 4], type: 'INT32' as const, codec: 'UNCOMPRESSED' as const },
    ];
    const packed = parquetWriteBuffer({ columnData, codec: 'BROTLI', compressors: { BROTLI: (page) => page } });
    await expect(readTable(new Blob([packed]))).rejects.toThrow(/cannot be read: parquet unsupported .*: BROTLI/);
    expect(rowsOf(await readTable(new Blob([packed]), { columns: ['b'] }))).toEqual([{ b: 3 }, { b: 4 }]);
  });

  it.each(packers)('compressed by %s and damaged is reported', async (codec, pack) => {
    const columnData = [{ name: 'n', data: Array.from({ length: 1000 }, (_, i) => i * i), type: 'INT32' as const }];
    const broken = (page: Uint8Array) => pack(page).slice(0, 40);
    const packed = parquetWriteBuffer({ columnData, codec, compressors: { [codec]: broken } });
    await expect(readTable(new Blob([packed]))).rejects.toMatchObject({ name: 'FormatError' });
  });

  it('a damaged file is reported', async () => {
    const cut = new Uint8Array(file).slice(0, 60);
    await expect(readTable(new Blob([cut]))).rejects.toThrow(/the Parquet file cannot be read: /);
    await expect(readTable(new Blob([cut]))).rejects.toMatchObject({ name: 'FormatError' });
  });
});
