/** A visitor's table, as the page reads it. */
import { describe, expect, it } from 'vitest';
import { columnsOf, csvLine, linesOf, proposed, readTable, whyNotRead } from '../../../app/playground/table.ts';

const text = [
  'time,pressure,note,load,state',
  '2026-01-01T00:00:00Z,1.5,fine,10,ok',
  '2026-01-01T00:00:10Z,2.5,"so, so",20,ok',
  '2026-01-01T00:00:20Z,3.5,"a ""word""",30,fault',
].join('\r\n');

describe('a table', () => {
  it('is parted into fields as readCsv does it', () => {
    expect([...linesOf('\ufeffa;"b;\n""c""";\r\n\r\n1;2;3\n')]).toEqual([
      ['a', 'b;\n"c"', ''],
      ['1', '2', '3'],
    ]);
    expect([...linesOf('a\tb\n 1 \t2,5')]).toEqual([
      ['a', 'b'],
      ['1', '2,5'],
    ]);
    expect([...linesOf('x\n1\n2')]).toEqual([['x'], ['1'], ['2']]);
  });

  it('names the first value of each column that is no number, with its row below the header, from 1', () => {
    expect(columnsOf(text).map(({ name, first }) => [name, first])).toEqual([
      ['time', { value: '2026-01-01T00:00:00Z', row: 1 }],
      ['pressure', undefined],
      ['note', { value: 'fine', row: 1 }],
      ['load', undefined],
      ['state', { value: 'ok', row: 1 }],
    ]);
    expect(columnsOf('1,2\n3,\n5,6').map(({ name, first }) => [name, first])).toEqual([
      ['0', undefined],
      ['1', { value: '', row: 2 }],
    ]);
  });

  it('with one column of classes takes it, and leaves out what is text or has gaps otherwise', () => {
    expect(proposed(columnsOf('a,b,kind\n1,2,odd\n3,,even'))).toEqual({ label: 2, leftOut: [1] });
    const many = Array.from({ length: 40 }, (_, i) => `${i},name ${i}`).join('\n');
    expect(proposed(columnsOf(`a,name\n${many}`))).toEqual({ label: undefined, leftOut: [1] });
    // Which of several is the class, only the visitor knows.
    expect(proposed(columnsOf(text))).toEqual({ label: undefined, leftOut: [0, 2, 4] });
    // A number with a gap is no class.
    expect(proposed(columnsOf('a,b\n1,2\n3,\n5,6'))).toEqual({ label: undefined, leftOut: [1] });
  });

  it('is read without the columns left out, by the class that was chosen', () => {
    const columns = columnsOf(text);
    expect(() => readTable('t.csv', columns, { text, leftOut: [] })).toThrow(/2026-01-01/);
    const read = readTable('t.csv', columns, { text, label: 4, leftOut: [0, 2] });
    expect([read.columns, [...read.values], [...read.labels!], read.classes]).toEqual([
      ['pressure', 'load'],
      [1.5, 10, 2.5, 20, 3.5, 30],
      [1, 1, 0],
      ['fault', 'ok'],
    ]);
    expect(read.table).toEqual({ text, label: 4, leftOut: [0, 2] });
  });

  it('that cannot be read names every column in the way, and where one chooses', () => {
    expect(whyNotRead('t.csv', columnsOf(text))).toBe(
      't.csv is not read yet. These columns have values that are not numbers: time (“2026-01-01T00:00:00Z” in row 1), note (“fine” in row 1), state (“ok” in row 1). Under “Your own data”, choose which of them to leave out and which one has the classes.',
    );
    expect(whyNotRead('t.csv', columnsOf('a,b\n1,2\n3,'))).toContain('b (nothing in row 2)');
    expect(whyNotRead('t.csv', columnsOf('a,b\n1,2'))).toBeUndefined();
    // Of lines that differ in length, the reader says which.
    expect(whyNotRead('t.csv', columnsOf('a,b\n1,2\n3'))).toBeUndefined();
  });

  it('is written with quotes where they are needed', () => {
    expect(csvLine(['a,b', 'say "no"', 1.5, 'plain', 'c;d'])).toBe('"a,b","say ""no""",1.5,plain,"c;d"');
  });
});
