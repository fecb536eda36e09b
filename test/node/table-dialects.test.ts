/** CSV as a table: what each dialect means, guessed or given by options. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FormatError, readTable, type Table, type TableOptions } from '../../src/index.ts';
import { expectRefused } from '../support/error-of.ts';

/** The rows of a table, each as its values. */
const rowsOf = (table: Table): unknown[][] =>
  Array.from({ length: table.length }, (_, i) => Object.values(table.row(i)));

const namesOf = (table: Table): string[] => table.columns.map(({ name }) => name);
const kindsOf = (table: Table): string[] => table.columns.map(({ kind }) => kind);

async function read(source: string | Uint8Array, options?: TableOptions): Promise<[string[], unknown[][]]> {
  const table = await readTable(source, options);
  return [namesOf(table), rowsOf(table)];
}

const ab = [
  ['a', 'b'],
  [
    [1, 2],
    [3, 4],
  ],
];

it('numbers, names, times and blanks are columns of their kinds', async () => {
  const text =
    'name,mass,island,seen\nAda,3.7,Dream,2026-01-01\nBob,,Biscoe,NA\n"Cy, jr",4.25,?,2026-01-02T12:00:00Z\n';
  const table = await readTable(text);
  expect(table.columns).toEqual([
    { name: 'name', kind: 'category', categories: ['Ada', 'Bob', 'Cy, jr'], missing: 0 },
    { name: 'mass', kind: 'number', missing: 1, min: 3.7, max: 4.25 },
    { name: 'island', kind: 'category', categories: ['Biscoe', 'Dream'], missing: 1 },
    { name: 'seen', kind: 'time', missing: 1, min: 1767225600, max: 1767355200 },
  ]);
  expect(rowsOf(table)).toEqual([
    ['Ada', 3.7, 'Dream', 1767225600],
    ['Bob', null, 'Biscoe', null],
    ['Cy, jr', 4.25, null, 1767355200],
  ]);
  expect(table.dialect).toEqual({
    ...{ format: 'csv', encoding: 'utf-8', delimiter: ',', decimal: '.', header: true, trailing: false },
    missing: ['', 'NA', 'N/A', 'NaN', 'null', '?', '-'],
  });
  expect([...table.values('island')]).toEqual([1, 0, -1]);
  expect([...table.values(1)]).toEqual([3.7, NaN, 4.25]);
});

