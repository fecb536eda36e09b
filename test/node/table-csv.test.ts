/** CSV as a table: what each dialect means, and what is said where it cannot be told. */
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

it('an empty file of bzip2 is compressed', () =>
  expectRefused(FormatError, /compressed, and not by gzip/, () =>
    readTable(Uint8Array.of(0x42, 0x5a, 0x68, 0x39, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0, 0, 0, 0)),
  ));

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

describe('an ambiguity is an error with its place and the option that decides', () => {
  const many = (length: number, of: (i: number) => unknown): string =>
    Array.from({ length }, (_, i) => of(i)).join('\n');

  it.each<[string, string, RegExp]>([
    [
      'rows of other lengths',
      'a,b\n1,2\n3\n',
      /line 3: 1 value, but 2 in the first line; if the delimiter is not ',', set `delimiter`/,
    ],
    ['a field too much', 'a,b\n1,2\n3,4,5,6\n', /line 3: 4 values, but 2 in the first line/],
    ['some trailing delimiters', 'a,b\n1,2,\n3,4\n', /line 2: 3 values, but 2 in the first line/],
    ['behind blank lines after the header', 'a,b\n\n\n1,2\n3,4,5\n', /line 5: 3 values/],
    ['behind blank lines everywhere', '\n\na,b\r\n\r\n1,2\n\n3,4,5\n', /line 7: 3 values/],
    ['behind a header of two lines', '"a\nz",b\n\n1,2\n3\n', /line 5: 1 value/],
    ['behind a quoted line end', 'a,b\n"x\ny",1\n2\n', /line 4: 1 value/],
    ['a quote that is not closed', 'a,b\n1,2\n"3,4\n5,6\n', /line \d: a quote that is not closed/],
    ['text behind a quote', 'a,b\n1,2\n"3"x,4\n', /line 3: text after a closing quote/],
    [
      'digits that are thousands or decimals',
      'x;y\n1,234;2\n5,678;3\n',
      /line 2, column 0: '1,234' is 1.234 or 1234; set `decimal: ','` or `thousands: ','`/,
    ],
    [
      'numbers in two ways',
      'x;y\n1,5;2.5\n2,5;3.5\n',
      /several ways, as '1,5' in column 0 and '2.5' in column 1; set `decimal`/,
    ],
    [
      'days or months',
      'd,x\n01/02/2026,1\n03/04/2026,2\n',
      /line 2, column d: the date may have the day or the month first; set `dateOrder: 'dmy'`/,
    ],
    [
      'a column of numbers with a word in it',
      `x\n${many(150, (i) => i)}\nbroken`,
      /line 152, column x: 'broken' is not a number, as most of the column are; if it stands for a blank, set `missing: \["broken"\]`; if the column holds names, set `columns: \{ x: 'category' \}`/,
    ],
    [
      'a column of dates with a word in it',
      `x\n${many(150, (i) => new Date(i * 86400e3).toISOString())}\nlater`,
      /line 152, column x: 'later' is not a date/,
    ],
    ['infinite numbers', 'x\n1\ninf\n', /line 3, column x: 'inf' is not finite/],
    ['nothing', '', /there are no rows/],
    ['blank lines', '\n\n', /there are no rows/],
    ['a header alone', 'a,b\n', /there are no rows below the header/],
    ['a page', '<!doctype html><html>', /this is an HTML page/],
    ['a spreadsheet', 'PK\u0003\u0004', /ZIP archive, or a spreadsheet/],
    ['a file of bzip2', 'BZh91AY&SY\u0001\u0002', /compressed, and not by gzip/],
    ['UTF-16 as text', new TextDecoder().decode(Buffer.from('a,b\n1,2', 'utf16le')), /this is UTF-16, read as UTF-8/],
    ['an address', 'https://example.com/a.csv', /not its address/],
  ])('%s', async (_, text, message) => {
    await expect(readTable(text)).rejects.toThrow(message);
  });

  it('a column of names that are mostly numbers has names, with a note', async () => {
    const { columns } = await readTable('ticket,x\n113803,1\nPC 17599,2\n373450,3\n');
    expect(columns[0]).toMatchObject({ kind: 'category', categories: ['113803', '373450', 'PC 17599'] });
    expect(columns[0].note).toMatch(/2 of its 3 values are numbers, but 'PC 17599' in line 3 is not/);
  });

  it('uninformative columns have a note', async () => {
    const { columns } = await readTable(`c,b,n\n${many(30, (i) => `5,,name${i}`)}`);
    expect(columns.map(({ note }) => note)).toEqual([
      'all of its values are 5',
      'all of it is blank',
      expect.stringMatching(/no two rows have the same text/),
    ]);
  });

  it('more than 10,000 names have a note, and are kept', async () => {
    const table = await readTable(`name,x\n${many(10_050, (i) => `n${i},${i % 2}`)}\n-,3\nn7,4\n`);
    const [column] = table.columns;
    expect([column.kind, column.categories, column.missing]).toEqual(['category', undefined, 1]);
    expect(column.note).toMatch(/10050 different texts, more than 10000/);
    expect([10_049, 10_050, 10_051].map((row) => table.row(row).name)).toEqual(['n10049', null, 'n7']);
    expect((await readTable(table.toCsv())).row(10_049)).toEqual({ name: 'n10049', x: 1 });
    const labelled = readTable(`name,x\n${many(10_050, (i) => `n${i},${i % 2}`)}`, { label: 'name' });
    await expect(labelled).rejects.toThrow(/column name has more than 10000 different texts: it cannot be a label/);
  });

  it.each([
    ['', [], 10_000],
    [',8\nNA,9', [null, null], 10_000],
    [',8\nm1,9', [null, 'm1'], undefined],
    ['m1,8\nNA,9', ['m1', null], undefined],
  ])('10,000 names are categories, whatever stands for a blank: %j', async (last, names, categories) => {
    const table = await readTable(`name,x\n${many(10_000, (i) => `n${i},${i % 2}`)}\n${last}\n`);
    const [column] = table.columns;
    expect(column.categories?.length).toBe(categories);
    expect(names.map((_, i) => table.row(10_000 + i).name)).toEqual(names);
    expect(column.missing).toBe(names.filter((name) => name === null).length);
    if (!categories) expect(column.note).toMatch(/^it has 10001 different texts, more than 10000/);
  });

  it('tens of thousands of words for a blank are blanks', async () => {
    const missing = Array.from({ length: 40_000 }, (_, i) => `m${i}`);
    const table = await readTable(`name,x\na,1\n${missing.join(',1\n')},1\nb,1\n`, { missing, header: true });
    expect(table.columns[0]).toMatchObject({ categories: ['a', 'b'], missing: 40_000 });
    expect([table.row(0).name, table.row(40_000).name, table.row(40_001).name]).toEqual(['a', null, 'b']);
  });

  it('many blanks are one blank, not as many texts', async () => {
    const table = await readTable(`name,x\n${many(10_050, (i) => `,${i % 2}`)}\nn1,3\nn2,4\n`);
    expect(table.columns[0]).toMatchObject({ kind: 'category', categories: ['n1', 'n2'], missing: 10_050 });
  });

  it('a column whose kind shows late is the same as if it showed at once', async () => {
    const numbers = many(20_000, (i) => `${i % 5000}`);
    const late = `x,y\n${numbers.replaceAll('\n', ',1\n')},1\nword,1\n`;
    await expect(readTable(late)).rejects.toThrow(/line 20002, column x: 'word' is not a number/);
    const table = await readTable(late, { columns: { x: 'category' } });
    expect([table.columns[0].categories!.length, table.row(20_000).x]).toEqual([5001, 'word']);
    const few = await readTable(`x,y\n${many(20_000, (i) => `${i % 3},1`)}\na,1\n`);
    expect(few.columns[0].categories).toEqual(['0', '1', '2', 'a']);
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

  it.each([
    ['few', 'id,x\n9007199254740993,1\n9007199254740992,2\n', 2],
    ['quoted', 'id,x\n5,0\n"-9007199254740993",1\n', 3],
    [
      'many',
      `id,x\n${Array.from({ length: 17_000 }, (_, i) => `${i},1`).join('\n')}\n12345678901234567890,2\n`,
      17_002,
    ],
  ])('with more digits than a double holds have a note with the remedy: %s', async (_, text, line) => {
    const { columns } = await readTable(text);
    expect(columns[0].kind).toBe('number');
    expect(columns[0].note).toMatch(
      new RegExp(`^'-?\\d+' in line ${line} has more digits than a number holds.*columns: { id: 'category' }`),
    );
    expect(columns[1].note).toBeUndefined();
    const kept = await readTable(text, { columns: { id: 'category' } });
    expect(kept.row(kept.length - 1).id).toBe(/(-?\d+)"?,\d\n$/.exec(text)![1]);
  });

  it('with all their digits in a double, or rounded fractions, have no such note', async () => {
    const { columns } = await readTable('a,b,c\n9007199254740991,0.12345678901234567890,1e300\n5,1.5,1e22\n');
    expect(columns.map(({ note }) => note)).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ['plain', '01234'],
    ['quoted', '"01234"'],
    ['negative', '-01'],
    ['of many digits', '00000000000001234'],
  ])('with a leading zero after many rows have one note: %s', async (_, late) => {
    const numbers = Array.from({ length: 17_000 }, (_, i) => `${i},0,0.5,-0.5,-0`).join('\n');
    const { columns } = await readTable(`a,b,c,d,e\n${numbers}\n${late},0,0.5,-0.5,-0\n${late},1,1,1,1\n`);
    expect(columns[0].note).toBe(
      `'${late.replaceAll('"', '')}' in line 17002 begins with a zero, as codes do, which is lost in a number; set \`columns: { a: 'category' }\` to keep it`,
    );
    expect(columns.slice(1).map(({ note }) => note)).toEqual(new Array(4).fill(undefined));
    const early = await readTable(`a\n007\n${Array.from({ length: 17_000 }, (_, i) => i).join('\n')}\n${late}\n`);
    expect(early.columns[0].note).toMatch(/^'007' in line 2 begins with a zero[^']*'category' }` to keep it$/);
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

  it('a gzip stream that is damaged or ends early is reported', async () => {
    const packed = gzipSync(`a,b\n${'1,2\n'.repeat(1000)}`);
    await expect(readTable(packed.subarray(0, packed.length - 12))).rejects.toThrow(
      /gzip stream is damaged, ends too early, or has several members: unpack it first/,
    );
    packed[20] ^= 255;
    await expect(readTable(packed)).rejects.toThrow(/gzip stream is damaged/);
    await expect(readTable(gzipSync(gzipSync('a,b\n1,2')))).rejects.toThrow(/gzipped twice/);
  });
});
