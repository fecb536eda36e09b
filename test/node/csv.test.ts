import { describe, expect, it, vi } from 'vitest';
import { readCsv, type CsvOptions } from '../../src/data/csv.ts';
import { DataError, FormatError, OptionError, OutOfMemoryError } from '../../src/errors.ts';

it('reads a table with and without a header', () => {
  expect(readCsv('a,b\n1,2.5\n-3e-2,+.5\n')).toEqual({
    data: Float32Array.of(1, 2.5, -3e-2, 0.5),
    shape: [2, 2],
    columns: ['a', 'b'],
  });
  expect(readCsv('1,2\r\n3,4')).toEqual({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2], columns: ['0', '1'] });
  // One name that is no number makes a header.
  expect(readCsv('2023,b\n1,2').columns).toEqual(['2023', 'b']);
  // What looks like a row may be a header.
  expect(readCsv('2023,2024\n1,2', { header: true })).toEqual({
    data: Float32Array.of(1, 2),
    shape: [1, 2],
    columns: ['2023', '2024'],
  });
});

it('reads the output of spreadsheets: byte order mark, semicolons, tabs, quotes, empty lines', () => {
  expect(readCsv('\ufeffname;"size; in ""mm"""\r\n\r\n"1";2\r\n')).toEqual({
    data: Float32Array.of(1, 2),
    shape: [1, 2],
    columns: ['name', 'size; in "mm"'],
  });
  expect(readCsv('1\t2\n3\t4').shape).toEqual([2, 2]);
  expect(readCsv('"size, mm";"weight, kg"\n1;2').columns).toEqual(['size, mm', 'weight, kg']);
  expect(readCsv('a,b;c\n1,2').columns).toEqual(['a', 'b;c']);
  expect(readCsv('a,b;c\n1;2', { delimiter: ';' }).columns).toEqual(['a,b', 'c']);
  expect(readCsv('\ufeff"a",b\n1,2').columns).toEqual(['a', 'b']);
  expect(readCsv('"a;b",c\n1,2').columns).toEqual(['a;b', 'c']);
  expect(readCsv('\r\n1;2\r\n3;4').shape).toEqual([2, 2]);
  expect(readCsv('"a\nb",c\n 1 , 2 ').columns).toEqual(['a\nb', 'c']);
  expect(readCsv('5\n6\n7').shape).toEqual([3, 1]);
});

it('uses a column of any values as the label', () => {
  const iris = 'length,species,width\n1,setosa,2\n3,virginica,4\n5,setosa,6\n';
  const expected = {
    data: Float32Array.of(1, 2, 3, 4, 5, 6),
    shape: [3, 2],
    columns: ['length', 'width'],
    labels: Int32Array.of(0, 1, 0),
    classes: ['setosa', 'virginica'],
  };
  expect(readCsv(iris, { label: 'species' })).toEqual(expected);
  expect(readCsv('1,setosa,2\n3,virginica,4\n5,setosa,6\n', { label: 1 })).toEqual({
    ...expected,
    columns: ['0', '2'],
  });
  expect(readCsv('setosa,1\nvirginica,3', { label: 0 })).toEqual({
    data: Float32Array.of(1, 3),
    shape: [2, 1],
    columns: ['1'],
    labels: Int32Array.of(0, 1),
    classes: ['setosa', 'virginica'],
  });
  expect(() => readCsv(iris, { label: 'kind' })).toThrow(
    /no column 'kind' for the label; there are length, species, width/,
  );
  expect(() => readCsv(iris, { label: 3 })).toThrow(OptionError);
  expect(() => readCsv('a\nb', { label: 0, header: true })).toThrow(
    new DataError('readCsv: there are no columns besides the label'),
  );
});

