/** What the reader of tables says about a CSV: errors with their place and the option that decides, and notes. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FormatError, readTable } from '../../src/index.ts';
import { expectRefused } from '../support/error-of.ts';

const many = (length: number, of: (i: number) => unknown): string => Array.from({ length }, (_, i) => of(i)).join('\n');

describe('an ambiguity is an error with its place and the option that decides', () => {
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

  it('an empty file of bzip2 is compressed', () =>
    expectRefused(FormatError, /compressed, and not by gzip/, () =>
      readTable(Uint8Array.of(0x42, 0x5a, 0x68, 0x39, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0, 0, 0, 0)),
    ));

  it('a column whose kind shows late is the same as if it showed at once', async () => {
    const numbers = many(17_000, (i) => `${i % 5000}`);
    const late = `x,y\n${numbers.replaceAll('\n', ',1\n')},1\nword,1\n`;
    await expect(readTable(late)).rejects.toThrow(/line 17002, column x: 'word' is not a number/);
    const table = await readTable(late, { columns: { x: 'category' } });
    expect([table.columns[0].categories!.length, table.row(17_000).x]).toEqual([5001, 'word']);
    const few = await readTable(`x,y\n${many(17_000, (i) => `${i % 3},1`)}\na,1\n`);
    expect(few.columns[0].categories).toEqual(['0', '1', '2', 'a']);
  });

  it('a gzip stream that is damaged or ends early is reported', async () => {
    const packed = gzipSync(`a,b\n${'1,2\n'.repeat(1000)}`);
    await expect(readTable(packed.subarray(0, packed.length - 12))).rejects.toThrow(/gzip stream ends too early/);
    packed[20] ^= 255;
    await expect(readTable(packed)).rejects.toThrow(/gzip stream is damaged/);
    await expect(readTable(gzipSync(gzipSync('a,b\n1,2')))).rejects.toThrow(/gzipped twice/);
  });
});

describe('a column has a note or none', () => {
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
});

describe('numbers', () => {
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

  it.each([
    ['few', '9.007.199.254.740.993', ['1.234'], 3],
    ['spaces', '9 007\u00a0199\u202f254 740 993', [1234.5], 3],
    ['many', "12'345'678'901'234'567'890", Array.from({ length: 17_000 }, (_, i) => i), 17_002],
  ])('in groups of three with more digits than a double holds have the same note: %s', async (_, id, before, line) => {
    const thousands = /\W/.exec(id)![0] as '.' | ' ' | "'";
    const text = `id\tx\n${[...before, id].map((value) => `${value}\t1`).join('\n')}`;
    const [column] = (await readTable(text, { thousands, decimal: thousands === '.' ? ',' : '.' })).columns;
    expect([column.kind, column.note]).toEqual([
      'number',
      `'${id}' in line ${line} has more digits than a number holds, so different values may become equal; set \`columns: { id: 'category' }\` to keep them`,
    ]);
  });

  it('with all their digits in a double, or rounded fractions, have no such note', async () => {
    const text = 'a,b,c,d\n9007199254740991,0.12345678901234567890,1e300,"9,007,199,254,740,991"\n5,1.5,1e22,"1,000"\n';
    const { columns } = await readTable(text);
    expect(columns.map(({ kind, note }) => [kind, note])).toEqual(Array(4).fill(['number', undefined]));
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
  });

  it('with a leading zero early and after many rows have one note, of the first', async () => {
    const early = await readTable(`a\n007\n${Array.from({ length: 17_000 }, (_, i) => i).join('\n')}\n01234\n`);
    expect(early.columns[0].note).toMatch(/^'007' in line 2 begins with a zero[^']*'category' }` to keep it$/);
  });
});
