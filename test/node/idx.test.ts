/** Over HTTP, with a server that answers as servers do. In a browser: test/data/idx.test.ts. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fetchIdx, readIdx } from '../../src/data/idx.ts';
import { DataError, FormatError, OptionError } from '../../src/errors.ts';
import { errorOf, expectRefused } from '../support/error-of.ts';

const file = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60);
const content = { data: Uint8Array.of(10, 20, 30, 40, 50, 60), shape: [2, 1, 3] };

/** Many times as long as it is packed. */
const large = Uint8Array.of(0, 0, 8, 1, 0, 0, 0x40, 0, ...new Uint8Array(0x4000));

const answers: Record<string, RequestListener> = {
  '/file': (_, response) => response.setHeader('content-length', file.length).end(file),
  '/gzipped': (_, response) => response.end(gzipSync(file)),
  '/in-parts': (_, response) => {
    response.write(file.subarray(0, 5));
    // The rest comes once somebody has seen that.
    goOn = () => {
      goOn = () => {};
      response.end(file.subarray(5));
    };
  },
  '/broken': (_, response) => {
    response.setHeader('content-length', file.length).write(file.subarray(0, 5));
    setTimeout(() => response.destroy(), 20);
  },
  '/silent': (_, response) => {
    response.on('close', () => letGo());
    response.write(file.subarray(0, 5));
  },
  '/no-idx': (_, response) => response.end('<svg>'),
  '/page': (_, response) => response.end('\n<!doctype html><title>App</title>'),
  '/packed': (_, response) => {
    const packed = gzipSync(large);
    response.setHeader('content-encoding', 'gzip').setHeader('content-length', packed.length).end(packed);
  },
  '/nothing': (_, response) => response.writeHead(204).end(),
};
const server = createServer((request, response) =>
  (answers[request.url!] ?? ((_, missing) => missing.writeHead(404).end(file)))(request, response),
);
let origin: string;
let letGo = () => {};
let goOn = () => {};

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('fetches a file, gzipped or not, from a string or a URL', async () => {
  expect(await fetchIdx(`${origin}/file`)).toEqual(content);
  expect(await fetchIdx(new URL(`${origin}/gzipped`))).toEqual(content);
});

it('reports the received bytes, and the total if the server sends it', async () => {
  const seen: unknown[] = [];
  const onProgress = (progress: unknown) => seen.push(progress);
  await fetchIdx(`${origin}/file`, { onProgress });
  expect(seen).toEqual([{ loaded: 22, total: 22 }]);
  seen.length = 0;
  const inParts = (progress: unknown) => {
    seen.push(progress);
    goOn();
  };
  expect(await fetchIdx(`${origin}/in-parts`, { onProgress: inParts })).toEqual(content);
  expect(seen).toEqual([
    { loaded: 5, total: undefined },
    { loaded: 22, total: undefined },
  ]);
});

it('reports no total for a compressed answer, as its size would be exceeded', async () => {
  const seen: { loaded: number; total?: number }[] = [];
  expect((await fetchIdx(`${origin}/packed`, { onProgress: (progress) => seen.push(progress) })).shape).toEqual([
    0x4000,
  ]);
  expect(seen.at(-1)).toEqual({ loaded: large.length, total: undefined });
  expect(seen.map(({ total }) => total)).toEqual(seen.map(() => undefined));
});

it('describes failures, with the address', async () => {
  const cases: [path: string, kind: new (message: string) => Error, message: string][] = [
    ['/missing', DataError, `fetchIdx: ${origin}/missing answered 404 Not Found`],
    ['/nothing', DataError, `fetchIdx: ${origin}/nothing answered 204 No Content`],
    ['/broken', DataError, `fetchIdx: ${origin}/broken cannot be read`],
    ['/no-idx', FormatError, 'idx: this is not an IDX file, which begins with two zeros (offset 0)'],
    [
      '/page',
      FormatError,
      `fetchIdx: ${origin}/page answered with an HTML page, not an IDX file (offset 0), as servers do for a missing file`,
    ],
  ];
  for (const [path, kind, message] of cases) expect(await errorOf(fetchIdx(origin + path))).toEqual(new kind(message));
  expect((await errorOf(fetchIdx(`${origin}/broken`))).cause).toBeInstanceOf(Error);
});

it('ends with the reason of its signal, before and during the download, and closes the connection', async () => {
  const reason = new Error('enough');
  expect(await errorOf(fetchIdx(`${origin}/file`, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  const stop = new AbortController();
  const closed = new Promise<void>((resolve) => (letGo = resolve));
  expect(
    await errorOf(fetchIdx(`${origin}/silent`, { signal: stop.signal, onProgress: () => stop.abort(reason) })),
  ).toBe(reason);
  await closed;
});

it('closes the connection if the progress callback throws, and ends with its error', async () => {
  const closed = new Promise<void>((resolve) => (letGo = resolve));
  const failure = new Error('no such element');
  const failing = () => {
    throw failure;
  };
  expect(await errorOf(fetchIdx(`${origin}/silent`, { onProgress: failing }))).toBe(failure);
  await closed;
});

it('describes errors in the first bytes of a file', async () => {
  const noIdx = 'idx: this is not an IDX file, which begins with two zeros (offset 0)';
  const cases: [number[], string][] = [
    [[], 'idx: the file ends at offset 0, within the magic number'],
    [[0, 0, 8], 'idx: the file ends at offset 3, within the magic number'],
    [[0, 0, 8, 0], 'idx: the number of dimensions at offset 3 is 0'],
    [[...Buffer.from('<html lang="en">')], 'idx: this is an HTML page, not an IDX file (offset 0)'],
    [[0, 1, 8, 1], noIdx],
    // Half of what gzip begins with.
    [[0x1f, 0, 8, 0], noIdx],
    [[0, 0x8b, 8, 0], noIdx],
    [[0x1f, 0x8b, 8, 0], 'idx: the gzip stream ends too early (offset 4)'],
  ];
  for (const [bytes, message] of cases)
    expect(await errorOf(readIdx(Uint8Array.from(bytes)))).toEqual(new FormatError(message));
});

it('names the wrong option or argument', async () => {
  const [fetching, reading] = [fetchIdx, readIdx] as ((...args: unknown[]) => Promise<unknown>)[];
  const cases: [call: () => Promise<unknown>, message: string][] = [
    [() => fetching(7), 'fetchIdx: url must be a string or a URL, not 7'],
    [
      () => fetching(`${origin}/file`, { onprogress: () => {} }),
      "fetchIdx: unknown option 'onprogress' (did you mean onProgress?)",
    ],
    [() => fetching(`${origin}/file`, { onProgress: 1 }), 'fetchIdx: onProgress must be a function'],
    [() => fetching(`${origin}/file`, { signal: 1 }), 'fetchIdx: signal must be an AbortSignal'],
    [() => reading([0, 0, 8]), 'readIdx: takes the bytes of a file'],
  ];
  for (const [call, message] of cases) await expectRefused(OptionError, message, call());
});
