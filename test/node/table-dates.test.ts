/** Dates as texts, against what JavaScript's own Date makes of their parts. */
import { expect, it } from 'vitest';
import { dateOf, isoOf, otherOrder, scanDate } from '../../src/data/table/dates.ts';
import { readTable } from '../../src/index.ts';

const at = (...parts: [year: number, month: number, day: number, ...clock: number[]]): number => {
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
};

it.each<[string, number]>([
  ['2026-01-31', at(2026, 1, 31)],
  ['2026/1/31', at(2026, 1, 31)],
  ['2026.01.31', at(2026, 1, 31)],
  ['2026-01', at(2026, 1, 1)],
  ['2026-01-31T23:59:58Z', at(2026, 1, 31, 23, 59, 58)],
  ['2026-01-31 23:59', at(2026, 1, 31, 23, 59)],
  ['2026-01-31 23:59:58.25', at(2026, 1, 31, 23, 59, 58) + 0.25],
  ['2026-01-31T23:59:58,5+02:00', at(2026, 1, 31, 21, 59, 58) + 0.5],
  ['2026-01-31T23:59:58-0530', at(2026, 2, 1, 5, 29, 58)],
  ['2026-01-31 23:59:58 UTC', at(2026, 1, 31, 23, 59, 58)],
  ['31.01.2026', at(2026, 1, 31)],
  ['31.1.26 07:05', at(2026, 1, 31, 7, 5)],
  ['31/01/2026', at(2026, 1, 31)],
  ['01/31/2026 3:45 PM', at(2026, 1, 31, 15, 45)],
  ['1/31/2026, 12:00:01 AM', at(2026, 1, 31, 0, 0, 1)],
  ['Jan 31 2026', at(2026, 1, 31)],
  ['January 31, 2026', at(2026, 1, 31)],
  ['31 Jan 2026 10:00', at(2026, 1, 31, 10)],
  ['31-Jan-98', at(1998, 1, 31)],
  ['Sat, 31 Jan 2026 10:00:00 GMT', at(2026, 1, 31, 10)],
  ['0001-01-01', -62135596800],
  ['1900-03-01', at(1900, 3, 1)],
  ['2000-02-29', at(2000, 2, 29)],
])('%s', (text, expected) => {
  const dated = dateOf(text)!;
  expect(Number.isNaN(dated.dmy) ? dated.mdy : dated.dmy).toBe(expected);
});

it.each([
  '',
  '2026',
  '2026-13-01',
  '2026-02-30',
  '1900-02-29',
  '2026-1',
  '2026.5',
  '2026/5',
  '32.01.2026',
  '00.01.2026',
  '2026-01-31T24:00',
  '2026-01-31T10:60',
  '2026-01-31T10',
  '13:05',
  '31 Foo 2026',
  'Janux 3 2026',
  '2026-01-31x',
  '1/2/3',
  '10.0.0.1',
  '1-2026-01',
  '13/13/2026',
  '1/31/2026 13:00 PM',
  `2026-01-31 ${'0'.repeat(50)}`,
])('%j is not a date', (text) => expect(dateOf(text)).toBeUndefined());

it('the fast parser agrees with the general one', () => {
  const encoder = new TextEncoder();
  let found = 0;
  for (let i = 0; i < 4000; i++) {
    const date = new Date((i - 2000) * 1e9 + i * 1234.5).toISOString();
    for (const text of [
      date,
      date.slice(0, 10),
      date.slice(0, 19),
      date.replace('T', ' '),
      date.replace('-0', '-4'),
      date.replace(':', '.'),
    ]) {
      const bytes = encoder.encode(text);
      const value = scanDate(bytes, 0, bytes.length);
      if (Number.isNaN(value)) continue;
      found++;
      expect([text, value]).toEqual([text, dateOf(text)?.dmy]);
    }
  }
  expect(found).toBeGreaterThan(10_000);
});

it('written dates are read again', () => {
  for (const value of [0, 86400, -1, 1.5, 1767225599.999, -62135596800, 1700000000.123456, 0.0000004, 59.9999999])
    expect(dateOf(isoOf(value))!.dmy).toBeCloseTo(value, 6);
  expect([isoOf(0), isoOf(1), isoOf(-0.5)]).toEqual(['1970-01-01', '1970-01-01T00:00:01Z', '1969-12-31T23:59:59.5Z']);
});

