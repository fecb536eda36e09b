import { describe, expect, it } from 'vitest';
import { readCsv } from '../../src/data/csv.ts';
import { DataError, FormatError, OptionError } from '../../src/errors.ts';

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

it('reads what spreadsheets write: byte order mark, semicolons, tabs, quotes, empty lines', () => {
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

it('takes a column for the label, whatever is in it', () => {
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
    new DataError('readCsv: there are no columns beside the label'),
  );
});

describe('what is wrong is said, with its place', () => {
  const cases: [string, new () => Error, RegExp][] = [
    ['a,b\n1\n', FormatError, /1 values at offset 4, 2 in the first line/],
    ['a,b\n1,2,3\n', FormatError, /3 values at offset 4/],
    ['a,b\n1,\n', FormatError, /'' in row 0, column b \(offset 6\) is no number/],
    ['a,b\n1,2\n3,x\n', FormatError, /'x' in row 1, column b \(offset 10\)/],
    ['1,2\n3,', FormatError, /'' in row 1, column 1 \(offset 6\)/],
    [`a\n${'x'.repeat(50)}`, FormatError, /'x{40}' in row 0/],
    ['a\n1nan', FormatError, /'1nan' in row 0/],
    ['a\nnano', FormatError, /'nano' in row 0/],
    ['a\n0x10', FormatError, /'0x10'/],
    ['a\n1.2.3', FormatError, /'1.2.3'/],
    ['a\n1e', FormatError, /'1e'/],
    ['a,b\n"1,2', FormatError, /the quote at offset 4 is not closed/],
    ['a,b\n"1"2,3', FormatError, /text behind a closing quote at offset 7/],
    ['a,b\n1,nan', DataError, /nan at row 0, column b is not finite/],
    ['a,b\n1,-Infinity', DataError, /not finite/],
    ['a\n1e39', DataError, /1e39 at row 0, column a is not finite/],
    [`a\n${'9'.repeat(50)}`, DataError, /csv: 9{40} at row 0/],
    ['', DataError, /no rows/],
    ['\n\r\n', DataError, /no rows/],
    ['a,b\n', DataError, /no rows below the header/],
  ];
  it.each(cases)('%j', (text, kind, message) => {
    expect(() => readCsv(text)).toThrow(kind);
    expect(() => readCsv(text)).toThrow(message);
  });

  it('options that do not exist, and texts that are none', () => {
    const cases: [text: unknown, options: object, message: string][] = [
      ['1', { headers: true }, "readCsv: unknown option 'headers' (did you mean header?)"],
      ['1', { delimiter: '|' }, "readCsv: the delimiter is ',' or ';' or '\t', not '|'"],
      ['1', { header: 'no' }, "readCsv: header is true or false, not 'no'"],
      [new Uint8Array(1), {}, 'readCsv: takes the text of a file'],
    ];
    for (const [text, options, message] of cases)
      expect(() => readCsv(text as string, options)).toThrow(new OptionError(message));
  });
});

it('a long field takes no longer than its length says', () => {
  const digits = '1'.repeat(200_000);
  expect(() => readCsv(`a\n${digits}x`)).toThrow(FormatError);
  expect(() => readCsv(`a\n${digits}`)).toThrow(DataError);
});