describe('dialects, guessed', () => {
  it.each<[string, string, string[]]>([
    ['commas', 'a,b\n1,2\n3,4\n', [',']],
    ['semicolons', 'a;b\n1;2\n3;4\n', [';']],
    ['tabs', 'a\tb\n1\t2\n3\t4', ['\t']],
    ['bars', 'a|b\n1|2\n3|4', ['|']],
    ['a line above', 'sep=|\na|b\n1|2\n3|4', ['|']],
    ['a line above, for a sign that is never guessed', 'SEP=^\r\na^b\r\n1^2\r\n3^4', ['^']],
    ['CR LF', 'a,b\r\n1,2\r\n3,4\r\n', [',']],
    ['CR', 'a,b\r1,2\r3,4\r', [',']],
    ['a byte order mark', '\ufeffa,b\n1,2\n3,4', [',']],
    ['quotes', '"a","b"\n"1","2"\n"3","4"', [',']],
    ['spaces before and behind quotes', 'a, "b"\n"1" ,  "2"\n 3 ,4 ', [',']],
    ['blank lines', '\n\na,b\n\n1,2\n  \n3,4\n\n', [',']],
    ['delimiters behind all lines', 'a,b,\n1,2,\n3,4,\n', [',']],
    ['a delimiter behind the header alone', 'a,b,\n1,2\n3,4\n', [',']],
    ['delimiters behind all lines but the header', 'a;b\n1;2;\n3;4;\n', [';']],
  ])('%s', async (_, text, [delimiter]) => {
    const table = await readTable(text);
    expect([namesOf(table), rowsOf(table)]).toEqual(ab);
    expect(table.dialect.delimiter).toBe(delimiter);
  });

  it.each<[string, string, unknown[]]>([
    ['1,5;2,5\n3,5;4,5\n', ';', [1.5, 2.5, 3.5, 4.5]],
    ['x;y\n1,5;2\n3;4,25\n', ';', [1.5, 2, 3, 4.25]],
    ['x\ty\n1.234,5\t2\n-2.345,25\t3', '\t', [1234.5, 2, -2345.25, 3]],
    ['x,y\n"1,234.5",2\n"1,234,567",3', ',', [1234.5, 2, 1234567, 3]],
    ["x;y\n1'234.5;2\n12;3", ';', [1234.5, 2, 12, 3]],
    ['x;y\n1\u00a0234,5;2\n12\u202f345,6;3', ';', [1234.5, 2, 12345.6, 3]],
    ['x;y\n1.234;0,5\n2.345;1,5', ';', [1234, 0.5, 2345, 1.5]],
    ['x,y\n1.234,2\n2.345,3', ',', [1.234, 2, 2.345, 3]],
    ['x,y\n-.5,+2e3\n1.e1,0.1E-2', ',', [-0.5, 2000, 10, 0.001]],
  ])('how numbers are written: %j', async (text, delimiter, values) => {
    const table = await readTable(text);
    expect([table.dialect.delimiter, rowsOf(table).flat()]).toEqual([delimiter, values]);
  });

  it.each<[string, TableOptions, string[], unknown[]]>([
    ['1,5\n2,5\n3,5\n', {}, ['0'], [1.5, 2.5, 3.5]],
    ['x\n1,5\n2,5\n', {}, ['x'], [1.5, 2.5]],
    ['x;y\n1,5;a\n2,5;b\n', {}, ['x', 'y'], [1.5, 'a', 2.5, 'b']],
    ['"1,5","2,5"\n"3,5","4,5"\n', {}, ['0', '1'], [1.5, 2.5, 3.5, 4.5]],
    ['1,5\n2,5\n', { delimiter: ',' }, ['0', '1'], [1, 5, 2, 5]],
    ['sep=,\n1,5\n2,5\n', {}, ['0', '1'], [1, 5, 2, 5]],
  ])('a decimal comma in the options is no delimiter: %j %j', async (text, options, names, values) => {
    const [found, rows] = await read(text, { ...options, decimal: ',' });
    expect([found, rows.flat()]).toEqual([names, values]);
  });

  it('a comma in the numbers of a file with semicolons, and a semicolon within texts', async () => {
    expect(await read('"a;b",c\n1,2')).toEqual([['a;b', 'c'], [[1, 2]]]);
    expect(await read('name;x\nDoe, J;1\nRoe, R;2')).toEqual([
      ['name', 'x'],
      [
        ['Doe, J', 1],
        ['Roe, R', 2],
      ],
    ]);
  });

  it('quoted fields may contain delimiters, line ends and quotes, and quotes inside an unquoted field are characters', async () => {
    expect(await read('a,b\n"x\r\ny, ""z""",1\n5" pipe,2\n')).toEqual([
      ['a', 'b'],
      [
        ['x\r\ny, "z"', 1],
        ['5" pipe', 2],
      ],
    ]);
  });

  it.each<[string, string[]]>([
    ['PAR1,PAR2\n1,2\n', ['PAR1', 'PAR2']],
    ['PAR1\n1\n2\n', ['PAR1']],
    ['PAR1\tb\n1\t2\n', ['PAR1', 'b']],
    ['BZh,b\n1,2\n', ['BZh', 'b']],
    ['BZh1,b\n1,2\n', ['BZh1', 'b']],
  ])('names that other files begin with are names: %j', async (text, names) => {
    for (const source of [text, new TextEncoder().encode(text)]) expect((await read(source))[0]).toEqual(names);
  });

  it('a table of one column', async () => {
    expect(await read('value\n1.0\n""\n3.0\n')).toEqual([['value'], [[1], [null], [3]]]);
    expect(await read('5\n6\n7')).toEqual([['0'], [[5], [6], [7]]]);
    await expect(readTable('value\n1\n\n3\n')).rejects.toThrow(/line 3: the line is blank, in a table of one column/);
  });
});

