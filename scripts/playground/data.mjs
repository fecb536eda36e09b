import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { findData } from '../start/data.mjs';

/**
 * Of the training set the first, of the test set every fifth: its first half is easier than its second. The page names images by it.
 * @type {Record<'train' | 'test', { count: number, stride: number }>}
 */
const taken = JSON.parse(readFileSync(new URL('../../app/playground/digits.json', import.meta.url), 'utf8'));

/**
 * The part of MNIST that the page trains on, as gzipped IDX files by name. Made from the package: nothing of it is in this repository.
 * @param {{ train: number, test: number }} [counts] fewer, for a test that has little time
 * @returns {Promise<Record<string, Buffer>>}
 */
export async function digits(counts = { train: taken.train.count, test: taken.test.count }) {
  const [train, test] = [
    { ...taken.train, count: counts.train },
    { ...taken.test, count: counts.test },
  ];
  const files = findData(undefined, { trainLabels: true });
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all(
    [files['train-images'], files['train-labels'] ?? '', files['test-images'], files['test-labels']].map((file) =>
      readFile(file),
    ),
  );
  return {
    'train-images': part(/** @type {Buffer} */ (trainImages), train),
    'train-labels': part(/** @type {Buffer} */ (trainLabels), train),
    'test-images': part(/** @type {Buffer} */ (testImages), test),
    'test-labels': part(/** @type {Buffer} */ (testLabels), test),
  };
}

/**
 * Some of an IDX file's examples, as such a file, gzipped.
 * @param {Buffer} idx
 * @param {{ count: number, stride: number }} taken
 */
function part(idx, { count, stride }) {
  const sides = idx.readUInt8(3);
  const start = 4 + 4 * sides;
  let size = 1;
  for (let side = 1; side < sides; side++) size *= idx.readUInt32BE(4 + 4 * side);
  const header = Buffer.from(idx.subarray(0, start));
  header.writeUInt32BE(count, 4);
  const rows = Array.from({ length: count }, (_, i) =>
    idx.subarray(start + i * stride * size, start + (i * stride + 1) * size),
  );
  return gzipSync(Buffer.concat([header, ...rows]), { level: 9 });
}
