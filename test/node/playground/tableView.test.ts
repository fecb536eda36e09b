/** What the view of tables reads, remembers and writes, apart from its page. */
import { describe, expect, it } from 'vitest';
import { channelsOf } from '../../../app/series/channels.ts';
import { stopOn } from '../../../app/stopping.ts';
import { chosen, factsOf } from '../../../app/table/columns.ts';
import { filledCsv } from '../../../app/table/filled.ts';
import { reason } from '../../../app/table/words.mjs';
import { scoresCsv } from '../../../app/table/scores.ts';
import { defaultChoices, needsReading, readingOptions, wishesOf } from '../../../app/playground/tables/choices.ts';
import { examples } from '../../../app/playground/tables/examples.ts';
import { fromTableHash, isTableLink, toTableHash } from '../../../app/playground/tables/link.ts';
import { cellWords, dialectWords, filledWords, plainly, valuesWords } from '../../../app/playground/tables/words.ts';
import { OptionError, readTable } from '../../../src/index.ts';

const text = [
  'id,time,state,heat,power,empty',
  ...Array.from({ length: 60 }, (_, i) => {
    const time = `2026-01-01T00:${String(i).padStart(2, '0')}:00Z`;
    return `id-${i},${time},${i % 2 ? 'on' : ''},${i === 3 ? '' : 2 * i},"${i},5",`;
  }),
].join('\n');

describe('the link', () => {
  it('stores every choice, and the name of the file', () => {
    const choices = {
      view: 'series',
      delimiter: ';',
      decimal: ',',
      thousands: "'",
      dateOrder: 'dmy',
      missing: 'none & void',
      columns: { 'a=b&c': 'leave', state: 'label', zip: 'category' },
      share: 0.05,
      color: 'heat',
      steps: 400,
      seed: 3,
    } as const;
    const link = { source: 'own', name: 'my file.csv', choices } as const;
    const hash = `#${toTableHash(link)}`;
    expect(isTableLink(hash)).toBe(true);
    expect(fromTableHash(hash)).toEqual({ ...link, unknown: [] });
    expect(toTableHash({ source: 'machines', choices: defaultChoices })).toBe('tables=machines');
    expect(isTableLink('#preset=linear')).toBe(false);
  });

  it('names unknown entries', () => {
    const { unknown, choices } = fromTableHash('#tables=own&share=7&decimal=x&view=rows&other=1&column.a=b');
    expect(unknown).toEqual(['share=7', 'decimal=x', 'other=1', 'column.a=b']);
    expect(choices).toEqual(defaultChoices);
  });
});

describe('choices', () => {
  it('reach the reader and the model', () => {
    const choices = { ...defaultChoices, missing: 'none', columns: { a: 'leave', b: 'time', c: 'label' } } as const;
    expect(readingOptions(choices)).toEqual({
      missing: ['NA', 'N/A', 'NaN', 'null', '?', '-', 'none'],
      label: 'c',
      columns: { b: 'time' },
    });
    expect(wishesOf(choices)).toEqual({ a: 'leave', b: 'use' });
    expect(readingOptions(defaultChoices)).toEqual({});
  });

  it('that affect only the display need no new training', () => {
    expect(needsReading(defaultChoices, { ...defaultChoices, share: 0.1, color: 'a' })).toBe(false);
    expect(needsReading(defaultChoices, { ...defaultChoices, columns: { a: 'leave' } })).toBe(true);
    expect(needsReading(defaultChoices, { ...defaultChoices, delimiter: ';' })).toBe(true);
  });
});

describe('the columns of a file', () => {
  it('are left out if they carry no information, unless the visitor keeps them', async () => {
    const file = await readTable(text, { decimal: ',' });
    const left = (wishes = {}) =>
      chosen(file, wishes)
        .columns.filter((column) => column.left)
        .map(({ name, left }) => `${name}: ${left}`);
    expect(left()).toEqual([
      'id: most rows have a text of their own there, as names and ids have',
      'state: all of its values are the same',
      'empty: all of it is blank',
    ]);
    expect(left({ id: 'use', heat: 'leave', empty: 'use' })).toEqual([
      'state: all of its values are the same',
      'heat: as you chose',
      'empty: all of it is blank',
    ]);
    expect(chosen(file).table.columns.map(({ name }) => name)).toEqual(['time', 'heat', 'power']);
  });

  it('are reported where none is left, and still described', async () => {
    const file = await readTable('c,d\n1,\n1,\n1,', { columns: { d: 'category' } });
    expect(() => chosen(file)).toThrow(
      new OptionError(
        'the file has no column that a model can learn from: c: all of its values are the same; d: all of it is blank',
      ),
    );
    expect(factsOf(file).map(({ name, left }) => [name, left !== undefined])).toEqual([
      ['c', true],
      ['d', true],
    ]);
  });

  it('are described in words', async () => {
    const file = await readTable(text, { decimal: ',' });
    const { columns } = chosen(file);
    expect(columns.map(valuesWords)).toEqual([
      '60 names',
      '2026-01-01 … 2026-01-01T00:59:00Z',
      '1 name',
      '0 … 118',
      '0.5 … 59.5',
      '',
    ]);
    expect(dialectWords({ rows: 60, columns, dialect: file.dialect })).toBe(
      '60 rows, 6 columns: separated by commas, decimal comma, the first line names the columns, UTF-8.',
    );
  });
});