describe('errors describe the problem and its place', () => {
  const cases: [string, new () => Error, RegExp][] = [
    ['a,b\n1\n', FormatError, /it has 1 values \(offset 4\), but the first line 2/],
    ['a,b\n1,2,3\n', FormatError, /it has 3 values \(offset 4\)/],
    ['a,b\n1,\n', FormatError, /line 2: row 0, column b is blank \(offset 6\)/],
    ['a,b\n1,2\n3,x\n', FormatError, /line 3: 'x' in row 1, column b \(offset 10\)/],
    ['a,b\r\n\r\n"1","\n2"\r\n3,x\r\n', FormatError, /line 5: 'x' in row 1/],
    ['1,2\n3,', FormatError, /line 2: row 1, column 1 is blank \(offset 6\)/],
    [`a\n${'x'.repeat(50)}`, FormatError, /'x{40}' in row 0/],
    ['a\n1nan', FormatError, /'1nan' in row 0/],
    ['a\nnano', FormatError, /'nano' in row 0/],
    ['a\n0x10', FormatError, /'0x10'/],
    ['a\n1.2.3', FormatError, /'1.2.3'/],
    ['a\n1e', FormatError, /'1e'/],
    ['a,b\n"1,2', FormatError, /the quote at offset 4 is not closed/],
    ['a,b\n"1"2,3', FormatError, /text after a closing quote at offset 7/],
    ['a,b\n1,nan', DataError, /nan at row 0, column b is not finite/],
    ['a,b\n1,-Infinity', DataError, /not finite/],
    ['a\n1e39', DataError, /line 2: 1e39 at row 0, column a is more than float32 holds/],
    [`a\n${'9'.repeat(50)}`, DataError, /csv, line 2: 9{40} at row 0/],
    ['value\n1\n""\n3\n', FormatError, /line 3: row 1, column value is blank/],
    ['value\n1\n\n3\n', FormatError, /line 3: the line is blank/],
    [
      '5,?,3\n4,5,6\n7,8,9\n',
      FormatError,
      /line 1: '\?' in row 0, column 1 .* is not a number; fill in missing values/,
    ],
    ['5,NA,3\n4,5,6\n7,8,9\n', FormatError, /line 1: 'NA' in row 0/],
    ['?\n1\n2\n', FormatError, /line 1: '\?' in row 0/],
    ['2026-01-01,5\n2026-01-02,6\n', FormatError, /line 1: '2026-01-01' in row 0, column 0/],
    [
      '5,1.5x,3\n4,5,6\n',
      FormatError,
      /line 1: '1.5x' in row 0, column 1 .*; if this line names the columns, set `header: true`/,
    ],
    ['5,abc,3\n4,5,6\n', FormatError, /line 1: 'abc' in column 1 .* set `header`/],
    ['t,x\n2026-01-01T00:00:00Z,1\n', FormatError, /'2026-.*' in row 0, .* left out with `columns`/],
    ['x\n1,5\n', FormatError, /it has 2 values \(offset 2\), but the first line 1/],
    ['1,5;2,5\n3,5;4,5\n', FormatError, /'1,5' in row 0, .*decimal comma are read with `decimal: ','`/],
    ['x\ty\n1,5\t2,5\n', FormatError, /'1,5' in row 0, .*`decimal: ','`/],
    ['sep=|\n1|2\n', FormatError, /line 1: sep=\| names an unknown delimiter/],
    ['a\0,\0b\0\n\0', FormatError, /line 1: this is UTF-16/],
    ['\ufffd\ufffda\0\t\0', FormatError, /UTF-16/],
    ['\0a\0,', FormatError, /UTF-16/],
    ['\n<!DOCTYPE html>\n<html>', FormatError, /this is an HTML page, not a CSV/],
    ['', DataError, /no rows/],
    ['\n\r\n', DataError, /no rows/],
    ['a,b\n', DataError, /no rows below the header/],
  ];
  it.each(cases)('%j', (text, kind, message) => {
    expect(() => readCsv(text)).toThrow(kind);
    expect(() => readCsv(text)).toThrow(message);
  });

  it('options that do not exist, and arguments that are not texts', () => {
    const cases: [text: unknown, options: object, message: string][] = [
      ['1', { headers: true }, "readCsv: unknown option 'headers' (did you mean header?)"],
      ['1', { delimiter: '|' }, "readCsv: the delimiter must be ',' or ';' or '\t', not '|'"],
      ['1', { header: 'no' }, "readCsv: header must be true or false, not 'no'"],
      ['1', { decimal: ';' }, "readCsv: decimal must be '.' or ',', not ';'"],
      ['1', { columns: [] }, 'readCsv: columns must be a list of names, or of numbers from 0 on, not []'],
      ['1', { columns: 'a' }, "readCsv: columns must be a list of names, or of numbers from 0 on, not 'a'"],
      ['a,b\n1,2', { columns: ['a', 'c'] }, "readCsv: there is no column 'c' to keep; there are a, b"],
      ['a,a\n1,2', { columns: ['a'] }, "readCsv: two columns are called 'a'; choose one by its number"],
      ['a,b\n1,2', { classes: ['2'] }, 'readCsv: classes need `label`, the column that holds them'],
      [
        'a,b\n1,2',
        { label: 'b', classes: ['2', '2'] },
        'readCsv: classes must be a list of different texts, not [2, 2]',
      ],
      ['a,b\n1,2', { label: 'b', classes: [2] }, 'readCsv: classes must be a list of different texts, not [2]'],
      [new Uint8Array(1), {}, 'readCsv: takes the text of a file'],
    ];
    for (const [text, options, message] of cases)
      expect(() => readCsv(text as string, options)).toThrow(new OptionError(message));
  });
});