describe('the header', () => {
  it.each<[string, string[] | undefined]>([
    ['a,b\n1,2', ['a', 'b']],
    ['1,2\n3,4', ['0', '1']],
    ['2023,b\n1,2', ['2023', 'b']],
    [',x,y\n0,1,2', ['0', 'x', 'y']],
    ['5,?,3\n4,5,6\n', ['0', '1', '2']],
    ['5.1,setosa\n4.9,setosa\n7,virginica', ['0', '1']],
    ['A1,1\nA2,2\n', ['0', '1']],
    ['day,what\n2026-01-01,x\n2026-01-02,y', ['day', 'what']],
    ['2026-01-01,x\n2026-01-02,x', ['0', '1']],
    // All is text.
    ['cap,odor\nflat,none\nflat,foul\nbell,foul', ['cap', 'odor']],
    ['flat,none\nflat,foul\nbell,foul', ['0', '1']],
  ])('of %j', async (text, names) => expect(namesOf(await readTable(text))).toEqual(names));

  it.each<[string, TableOptions, RegExp]>([
    ['Ann,Rome\nBob,Oslo\n', {}, /line 1: 'Ann' in column 0 .* set `header`/],
    ['2020,2021,kind\n1,2,0\n3,4,1\n', {}, /line 1: 'kind' in column 2 .* set `header`/],
    ['0,1,kind\n3,4,p\n5,6,q\n', { label: 2 }, /'kind' in column 2 is a label that no other row has; set `header`/],
    ['0,1,kind\n3,4,p\n5,6,p\n', {}, /'kind' in column 2 stands in no other row; set `header`/],
  ])('that may be a row is asked about: %j', async (text, options, message) => {
    await expect(readTable(text, options)).rejects.toThrow(message);
    const without = await readTable(text, { ...options, header: false });
    expect((await readTable(text, { ...options, header: true })).length).toBe(without.length - 1);
  });

  it('is recognised if the options name a column of it', async () => {
    expect((await readTable('Ann,Rome\nBob,Oslo\n', { columns: ['Rome'] })).length).toBe(1);
  });

  it('with equal or missing names gives each column a unique name', async () => {
    const table = await readTable('x,x,\n1,2,3\n4,5,6');
    expect(namesOf(table)).toEqual(['x', 'x (2)', '2']);
    expect(table.row(0)).toEqual({ x: 1, 'x (2)': 2, '2': 3 });
    expect(table.columns[1].note).toMatch(/more than one column called x/);
    await expect(readTable('x,x\n1,2', { columns: ['x'] })).rejects.toThrow(/two columns are called 'x'/);
  });
});

