/** What one program writes is what is read, wherever the pieces of the file begin and end. */
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readTableIn, usualSizes } from '../../src/data/table/reading.ts';
import { FormatError, readTable, type Table, type TableOptions } from '../../src/index.ts';
import { Draw } from '../support/random.ts';
import { inPieces, randomTable, randomWriter, written, type RandomTable } from '../support/table-writer.ts';
import { times } from '../support/thorough.ts';

const encodings = ['utf8', 'utf16le', 'latin1'] as const;
const labels = { utf8: 'utf-8', utf16le: 'utf-16le', latin1: 'latin1' };

function expectSame(table: Table, { names, kinds, rows }: RandomTable): void {
  expect(table.columns.map(({ name }) => name)).toEqual(names);
  expect(table.columns.map(({ kind }) => kind)).toEqual(kinds);
  expect(Array.from({ length: table.length }, (_, i) => Object.values(table.row(i)))).toEqual(rows);
  table.columns.forEach(({ missing, min, max, categories }, column) => {
    const there = rows.map((row) => row[column]).filter((cell) => cell !== null);
    expect(missing).toBe(rows.length - there.length);
    if (kinds[column] === 'category') expect(categories).toEqual([...new Set(there)].sort((a, b) => (a < b ? -1 : 1)));
    else expect([min, max]).toEqual([Math.min(...(there as number[])), Math.max(...(there as number[]))]);
  });
}

/** A table, the bytes of its file, and what options say everything about it. */
function drawn(seed: number) {
  const draw = new Draw(seed);
  const encoding = draw.pick(encodings);
  const table = randomTable(draw, encoding === 'latin1');
  const writer = randomWriter(draw);
  const text = written(table, encoding === 'latin1' ? { ...writer, mark: false } : writer);
  const plain = Buffer.from(text, encoding);
  const { delimiter, decimal } = writer;
  const columns = Object.fromEntries(table.names.map((name, i) => [name, table.kinds[i]]));
  const told: TableOptions = { delimiter, decimal, header: true, columns, encoding: labels[encoding] };
  const bytes = draw.whole(0, 3) === 0 ? gzipSync(plain) : plain;
  return { draw, table, bytes, told };
}

it('with the format in the options', { timeout: 600_000 }, async () => {
  const count = times(150, 20_000);
  for (let seed = 0; seed < count; seed++) {
    const { draw, table, bytes, told } = drawn(seed);
    const most = draw.pick([1, 2, 7, 50, 1000]);
    const sizes = { sample: draw.pick([1, 40, 4096]), block: draw.pick([1, 13, 64, 300]) };
    await readTableIn(inPieces(bytes, draw, most), told, sizes).then(
      (read) => expectSame(read, table),
      (error: unknown) => {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      },
    );
  }
});

it('with a guessed format: it is right, or an error asks', { timeout: 600_000 }, async () => {
  const count = times(150, 20_000);
  let asked = 0;
  for (let seed = 0; seed < count; seed++) {
    const { table, bytes } = drawn(seed);
    try {
      expectSame(await readTable(bytes), table);
    } catch (error) {
      if (!(error instanceof FormatError)) throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      asked++;
    }
  }
  expect(asked).toBeLessThan(count / 3);
});

it('is the same in pieces of any size, including notes and messages', async () => {
  const rows = Array.from(
    { length: 200 },
    (_, i) => `${i},"n ""${i % 7}""\r\n",2026-01-${String((i % 28) + 1).padStart(2, '0')},${i % 11 ? i / 8 : ''}`,
  );
  const text = `id,name,day,x\r\n${rows.join('\r\n')}\r\n`;
  const files = [text, `${text}1,2\r\n`, `${text}"open`, text.replace('100,', 'x00,'), text.replace('150', '1"50')];
  for (const file of files) {
    const bytes = new TextEncoder().encode(file);
    const outcome = (promise: Promise<Table>) =>
      promise.then(
        (table) => [table.columns, table.toCsv(), table.dialect],
        (error: unknown) => String(error),
      );
    const whole = await outcome(readTable(file));
    for (const [most, block] of [
      [1, 1],
      [1, 100],
      [3, 7],
      [64, 64],
      [1000, 300],
    ])
      expect(await outcome(readTableIn(inPieces(bytes, new Draw(most), most), {}, { ...usualSizes, block }))).toEqual(
        whole,
      );
  }
});

it('equals the table that toCsv wrote', async () => {
  for (let seed = 0; seed < times(100, 5000); seed++) {
    const { table, bytes, told } = drawn(seed);
    const read = await readTable(bytes, told);
    const { columns } = told;
    expectSame(await readTable(read.toCsv(), { columns, header: true, delimiter: ',', decimal: '.' }), table);
  }
});
