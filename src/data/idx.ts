import { DataError, FormatError, OptionError } from '../errors.ts';
import { allocate, isPage, kindOf } from '../platform.ts';
import { checkBytes, checkFunction, checkOptions, checkSignal, shown } from '../runtime/options.ts';
import type { Source } from './make-dataset.ts';
import { sizeOf } from './response-size.ts';

/** The values of an IDX file. */
export interface IdxData extends Source {
  /** The values, one example after the other. */
  data: Uint8Array;
  /** The number of examples, then the shape of one. */
  shape: number[];
}

/**
 * Reads an IDX file of unsigned bytes, such as MNIST's, gzipped or not: magic 00 00 08 d, then d dimensions as 32-bit
 * big-endian numbers, then the values (format: LeCun, Cortes & Burges, the MNIST database).
 * @param bytes the whole file
 * @example
 * ```ts
 * import { readIdx } from 'latentgpu';
 *
 * const response = await fetch('train-images-idx3-ubyte');
 * const { data, shape } = await readIdx(new Uint8Array(await response.arrayBuffer())); // shape: [60000, 28, 28]
 * ```
 * @throws FormatError with the offset in bytes; OutOfMemoryError where the values do not fit into one array
 */
export async function readIdx(bytes: Uint8Array): Promise<IdxData> {
  checkBytes('readIdx', bytes);
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return parse(gzipped ? await unpacked(bytes) : bytes);
}

/** The header of a file with 255 sides. */
const longestHeader = 4 + 4 * 255;

/** Returns the shape, the offset of the first value, and the offset after the last. */
function readHeader(bytes: Uint8Array): { shape: number[]; start: number; end: number } {
  if (bytes.length < 4) throw new FormatError(`idx: the file ends at offset ${bytes.length}, within the magic number`);
  if (isPage(bytes)) throw new FormatError('idx: this is an HTML page, not an IDX file (offset 0)');
  if (bytes[0] !== 0 || bytes[1] !== 0)
    throw new FormatError('idx: this is not an IDX file, which begins with two zeros (offset 0)');
  if (bytes[2] !== 8)
    throw new FormatError(
      `idx: values of type 0x${bytes[2].toString(16)} (offset 2); only unsigned bytes (0x8) can be read`,
    );
  const sides = bytes[3];
  if (!sides) throw new FormatError('idx: the number of dimensions at offset 3 is 0');
  const start = 4 + 4 * sides;
  if (bytes.length < start)
    throw new FormatError(`idx: the file ends at offset ${bytes.length}, within its ${sides} dimensions`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: sides }, (_, i) => view.getUint32(4 + 4 * i));
  // If the dimensions overflow, the product with a 0 would be NaN.
  const size = shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, 1);
  return { shape, start, end: start + size };
}

function parse(bytes: Uint8Array): IdxData {
  const { shape, start, end } = readHeader(bytes);
  if (bytes.length !== end) throw wrongLength(bytes.length - start, { shape, start, end });
  return { data: bytes.subarray(start), shape };
}

const wrongLength = (values: number | string, { shape, start, end }: ReturnType<typeof readHeader>): FormatError =>
  new FormatError(
    `idx: ${values} values from offset ${start} on, but the shape [${shape.join(', ')}] needs ${end - start}`,
  );

/** The maximum compression ratio of deflate. */
const mostOfOne = 1032;

/**
 * Inflates only as many bytes as the file's header announces, because a gzip stream may hold a thousand times its
 * own size.
 */
async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  const { gunzip } = await import('./gunzip.ts');
  const file = [bytes];
  const parts: Uint8Array[] = [];
  let loaded = 0;
  let header: ReturnType<typeof readHeader> | undefined;
  for await (const part of gunzip('idx', () => Promise.resolve(file.pop()))) {
    parts.push(part);
    loaded += part.length;
    if (loaded < longestHeader) continue;
    header ??= readHeader(joined(parts, loaded));
    if (loaded > header.end) throw wrongLength(`at least ${loaded - header.start}`, header);
    if (header.end > mostOfOne * bytes.length) throw wrongLength(`at most ${mostOfOne * bytes.length}`, header);
  }
  return joined(parts, loaded);
}

/** Options of `fetchIdx`. */
export interface FetchOptions {
  /**
   * Called as bytes arrive. `total` is missing where the server does not send it, or sends only that of a compressed
   * answer (`Content-Encoding`). Servers of another origin hide whether an answer is compressed, unless they name
   * `Content-Encoding` in `Access-Control-Expose-Headers`.
   */
  onProgress?: (progress: { loaded: number; total?: number }) => void;
  /** Ends the download; `AbortSignal.timeout(60_000)` limits the wait for a server that stalls. */
  signal?: AbortSignal;
}

/**
 * Fetches and reads an IDX file.
 * @param url the address of the file
 * @param options a callback for the progress, and a signal that ends the download
 * @example
 * ```ts
 * import { dataset, fetchIdx, openGpu } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const { data: labels } = await fetchIdx('train-labels-idx1-ubyte');
 * const images = await dataset(gpu, await fetchIdx('train-images-idx3-ubyte'), { labels });
 * ```
 * @throws DataError where the server does not answer with a file; FormatError where it is damaged, or an HTML page;
 * OutOfMemoryError
 */
export async function fetchIdx(url: string | URL, options: FetchOptions = {}): Promise<IdxData> {
  checkOptions('fetchIdx', options, ['onProgress', 'signal']);
  if (typeof url !== 'string' && kindOf(url) !== 'URL')
    throw new OptionError(`fetchIdx: url must be a string or a URL, not ${shown(url)}`);
  if (options.onProgress !== undefined) checkFunction('fetchIdx: onProgress', options.onProgress);
  checkSignal('fetchIdx', options.signal);
  return readIdx(await download(String(url), options));
}

async function download(url: string, { onProgress, signal }: FetchOptions): Promise<Uint8Array> {
  const inWords = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw new DataError(`fetchIdx: ${url} cannot be read`, { cause });
    }
  };
  const response = await inWords(fetch(url, { signal }));
  if (!response.ok || !response.body)
    throw new DataError(`fetchIdx: ${url} answered ${response.status} ${response.statusText}`);
  const total = sizeOf(response);
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let loaded = 0;
  try {
    for (;;) {
      const { done, value } = await inWords(reader.read());
      if (done) break;
      parts.push(value);
      loaded += value.length;
      onProgress?.({ loaded, total });
    }
  } finally {
    // This does nothing at the end of a stream. A failed stream rejects again, but its error has already been thrown.
    void reader.cancel().catch(() => {});
  }
  const bytes = joined(parts, loaded);
  if (isPage(bytes))
    throw new FormatError(
      `fetchIdx: ${url} answered with an HTML page, not an IDX file (offset 0), as servers do for a missing file`,
    );
  return bytes;
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = allocate('idx', Uint8Array, length, 'cut the file into several');
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
