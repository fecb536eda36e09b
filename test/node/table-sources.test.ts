/** Where a table's bytes may come from: progress, abort, and sources that fail. */
import { gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { DataError, OptionError, readTable, type TableProgress, type TableSource } from '../../src/index.ts';

const lines = (count: number): string =>
  `a,b\n${Array.from({ length: count }, (_, i) => `${i},${i / 4}`).join('\n')}\n`;
/** Two of the pieces in which a text is read. */
const text = lines(12_000);
const bytes = new TextEncoder().encode(text);
const streamOf = (pieces: unknown[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece) controller.enqueue(piece as Uint8Array);
      else controller.close();
    },
  });

it.each<[string, () => TableSource]>([
  ['a text', () => text],
  ['bytes', () => bytes],
  ['a Blob', () => new Blob([bytes])],
  ['a File', () => new File([text], 'a.csv')],
  ['a Response', () => new Response(text)],
  ['a stream', () => streamOf([bytes.subarray(0, 9), new Uint8Array(0), bytes.subarray(9)])],
  [
    'a stream that is packed',
    () =>
      streamOf([
        ...[...gzipSync(bytes).subarray(0, 30)].map((byte) => Uint8Array.of(byte)),
        new Uint8Array(0),
        gzipSync(bytes).subarray(30),
      ]),
  ],
  ['a stream of Node', () => Readable.from([Buffer.from(bytes)])],
])('%s', async (_, source) => {
  const table = await readTable(source());
  expect([table.length, table.row(11_999)]).toEqual([12_000, { a: 11_999, b: 2999.75 }]);
});

it('progress counts the bytes of the file, and the rows', async () => {
  // Several of the pieces in which a file is read.
  const text = lines(45_000);
  const bytes = new TextEncoder().encode(text);
  const told: TableProgress[] = [];
  await readTable(new Blob([bytes]), { onProgress: (progress) => told.push(progress) });
  expect(told.length).toBeGreaterThan(3);
  expect(told.at(-1)).toEqual({ loaded: bytes.length, total: bytes.length, rows: 45_000 });
  expect(told.map(({ loaded }) => loaded)).toEqual(told.map(({ loaded }) => loaded).sort((a, b) => a - b));
  const packed = gzipSync(bytes);
  told.length = 0;
  await readTable(new Blob([packed]), { onProgress: (progress) => told.push(progress) });
  expect(told.at(-1)).toEqual({ loaded: packed.length, total: packed.length, rows: 45_000 });
  told.length = 0;
  await readTable(streamOf([bytes]), { onProgress: (progress) => told.push(progress) });
  expect(told.at(-1)).toEqual({ loaded: bytes.length, rows: 45_000 });
  const answer = new Response(text, { headers: { 'content-length': `${bytes.length}` } });
  await readTable(answer, { onProgress: ({ total }) => expect(total).toBe(bytes.length) });
});

it.each([
  ['a table', `a,b\n${'ä€😀,1\n'.repeat(25_000)}`],
  ['a short table', 'ä,b\n1,2\n3,4'],
  ['lines of JSON', '{"ä":"😀"}\n'.repeat(13_000)],
])('progress of a text counts its characters: %s', async (_, source) => {
  const told: TableProgress[] = [];
  await readTable(source, { onProgress: (progress) => told.push(progress) });
  expect(told.at(-1)).toMatchObject({ loaded: source.length, total: source.length });
  const loads = told.map(({ loaded }) => loaded);
  expect(loads).toEqual([...loads].sort((a, b) => a - b));
});

describe('an abort', () => {
  it('before reading, and while rows are read', async () => {
    const reason = new Error('enough');
    await expect(readTable(text, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const reading = readTable(text, {
      signal: controller.signal,
      onProgress: ({ rows }) => rows > 1000 && controller.abort(reason),
    });
    await expect(reading).rejects.toBe(reason);
  });

  it('ends the wait for a stalled source, and closes the source', async () => {
    const controller = new AbortController();
    let left: unknown;
    const stalled = new ReadableStream<Uint8Array>({
      start: (to) => to.enqueue(bytes.subarray(0, 1000)),
      cancel: (reason) => void (left = reason ?? 'left'),
    });
    const reading = readTable(stalled, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(left).toBeDefined();
  });
});

it('a source is closed if reading ends early', async () => {
  let [given, left] = [0, false];
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      yield new TextEncoder().encode('a,b\n');
      for (;;) {
        given++;
        yield new TextEncoder().encode('1,2\n'.repeat(1000));
      }
    } finally {
      left = true;
    }
  }
  expect((await readTable(endless(), { maxRows: 10_000 })).length).toBe(10_000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([left, given < 1000]).toEqual([true, true]);
});

it('failures are reported', async () => {
  const failing = new ReadableStream({ pull: (controller) => controller.error(new Error('cable')) });
  await expect(readTable(failing)).rejects.toMatchObject({ name: 'DataError', cause: { message: 'cable' } });
  await expect(readTable(new Response('no', { status: 404 }))).rejects.toThrow(
    new DataError('readTable: the server answered 404 '),
  );
  const used = new Response('a,b\n1,2');
  await used.text();
  await expect(readTable(used)).rejects.toThrow(OptionError);
  await expect(readTable(streamOf(['a,b\n1,2']))).rejects.toThrow(/the stream gives no bytes \(Uint8Array\), but 'a,b/);
  const locked = streamOf([bytes]);
  locked.getReader();
  await expect(readTable(locked)).rejects.toThrow(/is being read already/);
  for (const none of [1, null, undefined, {}, [1, 2], new Float32Array(2)])
    await expect(readTable(none as TableSource)).rejects.toThrow(/takes a text, a File/);
  // What fails while it is unpacked is not the gzip stream’s fault.
  const packed = gzipSync(bytes);
  let pieces = 0;
  const cut = new ReadableStream<Uint8Array>({
    pull: (controller) =>
      pieces++ ? controller.error(new Error('cable')) : controller.enqueue(packed.subarray(0, 5000)),
  });
  await expect(readTable(cut)).rejects.toMatchObject({ name: 'DataError', cause: { message: 'cable' } });
});

it('a row that does not end is an error before memory is exhausted', async () => {
  async function* quote(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode('a,b\n1,2\n"');
    for (let i = 0; i < 200; i++) yield new Uint8Array(2 ** 20).fill(0x78);
  }
  await expect(readTable(quote(), { header: true, delimiter: ',' })).rejects.toThrow(
    /line \d: the row has more than 67108864 bytes; is there a quote that is not closed\?/,
  );
});
