/** Decompressors for the pages of a Parquet file. */
import type { Compressors } from 'hyparquet';

type Codec = keyof Compressors;

/**
 * Loads each decompressor, only for files that need it. hyparquet itself supports Snappy. Two others of
 * hyparquet-compressors are not used: Brotli's is under the Apache License, whose text the package lacks, and LZ4's
 * reads a truncated page as one that ends in zeros.
 */
const loaders: { readonly [codec in Codec]?: () => Promise<NonNullable<Compressors[codec]>> } = {
  GZIP: async () => {
    const { gunzip } = await import('hyparquet-compressors/src/gzip.js');
    return (page, length) => gunzip(page, new Uint8Array(length));
  },
  ZSTD: async () => {
    const { decompress } = await import('fzstd');
    return (page) => decompress(page);
  },
};

/** Loads the available decompressors. For other codecs, hyparquet throws an error. */
export async function compressorsFor(codecs: Iterable<Codec>): Promise<Compressors> {
  const compressors: Compressors = {};
  for (const codec of new Set(codecs)) {
    const load = loaders[codec];
    if (load) compressors[codec] = await load();
  }
  return compressors;
}
