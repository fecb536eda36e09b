import { inflateSync } from 'node:zlib';
import { expect } from 'vitest';

/** Width, height, palette and the indices of the pixels. */
export function decoded(png: Buffer): { width: number; height: number; palette: Buffer; indices: number[] } {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  expect([...chunks.keys()]).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND']);
  const [width, height] = [chunks.get('IHDR')!.readUInt32BE(0), chunks.get('IHDR')!.readUInt32BE(4)];
  const rows = inflateSync(chunks.get('IDAT')!);
  expect(rows.length).toBe(height * (width + 1));
  return { width, height, palette: chunks.get('PLTE')!, indices: [...rows].filter((_, i) => i % (width + 1) > 0) };
}
