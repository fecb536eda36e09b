/** The bytes of whatever may be read, piece by piece. */
import { DataError, FormatError, LatentGpuError, OptionError } from '../../errors.ts';
import { isBytes, kindOf } from '../../platform.ts';
import { shown } from '../../runtime/options.ts';

/** What `readTable` reads: the text of a file, a `File` or `Blob`, a `Response`, or bytes, also as a stream. */
export type TableSource =
  string | Blob | Response | Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Bytes that can be waited for, and that can be left. */
export interface Pieces {
  /** The next piece; undefined behind the last one. */
  next(): Promise<Uint8Array | undefined>;
  /** Ends it: what is there is not waited for. */
  close(): void;
}

export interface Opened {
  readonly pieces: Pieces;
  /** How many bytes there are, if that is known. */
  readonly total?: number;
  /** Of a file, of which any part can be read by itself. */
  readonly blob?: Blob;
}

/** A piece of so many bytes is read in one go, and the page may do something else between two of them. */
const pieceBytes = 2 ** 18;

/** @throws OptionError for what is none of these; DataError for a response that is none of success */
export function open(source: unknown): Opened {
  if (typeof source === 'string') return { pieces: fromText(source), total: source.length };
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
  // What arrives here is unpacked, and `content-length` counts what was sent.
  const packed = response.headers.get('content-encoding') ?? (response.type === 'cors' ? 'unknown' : 'identity');
  const total = (packed === 'identity' && Number(response.headers.get('content-length'))) || undefined;
  return { pieces: fromStream(response.body), total };
}

/** Characters, three bytes of UTF-8 at most each. */
const pieceLength = 2 ** 17;

function fromText(text: string): Pieces {
  const encoder = new TextEncoder();
  let at = 0;
  return {
    next: () => {
      if (at >= text.length) return Promise.resolve(undefined);
      let end = at + pieceLength;
      // The halves of a character beyond 2¹⁶ stay together.
      if (/[\ud800-\udbff]/.test(text[end - 1] ?? '')) end++;
      const piece = encoder.encode(text.slice(at, end));
      at = end;
      return Promise.resolve(piece);
    },
    close: () => {},
  };
}

function fromBytes(bytes: Uint8Array): Pieces {
  let at = 0;
  return {
    next: () => Promise.resolve(at < bytes.length ? bytes.subarray(at, (at += pieceBytes)) : undefined),
    close: () => {},
  };
}

export function fromStream(stream: ReadableStream<Uint8Array>): Pieces {
  if (stream.locked) throw new OptionError('readTable: the stream is being read already');
  const reader = stream.getReader();
  return {
    next: async () => (await reader.read()).value,
    // A stream that has failed says so once more, which was heard already.
    close: () => void reader.cancel().catch(() => {}),
  };
}

function fromIterable(iterable: AsyncIterable<Uint8Array>): Pieces {
  const iterator = iterable[Symbol.asyncIterator]();
  return {
    next: async () => {
      const step = await iterator.next();
      return step.done ? undefined : step.value;
    },
    close: () => void Promise.resolve(iterator.return?.()).catch(() => {}),
  };
}

/** The same pieces, none of them large, each of them counted; a signal ends the waiting for the next one. */
export function watched(pieces: Pieces, signal: AbortSignal | undefined, count: (bytes: number) => void): Pieces {
  let stop: ((reason: unknown) => void) | undefined;
  const listen = () => stop?.(signal!.reason);
  signal?.addEventListener('abort', listen);
  let left: Uint8Array | undefined;
  return {
    next: async () => {
      signal?.throwIfAborted();
      // Not by a race with one promise for all: each of them would hold its piece until the end.
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

/** @throws DataError where the source fails */
async function taken(pieces: Pieces): Promise<Uint8Array | undefined> {
  try {
    return await pieces.next();
  } catch (cause) {
    if (cause instanceof LatentGpuError) throw cause;
    throw new DataError('readTable: the source cannot be read to its end', { cause });
  }
}

/** A browser inflates all that is there before anyone can look at it, to a thousand times its size. */
const packedBytes = 2 ** 14;

/** What a gzip stream holds. @throws FormatError where it is damaged */
export function inflated(pieces: Pieces): Pieces {
  let failure: Error | undefined;
  let left = new Uint8Array(0);
  const packed = new ReadableStream<BufferSource>({
    async pull(controller) {
      try {
        if (!left.length) left = (await notEmpty(pieces)) as Uint8Array<ArrayBuffer>;
        if (left.length) controller.enqueue(left.subarray(0, packedBytes));
        else controller.close();
        left = left.subarray(packedBytes);
      } catch (error) {
        failure = error as Error;
        controller.error(error);
      }
    },
  });
  const inner = fromStream(packed.pipeThrough(new DecompressionStream('gzip')));
  return {
    next: async () => {
      try {
        return await inner.next();
      } catch (cause) {
        // What went wrong before it was unpacked is no fault of the gzip stream.
        if (failure) throw failure;
        throw new FormatError('readTable: the gzip stream is damaged, or ends too early', { cause });
      }
    },
    close: () => {
      inner.close();
      pieces.close();
    },
  };
}

/** The next piece that has something in it; one that has nothing behind the last. */
async function notEmpty(pieces: Pieces): Promise<Uint8Array> {
  for (;;) {
    const piece = await pieces.next();
    if (!piece || piece.length) return piece ?? new Uint8Array(0);
  }
}

/** Puts pieces in front that were taken already. */
export function withFront(front: Uint8Array[], pieces: Pieces): Pieces {
  return { next: async () => front.shift() ?? pieces.next(), close: () => pieces.close() };
}
