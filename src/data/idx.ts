import { DataError, FormatError, LatentGpuError } from '../errors.ts';
import { checkOptions } from '../runtime/options.ts';
import type { Source } from './dataset.ts';

/** Values as an IDX file holds them. */
export interface IdxData extends Source {
  data: Uint8Array;
  shape: number[];
}

/**
 * Reads an IDX file of unsigned bytes, such as MNIST's, gzipped or not: magic 00 00 08 d, then d sides as 32-bit big-endian numbers,
 * then the values (format: LeCun, Cortes & Burges, the MNIST database).
 * @throws FormatError with the offset in bytes
 */
export async function readIdx(bytes: Uint8Array): Promise<IdxData> {
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return parse(gzipped ? await gunzip(bytes) : bytes);
}

function parse(bytes: Uint8Array): IdxData {
  if (bytes.length < 4) throw new FormatError(`idx: the file ends at offset ${bytes.length}, within the magic number`);
  if (bytes[0] !== 0 || bytes[1] !== 0) throw new FormatError('idx: no IDX file: it should begin with two zeros (offset 0)');
  if (bytes[2] !== 8) throw new FormatError(`idx: values of type 0x${bytes[2].toString(16)} at offset 2; only unsigned bytes (0x8) are read`);
  const sides = bytes[3];
  if (!sides) throw new FormatError('idx: no sides at offset 3');
  const start = 4 + 4 * sides;
  if (bytes.length < start) throw new FormatError(`idx: the file ends at offset ${bytes.length}, within its ${sides} sides`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: sides }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, n) => product * n, 1);
  if (bytes.length - start !== size) throw new FormatError(`idx: ${bytes.length - start} values from offset ${start} on, a shape of [${shape.join(', ')}] needs ${size}`);
  return { data: bytes.subarray(start), shape };
}

async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const inflated = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'));
  try {
    return new Uint8Array(await new Response(inflated).arrayBuffer());
  } catch (cause) {
    throw new FormatError('idx: the gzip stream is damaged (offset 0)', { cause });
  }
}

export interface FetchOptions {
  /** Told as bytes arrive; `total` is missing where the server does not say. */
  onProgress?: (progress: { loaded: number; total?: number }) => void;
  signal?: AbortSignal;
}

/** Fetches and reads an IDX file. @throws DataError where the server gives none, FormatError where it is damaged */
export async function fetchIdx(url: string | URL, options: FetchOptions = {}): Promise<IdxData> {
  checkOptions('fetchIdx', options, ['onProgress', 'signal']);
  return readIdx(await download(String(url), options));
}

async function download(url: string, { onProgress, signal }: FetchOptions): Promise<Uint8Array> {
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || !response.body) throw new DataError(`fetchIdx: ${url} answered ${response.status} ${response.statusText}`);
    return await readAll(response.body, Number(response.headers.get('content-length')) || undefined, onProgress);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    if (cause instanceof LatentGpuError) throw cause;
    throw new DataError(`fetchIdx: ${url} cannot be read`, { cause });
  }
}

async function readAll(body: ReadableStream<Uint8Array>, total: number | undefined, onProgress: FetchOptions['onProgress']): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let loaded = 0;
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    loaded += value.length;
    onProgress?.({ loaded, total });
  }
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