describe('labels', () => {
  const of = (text: string, options: CsvOptions = {}) => {
    const { labels, classes } = readCsv(text, { label: 'kind', ...options });
    return [[...labels!], classes];
  };

  it('have the same numbers for any order of rows', () => {
    expect(of('x,kind\n1,low\n2,high\n')).toEqual([
      [1, 0],
      ['high', 'low'],
    ]);
    expect(of('x,kind\n2,high\n1,low\n')).toEqual([
      [0, 1],
      ['high', 'low'],
    ]);
    expect(of('x,kind\n9,1\n1,0\n2,0\n')).toEqual([
      [1, 0, 0],
      ['0', '1'],
    ]);
  });

  it('that are numbers are sorted by value, before the others, sorted by code units', () => {
    expect(of('x,kind\n1,10\n2,9\n3,-1\n4,1e1\n')[1]).toEqual(['-1', '9', '10', '1e1']);
    expect(of('x,kind\n1,ä\n2,nan\n3,2\n4,Z\n5,a\n6,10\n')[1]).toEqual(['2', '10', 'Z', 'a', 'nan', 'ä']);
  });

  it('of another file can use the classes of the first', () => {
    const classes = ['low', 'mid', 'high'];
    expect(of('x,kind\n1,high\n2,low\n', { classes })).toEqual([[2, 0], classes]);
    expect(() => of('x,kind\n1,high\n2,LOW\n', { classes })).toThrow(
      new FormatError("csv, line 3: 'LOW' in row 1, column kind (offset 16) is not among the classes [low, mid, high]"),
    );
  });
});