describe('options', () => {
  const text = 'id,x,kind,y\nA1,1,p,2\nA2,3,q,4\n';

  it('select columns, by name or by number, in that order', async () => {
    for (const columns of [['y', 'x'] as const, [3, 1] as const])
      expect(await read(text, { columns })).toEqual([
        ['y', 'x'],
        [
          [2, 1],
          [4, 3],
        ],
      ]);
    await expect(readTable(text, { columns: ['z'] })).rejects.toThrow(
      /no column 'z' to keep; there are id, x, kind, y/,
    );
  });

  it('set the kind of a column', async () => {
    const zip = 'zip,t\n01234,5\n10000,x\n';
    const table = await readTable(zip, { columns: { zip: 'category' } });
    expect(rowsOf(table)).toEqual([
      ['01234', '5'],
      ['10000', 'x'],
    ]);
    expect((await readTable('zip\n01234\n10000\n')).columns[0].note).toMatch(
      /begins with a zero.*\{ zip: 'category' \}/,
    );
    await expect(readTable(zip, { columns: { t: 'number' } })).rejects.toThrow(
      'readTable: line 3, column t: \'x\' is not a number; if it stands for a blank, set `missing: ["x"]`',
    );
    expect(kindsOf(await readTable('a\n1700000000\n1700000001\n', { columns: { a: 'time' } }))).toEqual(['time']);
    await expect(readTable('a\n1700000000000\n', { header: true, columns: { a: 'time' } })).rejects.toThrow(
      /is not a date/,
    );
  });

  it('give labels and classes that do not depend on the order of rows', async () => {
    const table = await readTable(text, { label: 'kind' });
    expect([table.classes, [...table.labels!], namesOf(table)]).toEqual([
      ['p', 'q'],
      [0, 1],
      ['id', 'x', 'y'],
    ]);
    expect(table.row(1)).toEqual({ id: 'A2', x: 3, y: 4, kind: 'q' });
    const numbers = await readTable('x,c\n1,10\n2,9\n3,\n4,-1\n', { label: 1, header: true });
    expect([numbers.classes, [...numbers.labels!]]).toEqual([
      ['-1', '9', '10'],
      [2, 1, -1, 0],
    ]);
    const next = await readTable(text, { label: 'kind', classes: ['q', 'o', 'p'] });
    expect([next.classes, [...next.labels!]]).toEqual([
      ['q', 'o', 'p'],
      [2, 0],
    ]);
    await expect(readTable(text, { label: 'kind', classes: ['p'] })).rejects.toThrow(
      "readTable: line 3, column kind: 'q' is not among the classes [p]",
    );
  });

  it.each<[string, TableOptions]>([
    ['guessed kinds', {}],
    ['numbers', { columns: { x: 'number', y: 'number' } }],
    ['categories', { columns: { x: 'category', y: 'category' } }],
  ])('give a space as the delimiter, of which several are one: %s', async (_, options) => {
    for (const text of ['x y\n1  2\n10 20\n', 'x y\n 1   2\n10 20', 'x y\n"1" "2"\n"10"  "20"\n']) {
      const [, rows] = await read(text, { delimiter: ' ', header: true, ...options });
      expect([text, rows.flat().map(Number)]).toEqual([text, [1, 2, 10, 20]]);
    }
  });

  it('give a space as the delimiter of many rows', async () => {
    const text = `x y\n${Array.from({ length: 17_000 }, (_, i) => `${i}  ${i + 0.5}`).join('\n')}\n`;
    const [, rows] = await read(text, { delimiter: ' ' });
    expect(rows).toEqual(Array.from({ length: 17_000 }, (_, i) => [i, i + 0.5]));
  });

  it('set the words for a blank, besides an empty field', async () => {
    const words = 'x,y\n-999,NA\n1,\n2,b\n';
    expect((await read(words, { missing: ['-999'] }))[1]).toEqual([
      [null, 'NA'],
      [1, null],
      [2, 'b'],
    ]);
    expect((await read('x,y\nnan,n/a\nNULL,-\n1,a\n'))[1].slice(0, 2).flat()).toEqual([null, null, null, null]);
  });

  it('end the reading after some rows', async () => {
    expect((await readTable('a,b\n1,2\n3,4\nwrong\n', { maxRows: 2, header: true, delimiter: ',' })).length).toBe(2);
  });

  it.each<[TableOptions, RegExp]>([
    [{ delimiter: '.' }, /delimiter must be one ASCII character/],
    [{ delimiter: ',,' }, /delimiter must be one ASCII character/],
    [{ decimal: ',', thousands: ',' }, /`decimal` and `thousands` must differ/],
    [{ columns: [] }, /columns must be a list/],
    [{ columns: { a: 'text' as 'category' } }, /columns: a must be 'number' or 'category' or 'time'/],
    [{ classes: ['a'] }, /classes need `label`/],
    [{ maxRows: 0 }, /maxRows: 0 is not/],
    [{ missing: 'NA' as unknown as string[] }, /missing must be a list of texts/],
    [{ encoding: 'utf-8' }, /a text is decoded already/],
    [{ sep: ';' } as TableOptions, /unknown option 'sep'/],
  ])('that cannot be: %j', async (options, message) => {
    await expect(readTable('a,b\n1,2\n', options)).rejects.toThrow(message);
    await expect(readTable('a,b\n1,2\n', options)).rejects.toMatchObject({ name: 'OptionError' });
  });
});

