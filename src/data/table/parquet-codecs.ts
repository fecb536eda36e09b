/** What unpacks the pages of a Parquet file. */
import type { Compressors } from 'hyparquet';

type Codec = keyof Compressors;

/**
 * How each is loaded, which only a file that needs it does. hyparquet itself unpacks Snappy. Of the others in hyparquet-compressors, Brotli's is under
 * the Apache License, whose text the package does not bring, and LZ4's takes a page that was cut for one that ends in zeros.
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

/** For those that there are; of the others hyparquet says that it does not know them. */
export async function compressorsFor(codecs: Iterable<Codec>): Promise<Compressors> {
  const compressors: Compressors = {};
  for (const codec of new Set(codecs)) {
    const load = loaders[codec];
    if (load) compressors[codec] = await load();
  }
  return compressors;
}
