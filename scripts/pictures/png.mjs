import { crc32, deflateSync } from 'node:zlib';

/**
 * A picture without transparency, as pixels.
 * @typedef {{ width: number, height: number, rgba: Uint8Array }} Pixels red, green, blue and an ignored opacity, row by
 * row
 */

/**
 * Returns a PNG (ISO/IEC 15948) with one byte for each pixel, an index into 256 colours, where Chrome writes four
 * bytes. Red, green and blue are rounded to 64 steps each, which is invisible and packs well. The most frequent rounded
 * colours are the palette; any others become the nearest of these.
 * @param {Pixels} pixels
 * @returns {Buffer}
 */
export function palettePng({ width, height, rgba }) {
  const { colors, indexOf } = palette(rgba);
  // Each row begins with its filter: 0 means none, which suits indices best.
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = indexOf(colorAt(rgba, y * width + x));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // bits an index, palette, deflate, filters by row, not interlaced
  const bytes = Buffer.from(colors.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', bytes),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * Returns at most 256 colours, each as 0xRRGGBB, and a function that returns the index for a colour.
 * @param {Uint8Array} rgba
 */
function palette(rgba) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (let i = 0; i < rgba.length / 4; i++) counts.set(colorAt(rgba, i), (counts.get(colorAt(rgba, i)) ?? 0) + 1);
  const colors = [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 256)
    .map(([color]) => color);
  const places = new Map(colors.map((color, i) => [color, i]));
  const indexOf = (/** @type {number} */ color) => {
    const known = places.get(color);
    if (known !== undefined) return known;
    const distances = colors.map((other) => distance(color, other));
    const nearest = distances.indexOf(Math.min(...distances));
    places.set(color, nearest);
    return nearest;
  };
  return { colors, indexOf };
}

/** @param {Uint8Array} rgba @param {number} pixel */
const colorAt = (rgba, pixel) =>
  [0, 1, 2].reduce((color, channel) => (color << 8) | rounded[rgba[4 * pixel + channel]], 0);

/** The rounded value of each byte; 0 and 255 stay the same. */
const rounded = Uint8Array.from({ length: 256 }, (_, value) => Math.round((Math.round((value * 63) / 255) * 255) / 63));

/**
 * Returns the squared distance of two colours in the space of red, green and blue.
 * @param {number} a
 * @param {number} b
 */
const distance = (a, b) =>
  [16, 8, 0].reduce((sum, shift) => sum + (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2, 0);

/**
 * Returns a chunk of a PNG: its length, its name, its content, and a checksum of the last two.
 * @param {string} name
 * @param {Buffer} content
 */
function chunk(name, content) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