describe('the first line', () => {
  it('is a header if it has a name above numbers, also above the label', () => {
    expect(readCsv('2020,kind\n1,0\n3,1\n', { label: 1 }).columns).toEqual(['2020']);
    expect(readCsv('2020,2021,kind\n1,2,p\n3,4,q\n', { label: 'kind' }).shape).toEqual([2, 2]);
    expect(readCsv(',x,y\n0,1,2\n').columns).toEqual(['', 'x', 'y']);
    expect(readCsv('x,y\n?,1\n', { columns: ['y'] }).data).toEqual(Float32Array.of(1));
  });

  it('is a row if it has no name above numbers', () => {
    expect(readCsv('A1,1\nA2,2\n', { columns: [1] }).data).toEqual(Float32Array.of(1, 2));
    expect(readCsv('1,p\n2,q\n3,p\n', { label: 1 }).shape).toEqual([3, 1]);
  });

  it('is an error if it is ambiguous', () => {
    expect(() => readCsv('0,1,kind\n3,4,p\n5,6,q\n', { label: 2 })).toThrow(/'kind' in column 2 .* set `header`/);
    expect(() => readCsv('2020,2021,kind\n1,2,0\n3,4,1\n', { label: 2 })).toThrow(/'kind' in column 2 .* set `header/);
    const options = { label: 2, header: true };
    expect(readCsv('0,1,kind\n3,4,p\n5,6,q\n', options).classes).toEqual(['p', 'q']);
  });
});

describe('tables of other programs', () => {
  const rows = (text: string, options?: CsvOptions) => {
    const { data, columns } = readCsv(text, options);
    return [[...data], columns];
  };

  it('a line above the table gives the delimiter', () => {
    expect(rows('sep=,\n1,2\n3,4\n')).toEqual([
      [1, 2, 3, 4],
      ['0', '1'],
    ]);
    expect(rows('\ufeffSEP=;\r\na,x;b\r\n1;2\r\n')).toEqual([
      [1, 2],
      ['a,x', 'b'],
    ]);
    expect(rows('sep=\t\n1\t2')).toEqual([
      [1, 2],
      ['0', '1'],
    ]);
    expect(() => readCsv('sep=,')).toThrow(/no rows/);
  });

  it('decimal commas', () => {
    const expected = [
      [1.5, 2.5, 3.5, -4.5],
      ['0', '1'],
    ];
    expect(rows('1,5;2,5\n3,5;-4,5\n', { decimal: ',' })).toEqual(expected);
    expect(rows('1,5\t2,5\n3,5\t-4,5\n', { decimal: ',' })).toEqual(expected);
    expect(rows('"1,5","2,5"\n"3,5","-4,5"\n', { decimal: ',', delimiter: ',' })).toEqual(expected);
    // A point may set thousands apart there.
    expect(() => readCsv('a;b\n1.234;2\n', { decimal: ',' })).toThrow(/'1.234' in row 0, column a/);
    expect(() => readCsv('a;b\n1.234,5;2\n', { decimal: ',' })).toThrow(/'1.234,5' in row 0/);
  });

  it('delimiters at the end of each line, or only of the header', () => {
    expect(rows('1,2,\n3,4,\n5,6,\n')).toEqual([
      [1, 2, 3, 4, 5, 6],
      ['0', '1'],
    ]);
    expect(rows('a;b;\r\n1;2;\r\n')).toEqual([
      [1, 2],
      ['a', 'b'],
    ]);
    expect(rows('"id","x","y",\n1,2,3\n4,5,6\n')).toEqual([
      [1, 2, 3, 4, 5, 6],
      ['id', 'x', 'y'],
    ]);
    // With a value in it somewhere it is a column.
    expect(() => readCsv('1,2,\n3,4,5\n')).toThrow(/row 0, column 2 is blank/);
    expect(() => readCsv('1,2,\n3,4\n5,6,\n')).toThrow(/it has 2 values \(offset 5\), but the first line 3/);
  });

  it('spaces before quotes', () => {
    expect(rows('a, "b, c"\n"1",  "2"\n')).toEqual([
      [1, 2],
      ['a', 'b, c'],
    ]);
    expect(rows('"a"\t "b"\n1\t"2"\n')).toEqual([
      [1, 2],
      ['a', 'b'],
    ]);
  });
});

it('keeps the requested columns in their order, with any values in the others', () => {
  const text = 'id,x,kind,y\nA1,1,p,2\nA2,3,q,4\n';
  const expected = { data: Float32Array.of(2, 1, 4, 3), shape: [2, 2], columns: ['y', 'x'] };
  expect(readCsv(text, { columns: ['y', 'x'] })).toEqual(expected);
  expect(readCsv(text, { columns: [3, 1] })).toEqual(expected);
  // The label may be among them.
  for (const columns of [
    ['y', 'x'],
    ['y', 'kind', 'x'],
  ])
    expect(readCsv(text, { columns, label: 'kind' })).toEqual({
      ...expected,
      labels: Int32Array.of(0, 1),
      classes: ['p', 'q'],
    });
});

describe('differences that float32 does not hold', () => {
  const column = (...values: unknown[]) => `n,t\n${values.map((value, i) => `${i % 7},${String(value)}`).join('\n')}`;
  const count = (length: number, of: (i: number) => number) => Array.from({ length }, (_, i) => of(i));
  const epoch = 1767225600000;
  // Full doubles, as pandas writes them.
  const random = (i: number) => Math.abs((Math.sin(i + 1) * 43758.5453) % 1);

  it.each<[string, unknown[], RegExp]>([
    ['ids past 2^24', [16777216, 16777217], /column t loses .*: 16777216 and 16777217 become .*; subtract 16777216 /],
    ['ids that grow past 2^24', [5, 16777216, 16777217], /16777216 and 16777217/],
    ['negative ones', [-16777217, -16777216], /-16777217 and -16777216/],
    ['milliseconds since 1970, a second apart', count(100, (i) => epoch + 1000 * i), /1767225600000 and 1767225601000/],
    ['seconds since 1970 with a fraction', count(1000, (i) => epoch / 1000 + i / 10), /1767225600 and 1767225600.1/],
    ['days since 4713 BC, hour by hour', count(48, (i) => 2461041.5 + i / 24), /2461041.5 and/],
    ['a column of which nothing is left', [0.1, '0.1000000001'], /0.1 and 0.1000000001/],
    ['numbers that are all too small', ['1e-50', '2e-50'], /1e-50 and 2e-50/],
  ])('are named: %s', (_, values, message) => {
    expect(() => readCsv(column(...values))).toThrow(FormatError);
    expect(() => readCsv(column(...values))).toThrow(message);
    expect(readCsv(column(...values), { columns: ['n'] }).shape).toEqual([values.length, 1]);
  });

  it.each<[string, unknown[]]>([
    ['numbers with many digits', ['0.1', '0.1000000001', '0.7', '0.123456789012']],
    ['full doubles', count(5000, random)],
    ['full doubles far from zero', count(5000, (i) => 290 + 3 * random(i))],
    ['large numbers far apart', [1380004385, 331002651, 16777217, 1380004387, 67886011]],
    ['many large numbers, some of which meet', count(5000, (i) => Math.floor(random(i) * 1e8))],
    ['milliseconds since 1970, five minutes apart', count(100, (i) => epoch + 300_000 * i)],
    ['one large number again and again', count(100, () => 16777217)],
    ['what sums leave', [0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2]],
    ['ones, nearly', [1, 0.9999999999999999, 1.0000000000000002]],
    ['a few that are close, among many', [...count(20, (i) => i), 16777216, 16777217]],
  ])('do no harm: %s', (_, values) => {
    expect(readCsv(column(...values)).shape).toEqual([values.length, 2]);
  });
});

it('a table that no array can hold is an OutOfMemoryError with its bytes', () => {
  const plain = Float32Array;
  const refusing = function (length: number) {
    throw new RangeError(`Array buffer allocation failed: ${length}`);
  };
  vi.stubGlobal('Float32Array', Object.assign(refusing, { BYTES_PER_ELEMENT: 4 }));
  try {
    expect(() => readCsv('a,b\n1,2\n3,4\n')).toThrow(OutOfMemoryError);
    expect(() => readCsv('a,b\n1,2\n3,4\n')).toThrow(/readCsv: 16 bytes are more .*: keep fewer `columns`/);
  } finally {
    vi.unstubAllGlobals();
  }
  expect(Float32Array).toBe(plain);
});

it('reading a long field takes linear time', () => {
  const digits = '1'.repeat(200_000);
  expect(() => readCsv(`a\n${digits}x`)).toThrow(FormatError);
  expect(() => readCsv(`a\n${digits}`)).toThrow(DataError);
});