describe('numbers', () => {
  it('are the closest doubles, as from Number()', async () => {
    const texts = [
      '0.1',
      '123456789012345',
      '0.123456789012345',
      '1.7976931348623157e308',
      '4.9e-324',
      '2.2250738585072011e-308',
      '9007199254740993',
      '-0.000001',
      '00012.50',
      '179769313486231570000',
      '5e22',
      '1e23',
    ];
    // Once in a column that knows already what it is, once in one that does not.
    const column = `x\n${texts.join('\n')}\n`;
    const long = `x\n${Array.from({ length: 10_100 }, (_, i) => i + 0.5).join('\n')}\n${texts.join('\n')}\n`;
    expect([...(await readTable(column)).values('x')]).toEqual(texts.map(Number));
    expect([...(await readTable(long)).values('x')].slice(10_100)).toEqual(texts.map(Number));
  });

  it('with leading zeros are the same numbers, before and after the note', async () => {
    const padded = Array.from({ length: 20_000 }, (_, i) => `${String(i).padStart(17, '0')},000${i}.50,00,-0${i}`);
    for (const kind of [undefined, 'number'] as const) {
      const columns = kind && { a: kind, b: kind, c: kind, d: kind };
      const table = await readTable(`a,b,c,d\n${padded.join('\n')}`, { columns });
      expect(rowsOf(table)).toEqual(padded.map((row) => row.split(',').map(Number)));
      const codes = kind ? 0 : 4;
      expect(table.columns.filter(({ note }) => note?.includes('begins with a zero')).length).toBe(codes);
    }
  });

  it('keep differences beyond float32, and use half of the memory if float32 is exact', async () => {
    const clock = await readTable(`t\n${Array.from({ length: 50 }, (_, i) => 1_700_000_000 + i).join('\n')}`);
    expect(clock.values('t')).toEqual(Float64Array.from({ length: 50 }, (_, i) => 1_700_000_000 + i));
    expect((await readTable('x\n1\n2.5\n')).values('x')).toEqual(Float32Array.of(1, 2.5));
    const counter = await readTable(`t\n${Array.from({ length: 70_000 }, (_, i) => 2 ** 24 - 35_000 + i).join('\n')}`);
    expect(counter.values('t')).toEqual(Float64Array.from({ length: 70_000 }, (_, i) => 2 ** 24 - 35_000 + i));
  });
});

describe('encodings', () => {
  const text = 'name,größe\nZoë,1\nÅsa,2\n';
  const expected = [
    ['name', 'größe'],
    [
      ['Zoë', 1],
      ['Åsa', 2],
    ],
  ];
  const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
  const cases: [string, Uint8Array, string][] = [
    ['utf-8', Buffer.from(text), 'utf-8'],
    ['utf-8 with a mark', Buffer.from(`\ufeff${text}`), 'utf-8'],
    ['Latin-1', Buffer.from(text, 'latin1'), 'windows-1252'],
    ['utf-16le', Buffer.from(text, 'utf16le'), 'utf-16le'],
    ['utf-16le with a mark', Buffer.from(`\ufeff${text}`, 'utf16le'), 'utf-16le'],
    ['utf-16be with a mark', swapped(Buffer.from(`\ufeff${text}`, 'utf16le')), 'utf-16be'],
  ];

  it.each(cases)('%s', async (_, bytes, label) => {
    for (const packed of [new Uint8Array(bytes), new Uint8Array(gzipSync(bytes))]) {
      const table = await readTable(packed);
      expect([namesOf(table), rowsOf(table), table.dialect.encoding]).toEqual([...expected, label]);
      expect(table.dialect.compression).toBe(packed[0] === 0x1f ? 'gzip' : undefined);
    }
  });

  it('can be given by name', async () => {
    const japanese = Uint8Array.of(0x78, 0x0a, 0x93, 0xfa, 0x0a);
    expect(await read(japanese, { encoding: 'shift_jis', header: true })).toEqual([['x'], [['日']]]);
    await expect(readTable(japanese, { encoding: 'none' })).rejects.toThrow(
      /encoding must be one that TextDecoder knows/,
    );
    expect(await read(Buffer.from(text, 'latin1'), { encoding: 'latin1' })).toEqual(expected);
  });

  it('that do not exist are reported', async () => {
    const half = Buffer.concat([Buffer.from('a,b\nÅ,1\n'), Buffer.from('Å,2\n', 'latin1')]);
    await expect(readTable(half)).rejects.toThrow(/line 3.*not UTF-8, as those in line 2/);
    await expect(readTable(Buffer.from(text, 'latin1'), { encoding: 'utf-8' })).rejects.toThrow(
      /line 1: the bytes are not UTF-8/,
    );
    await expect(readTable(Uint8Array.of(0x61, 0x2c, 0x62, 0x0a, 0x31, 0, 0x32))).rejects.toThrow(/a zero at offset 5/);
  });

  it('a mark of UTF-8 before other bytes is reported, and the option decides', async () => {
    const bytes = Buffer.concat([Buffer.from('\ufeff'), Buffer.from(text, 'latin1')]);
    await expectRefused(
      FormatError,
      /line 1: the bytes are not UTF-8, although the file begins with the mark of UTF-8; set `encoding`/,
      readTable(bytes),
    );
    await expectRefused(FormatError, /not UTF-8; leave out `encoding`/, readTable(bytes, { encoding: 'utf-8' }));
    expect(await read(bytes, { encoding: 'windows-1252' })).toEqual(expected);
  });
});