it('a file is written with all of its columns, filled in and sorted by strangeness', async () => {
  const file = await readTable('name,x,note\na,1,"so, so"\nb,,\nc,3,');
  const filled = await readTable('name,x\na,1\nb,2\nc,3');
  expect(filledCsv(file, filled)).toBe('name,x,note\na,1,"so, so"\nb,2,\nc,3,\n');
  const reason = { row: 2, score: 4, columns: [{ column: 'x', error: 4, found: 3, expected: 1.5 }] };
  expect(scoresCsv(file, Float32Array.of(1, 2, 4), [2, 1, 0], [reason])).toBe(
    'row,score,column,found,expected,name,x,note\n3,4.00000,x,3,1.5,c,3,\n2,2.00000,,,,b,,\n1,1.00000,,,,a,1,"so, so"\n',
  );
});

it('a file is written with its columns in their order, also if their names are numbers', async () => {
  const file = await readTable('id,12,kind,3\n1,2,a,3\n2,,b,4', { header: true, label: 'kind' });
  expect(filledCsv(file, file)).toBe('id,12,3,kind\n1,2,3,a\n2,,4,b\n');
  expect(scoresCsv(file, Float32Array.of(1, 2), [1, 0], []).split('\n')[0]).toBe(
    'row,score,column,found,expected,id,12,3,kind',
  );
});

it('a reason tells the value found from the value expected', () => {
  const words = (kind: string, found: string | number | null, expected: string | number) =>
    reason({ row: 0, score: 1, columns: [{ column: 'x', error: 1, found, expected }] }, [{ name: 'x', kind }]);
  expect(words('number', 3, 1.23456789)).toBe('x is 3, expected 1.2346');
  expect(words('number', 9007199254740991, 9007199254740000)).toBe('x is 9007199254740991, expected 9007199254740000');
  expect(words('number', 3, 3)).toBe('x is 3, expected the same, but with little certainty');
  expect(words('time', 0.25, 0)).toBe('x is 1970-01-01T00:00:00.250Z, expected 1970-01-01T00:00:00.000Z');
  expect(words('category', 'a', 'b')).toBe("x is 'a', expected 'b'");
  expect(words('category', 'b', 'b')).toBe("x is 'b', expected the same, but with little certainty");
});

it('a cell is shown as in the file, and a filled-in value with the digits that the model determines', () => {
  expect([cellWords(1234567, 'number'), cellWords("it's", 'category'), cellWords(0, 'time')]).toEqual([
    '1234567',
    "it's",
    '1970-01-01T00:00:00Z',
  ]);
  expect([filledWords(12.3456789, 'number'), filledWords('on', 'category')]).toEqual(['12.346', 'on']);
});

describe('a series', () => {
  it('takes the columns of numbers, and says which it leaves out', async () => {
    const whole = await readTable('t,x,s\n2026-01-01,1,a\n2026-01-02,2,b');
    const { values, ...rest } = channelsOf(whole);
    expect(rest).toEqual({ channels: ['x'], left: ['s'], blanks: 0 });
    expect(values.columns.map(({ name }) => name)).toEqual(['t', 'x']);
    const gaps = await readTable('x,y,z\n1,10,\n,20,\n3,30,');
    expect(channelsOf(gaps)).toMatchObject({ channels: ['x', 'y'], left: ['z'], blanks: 1 });
  });
});

it('messages of the reader name the fields of the page', async () => {
  const whyNot = (file: string) => readTable(file).then(String, ({ message }: Error) => plainly(message));
  const many = Array.from({ length: 20_000 }, (_, i) => `${i},${i}`).join('\n');
  const broken = await whyNot(`a,b\n${many}\nbroken,7\n`);
  expect(broken).toMatch(/^line 20002, column a: 'broken' is not a number/);
  expect(broken).toMatch(/write “broken” into “a word for a blank”; .* a column of names in the list of columns$/);
  expect(await whyNot('a;b\n1,234;1\n2,345;2\n')).toMatch(/; choose the decimal sign, or the one for thousands$/);
  expect(await whyNot('d,x\n3/4/2026,1\n5/6/2026,2\n')).toMatch(/; choose “day first” or “month first”$/);
  for (const text of [broken, await whyNot('a,b\n1,2\n3\n')]) expect(text).not.toMatch(/`|readTable/);
});

it('the examples are the same each time, and are read without a question', async () => {
  for (const { text } of Object.values(examples)) {
    expect(text()).toBe(text());
    const table = await readTable(text());
    expect(table.columns[0].kind).toBe('time');
    expect(table.length).toBeGreaterThan(2000);
  }
});

it('a stop counts before and after a training has begun', () => {
  const stops: string[] = [];
  const training = (name: string) => ({ stop: () => void stops.push(name) });
  const [early, late, never] = Array.from({ length: 3 }, () => new AbortController());
  early.abort();
  stopOn(early.signal, training('early'));
  stopOn(late.signal, training('late'));
  stopOn(never.signal, training('never'));
  stopOn(undefined, training('none'));
  expect(stops).toEqual(['early']);
  late.abort();
  expect(stops).toEqual(['early', 'late']);
});