it('day and month are exchanged', () => {
  expect(otherOrder(at(2026, 4, 3, 12))).toBe(at(2026, 3, 4, 12));
});

it('any row, and another column, can determine the order', async () => {
  const values = async (text: string, options = {}) => [
    ...(await readTable(text, { header: true, ...options })).values(0),
  ];
  const dmy = [at(2026, 2, 1), at(2026, 4, 13)];
  expect(await values('d\n01/02/2026\n13/04/2026\n')).toEqual(dmy);
  expect(await values('d\n01/02/2026\n04/13/2026\n')).toEqual([at(2026, 1, 2), at(2026, 4, 13)]);
  expect(await values('d,e\n01/02/2026,04/13/2026\n')).toEqual([at(2026, 1, 2)]);
  expect(await values('d\n01/02/2026\n', { dateOrder: 'dmy' })).toEqual([at(2026, 2, 1)]);
  expect(await values('d\n01/02/2026\n', { dateOrder: 'mdy' })).toEqual([at(2026, 1, 2)]);
  expect(await values('d\n02/02/2026\n')).toEqual([at(2026, 2, 2)]);
  // Both orders in one column are no dates.
  expect((await readTable('d,x\n31/01/2026,1\n01/31/2026,2\n')).columns[0].kind).toBe('category');
});

it.each([
  ['by a later date', '01/13/2038', ''],
  ['by another column', '12/01/2038', '01/13/2038'],
])('day and month are exchanged exactly where float32 held the first meaning, %s', async (_, last, other) => {
  // Midnight of 2038-01-12 is a multiple of 128 seconds, and 2038-12-01 is none.
  const rows = [...new Array<string>(16).fill(`12/01/2038,${other}`), `${last},${other}`];
  const table = await readTable(`d,e\n${rows.join('\n')}\n`, { columns: { d: 'time' } });
  expect([...table.values('d')].slice(0, 16)).toEqual(new Array(16).fill(at(2038, 12, 1)));
});

it.each([
  ['04/13/2026,13/04/2026,01/02/2026', 'month first, as in column a, but column b has the day', at(2026, 1, 2)],
  ['13/04/2026,04/13/2026,01/02/2026', 'day first, as in column a, but column b has the month', at(2026, 2, 1)],
])('columns of both orders give a third one a note: %s', async (row, words, time) => {
  const { columns } = await readTable(`a,b,c\n${row}\n${row.replaceAll('2026', '2025')}\n`);
  expect(columns[2].note).toBe(
    `its dates are read with the ${words} first; if this is wrong, set \`columns: { c: 'category' }\``,
  );
  expect([columns[2].max, columns[0].note, columns[1].note]).toEqual([time, undefined, undefined]);
  const { columns: alike } = await readTable(
    'a,b,c\n04/13/2026,04/14/2026,01/02/2026\n04/15/2026,04/16/2026,01/03/2026\n',
  );
  expect(alike.map(({ note }) => note)).toEqual([undefined, undefined, undefined]);
});

it('the order may be determined after thousands of dates', async () => {
  const minutes = Array.from({ length: 12_000 }, (_, i) => {
    const date = new Date(Date.UTC(2026, 0, 1) + i * 60e3).toISOString();
    return { iso: date, text: `${date.slice(5, 7)}/${date.slice(8, 10)}/${date.slice(0, 4)} ${date.slice(11, 16)}` };
  });
  const text = (last: string) => `t\n${minutes.map(({ text }) => text).join('\n')}\n${last}\n`;
  const wanted = minutes.map(({ iso }) => Date.parse(iso) / 1000);
  expect([...(await readTable(text('01/31/2026'))).values('t')].slice(0, -1)).toEqual(wanted);
  const turned = await readTable(text('31/01/2026'));
  expect(turned.values('t')[1440]).toBe(at(2026, 2, 1));
  await expect(readTable(text('01/09/2026'))).rejects.toThrow(/the day or the month first/);
  await expect(readTable(text('soon'))).rejects.toThrow(/line 12002, column t: 'soon' is not a date/);
});
