/**
 * Unpacks gzip files (RFC 1952) of one or more members, as bgzip and `cat a.gz b.gz` write them, with pako. The
 * platform's `DecompressionStream` refuses what follows the first member, and does not tell where that one ends.
 */
import {
  Z_BUF_ERROR,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
} from 'pako';
import { FormatError } from '../errors.ts';
import { Pace } from '../runtime/pace.ts';

/** What zlib takes for the gzip format, with a window of any size. */
const gzipFormat = 16 + 15;

/** The size of a piece of the content. */
const pieceBytes = 2 ** 16;

/**
 * Yields the content of a file in pieces. `next` returns the next bytes of the file, or undefined after the last. Zeros
 * between members and after the last are skipped, as tar and tapes add them.
 * @throws FormatError with the offset
 */
export async function* gunzip(where: string, next: () => Promise<Uint8Array | undefined>): AsyncGenerator<Uint8Array> {
  const pace = new Pace();
  const stream = new ZStream();
  zlibInflateInit2(stream, gzipFormat);
  stream.output = new Uint8Array(pieceBytes);
  let offset = 0;
  let hasEnded = false;
  const error = (problem: string) =>
    new FormatError(`${where}: the gzip stream ${problem} (offset ${offset + stream.next_in})`);
  for (let piece = await next(); piece; piece = await next()) {
    Object.assign(stream, { input: piece, next_in: 0, avail_in: piece.length });
    do {
      if (hasEnded) {
        skipZeros(stream);
        if (!stream.avail_in) break;
        if (piece[stream.next_in] !== 0x1f) throw error('is followed by other bytes');
        zlibInflateReset(stream);
      }
      Object.assign(stream, { next_out: 0, avail_out: pieceBytes });
      const status = zlibInflate(stream, Z_NO_FLUSH);
      hasEnded = status === Z_STREAM_END;
      if (!hasEnded && status !== Z_OK && status !== Z_BUF_ERROR) throw error(`is damaged: ${stream.msg}`);
      if (pace.due) await pace.rest();
      if (stream.next_out) yield stream.output.slice(0, stream.next_out);
    } while (stream.avail_in || !stream.avail_out);
    offset += piece.length;
    stream.next_in = 0;
  }
  if (!hasEnded) throw error('ends too early');
}

function skipZeros(stream: ZStream): void {
  while (stream.avail_in && !stream.input[stream.next_in]) {
    stream.next_in++;
    stream.avail_in--;
  }
}
