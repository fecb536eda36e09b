import { describe, expect, it } from 'vitest';
import { DataError, fetchIdx, FormatError, LatentGpuError, readIdx } from '../../src/index.ts';
import { expectRefused } from '../support/error-of.ts';
import { errorOf } from '../support/model.ts';

const file = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60);
const content = { data: Uint8Array.of(10, 20, 30, 40, 50, 60), shape: [2, 1, 3] };

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

describe('readIdx', () => {
  it('reads a file, gzipped or not', async () => {
    expect(await readIdx(file)).toEqual(content);
    expect(await readIdx(await gzip(file))).toEqual(content);
  });

  it('reads a gzip file of several members, with zeros behind them', async () => {
    const members = [await gzip(file.subarray(0, 9)), await gzip(file.subarray(9))];
    expect(await readIdx(Uint8Array.from([...members, new Uint8Array(100)].flatMap((part) => [...part])))).toEqual(
      content,
    );
  });

  it('reads a file inside a larger buffer', async () => {
    const larger = new Uint8Array(file.length + 3);
    larger.set(file, 3);
    expect(await readIdx(larger.subarray(3))).toEqual(content);
  });

  it.each([
    ['an empty file', [], 'ends at offset 0'],
    ['another magic number', [1, ...file.slice(1)], 'begins with two zeros (offset 0)'],
    ['another type of values', [0, 0, 13, ...file.slice(3)], 'type 0xd (offset 2)'],
    ['no sides', [0, 0, 8, 0], 'the number of dimensions at offset 3 is 0'],
    ['a header that breaks off', file.slice(0, 9), 'ends at offset 9, within its 3 dimensions'],
    ['too few values', file.slice(0, -1), '5 values from offset 16 on, but the shape [2, 1, 3] needs 6'],
    ['too many values', [...file, 0], '7 values from offset 16 on'],
    ['a gzip stream that is none', [0x1f, 0x8b, 1, 2, 3], 'the gzip stream is damaged'],
  ])('refuses %s', async (_, bytes, message) => {
    await expectRefused(FormatError, message, readIdx(Uint8Array.from(bytes)));
  });
});

describe('fetchIdx', () => {
  it('reports progress', async () => {
    const url = URL.createObjectURL(new Blob([file]));
    const seen: unknown[] = [];
    expect(await fetchIdx(url, { onProgress: (progress) => seen.push(progress) })).toEqual(content);
    expect(seen.at(-1)).toEqual({ loaded: file.length, total: file.length });
  });

  it('describes failures', async () => {
    expect(await errorOf(fetchIdx('/there-is-no-such-file.idx'))).toBeInstanceOf(LatentGpuError);
    const reason = new Error('enough');
    expect(await errorOf(fetchIdx('/any', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    const missing = await errorOf(fetchIdx(new URL('/__nothing__/here.idx', location.href)));
    expect(missing instanceof DataError || missing instanceof FormatError).toBe(true);
  });
});
