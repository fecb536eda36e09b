/** Reads the bytes of all kinds of sources, piece by piece. */
import { DataError, LatentGpuError, OptionError } from '../../errors.ts';
import { isBytes, kindOf } from '../../platform.ts';
import { shown } from '../../runtime/options.ts';
import { sizeOf } from '../response-size.ts';

/** What `readTable` reads: the text of a file, a `File` or `Blob`, a `Response`, or bytes, also as a stream. */
export type TableSource =
  string | Blob | Response | Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A stream of bytes that can be closed. */
export interface Pieces {
  /** Returns the next piece, or undefined after the last. */
  next(): Promise<Uint8Array | undefined>;
  /** Ends reading without waiting for the remaining bytes. */
  close(): void;
}

export interface Opened {
  readonly pieces: Pieces;
  /** The number of bytes, or of characters for a text, if it is known. */
  readonly total?: number;
  /** Returns how many characters of a text have been read. */
  readonly loaded?: () => number;
  /** The file, if the source is one, so that parts of it can be read separately. */
  readonly blob?: Blob;
}

/** The size of a piece. The page can respond between two pieces. */
const pieceBytes = 2 ** 18;

/** Opens a source. @throws OptionError for a value of another type; DataError for a response with an error status */
export function open(source: unknown): Opened {
  if (typeof source === 'string') return fromText(source);
  if (isBytes(source)) return { pieces: fromBytes(source), total: source.length };
  const kind = kindOf(source);
  if (kind === 'Blob' || kind === 'File') {
    const blob = source as Blob;
    return { pieces: fromStream(blob.stream()), total: blob.size, blob };
  }
  if (kind === 'Response') return fromResponse(source as Response);
  if (kind === 'ReadableStream') return { pieces: fromStream(source as ReadableStream<Uint8Array>) };
  if (typeof (source as AsyncIterable<Uint8Array> | undefined)?.[Symbol.asyncIterator] === 'function')
    return { pieces: fromIterable(source as AsyncIterable<Uint8Array>) };
  throw new OptionError(
    `readTable: takes a text, a File, a Blob, a Response, a stream or the bytes of a file, not ${shown(source)}`,
  );
}

function fromResponse(response: Response): Opened {
  if (!response.ok || !response.body)
    throw new DataError(
      `readTable: ${response.url || 'the server'} answered ${response.status} ${response.statusText}`,
    );
  if (response.bodyUsed) throw new OptionError('readTable: the response has been read already');
  return { pieces: fromStream(response.body), total: sizeOf(response) };
}

/** The length of a piece of text in UTF-16 code units, each at most three bytes of UTF-8. */
const pieceLength = 2 ** 17;

function fromText(text: string): Opened {
  const encoder = new TextEncoder();
  let at = 0;
  const pieces: Pieces = {
    next: () => {
      if (at >= text.length) return Promise.resolve(undefined);
      let end = at + pieceLength;
      // Surrogate pairs stay together.
      if (/[\ud800-\udbff]/.test(text[end - 1] ?? '')) end++;
      const piece = encoder.encode(text.slice(at, end));
      at = Math.min(end, text.length);
      return Promise.resolve(piece);
    },
    close: () => {},
  };
  return { pieces, total: text.length, loaded: () => at };
}

function fromBytes(bytes: Uint8Array): Pieces {
  let at = 0;
  return {
    next: () => Promise.resolve(at < bytes.length ? bytes.subarray(at, (at += pieceBytes)) : undefined),
    close: () => {},
  };
}

function fromStream(stream: ReadableStream<Uint8Array>): Pieces {
  if (stream.locked) throw new OptionError('readTable: the stream is being read already');
  const reader = stream.getReader();
  return {
    next: async () => (await reader.read()).value,
    // A failed stream rejects again, but its error has already been thrown.
    close: () => void reader.cancel().catch(() => {}),
  };
}

export function fromIterable(iterable: AsyncIterable<Uint8Array>): Pieces {
  const iterator = iterable[Symbol.asyncIterator]();
  return {
    next: async () => {
      const step = await iterator.next();
      return step.done ? undefined : step.value;
    },
    close: () => void Promise.resolve(iterator.return?.()).catch(() => {}),
  };
}

/** Divides large pieces and counts their bytes. The signal ends a wait for the next piece. */
export function watched(pieces: Pieces, signal: AbortSignal | undefined, count: (bytes: number) => void): Pieces {
  let stop: ((reason: unknown) => void) | undefined;
  const listen = () => stop?.(signal!.reason);
  signal?.addEventListener('abort', listen);
  let left: Uint8Array | undefined;
  return {
    next: async () => {
      signal?.throwIfAborted();
      // Promise.race with one long-lived promise would keep every piece in memory until the end.
      const next = () =>
        new Promise<Uint8Array | undefined>((resolve, reject) => {
          stop = reject;
          taken(pieces).then(resolve, reject);
        });
      const piece = left ?? (await next());
      if (!piece) return undefined;
      if (!isBytes(piece))
        throw new OptionError(`readTable: the stream gives no bytes (Uint8Array), but ${shown(piece)}`);
      left = piece.length > pieceBytes ? piece.subarray(pieceBytes) : undefined;
      const now = piece.subarray(0, pieceBytes);
      count(now.length);
      return now;
    },
    close: () => {
      signal?.removeEventListener('abort', listen);
      pieces.close();
    },
  };
}

/** Returns the next piece. @throws DataError if the source fails */
async function taken(pieces: Pieces): Promise<Uint8Array | undefined> {
  try {
    return await pieces.next();
  } catch (cause) {
    if (cause instanceof LatentGpuError) throw cause;
    throw new DataError('readTable: the source cannot be read to its end', { cause });
  }
}

/** Puts back pieces that were read before. */
export function withFront(front: Uint8Array[], pieces: Pieces): Pieces {
  return { next: async () => front.shift() ?? pieces.next(), close: () => pieces.close() };
}
