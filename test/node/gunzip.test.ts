/** Gzip files of one or more members, read as tables and as IDX, wherever the pieces of the file begin and end. */
import { crc32, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gunzip } from '../../src/data/gunzip.ts';
import { FormatError, readIdx, readTable } from '../../src/index.ts';
import { expectRefused } from '../support/error-of.ts';
import { Draw } from '../support/random.ts';
import { inPieces } from '../support/table-writer.ts';

const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const packed = (text: string): Uint8Array => gzipSync(text);
const zeros = (length: number): Uint8Array => new Uint8Array(length);

/** The content of a file that is read in pieces of at most `most` bytes. */
async function contentOf(file: Uint8Array, most = file.length): Promise<string> {
  const pieces = inPieces(file, new Draw(most), most);
  const next = async () => (await pieces.next()).value as Uint8Array | undefined;
  const content: Uint8Array[] = [];
  for await (const piece of gunzip('file', next)) content.push(piece);
  return Buffer.concat(content).toString();
}

/** A member with all fields that a header may have. */
function withFields(text: string): Uint8Array {
  const member = packed(text);
  const header = Uint8Array.of(
    0x1f,
    0x8b,
    8,
    2 + 4 + 8 + 16,
    1,
    2,
    3,
    4,
    0,
    255,
    6,
    0,
    ...Buffer.from('BC\x02\0\x01\0name\0note\0'),
  );
  const checksum = crc32(header) & 0xffff;
  return joined(header, Uint8Array.of(checksum, checksum >> 8), member.subarray(10));
}

/** More than the 64 KiB of one stored block. */
const long = Array.from({ length: 8000 }, (_, i) => `${i},${(i * 7919) % 1000}\n`).join('');

describe('all members are read', () => {
  it.each<[string, Uint8Array, string]>([
    ['one', packed(long), long],
    ['two', joined(packed(long), packed('end')), `${long}end`],
    ['empty ones', joined(packed(''), packed('a'), packed(''), packed('b'), packed('')), 'ab'],
    [
      'a thousand',
      joined(...Array.from({ length: 1000 }, (_, i) => packed(`${i};`))),
      Array.from({ length: 1000 }, (_, i) => `${i};`).join(''),
    ],
    ['with all fields of a header', joined(withFields('a'), withFields(''), withFields('b')), 'ab'],
    ['stored, of one block', joined(gzipSync('abc', { level: 0 }), gzipSync('d', { level: 0 })), 'abcd'],
    ['stored, of several blocks', joined(gzipSync(long, { level: 0 }), gzipSync('b', { level: 0 })), `${long}b`],
    ['with zeros behind them', joined(packed('a'), zeros(1), packed('b'), zeros(10_000)), 'ab'],
    ['of a length whose last byte is not zero', joined(packed('x'.repeat(2 ** 24)), zeros(3)), 'x'.repeat(2 ** 24)],
    ['with a checksum of zero', joined(packed(''), zeros(600)), ''],
  ])('%s', async (_, file, text) => {
    for (const most of [file.length, 1000, ...(file.length < 2 ** 16 ? [1, 2, 13] : [])])
      expect(await contentOf(file, most)).toBe(text);
  });

  it('of a table', async () => {
    const [header, ...rows] = ['a,b\n', '1,2\n3,', '4\n', '5,6'].map(packed);
    const table = await readTable(joined(header, ...rows, zeros(512)));
    expect(Array.from({ length: table.length }, (_, i) => table.row(i))).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
      { a: 5, b: 6 },
    ]);
    expect(table.dialect.compression).toBe('gzip');
  });

  it('of an IDX file', async () => {
    const file = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60);
    const [start, end] = [file.subarray(0, 7), file.subarray(7)].map((part) => gzipSync(part));
    expect(await readIdx(joined(start, end, zeros(512)))).toEqual({ data: file.slice(12), shape: [2, 3] });
  });
});

describe('with the offset is reported', () => {
  const first = packed('a,b\n1,2\n');
  const second = packed('3,4\n');
  const both = joined(first, second);
  const changed = (at: number) => both.map((byte, i) => (i === at ? byte ^ 1 : byte));

  it.each<[string, Uint8Array, string]>([
    [
      'what follows the last member',
      joined(both, Buffer.from('more')),
      `is followed by other bytes (offset ${both.length})`,
    ],
    [
      'what follows zeros',
      joined(both, zeros(5), Uint8Array.of(7)),
      `is followed by other bytes (offset ${both.length + 5})`,
    ],
    ['half of a header', both.subarray(0, first.length + 4), `ends too early (offset ${first.length + 4})`],
    ['half of a member', both.subarray(0, both.length - 9), `ends too early (offset ${both.length - 9})`],
    ['half of a size', both.subarray(0, both.length - 2), `ends too early (offset ${both.length - 2})`],
    ['a wrong checksum', changed(both.length - 8), 'is damaged: incorrect data check'],
    ['a wrong size', changed(both.length - 4), 'is damaged: incorrect length check'],
    ['another method', changed(first.length + 2), 'is damaged: unknown compression method'],
    ['another signature', changed(first.length + 1), 'is damaged: incorrect header check'],
  ])('%s', async (_, file, problem) => {
    for (const most of [file.length, 1]) {
      await expectRefused(FormatError, `file: the gzip stream ${problem}`, contentOf(file, most));
      await expectRefused(
        FormatError,
        `readTable: the gzip stream ${problem}`,
        readTable(inPieces(file, new Draw(1), most)),
      );
    }
    await expectRefused(FormatError, `idx: the gzip stream ${problem}`, readIdx(file));
  });
});

it('a file is unpacked only as far as it is read, in small pieces', async () => {
  const line = '1,2\n';
  const many = gzipSync(line.repeat(2 ** 16));
  let [given, largest] = [0, 0];
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield packed('a,b\n');
    for (;;) {
      given++;
      yield many;
    }
  }
  expect((await readTable(endless(), { maxRows: 3 * 2 ** 16 })).length).toBe(3 * 2 ** 16);
  expect(given).toBeLessThan(6);
  const file = [many];
  for await (const piece of gunzip('file', () => Promise.resolve(file.pop())))
    largest = Math.max(largest, piece.length);
  expect(largest).toBeLessThanOrEqual(2 ** 16);
});
