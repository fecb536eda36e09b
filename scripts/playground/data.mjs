import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { findData } from '../start/data.mjs';

/**
 * The images that the page uses: the first ones of the training set, and every fifth one of the test set, whose first
 * half is easier than its second. The page names images by these numbers.
 * @type {Record<'train' | 'test', { count: number, stride: number }>}
 */
const taken = JSON.parse(readFileSync(new URL('../../app/playground/digits.json', import.meta.url), 'utf8'));

/**
 * Returns the part of MNIST that the page trains on, as gzipped IDX files by name. They are made from a package, and
 * are not in this repository.
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
 * Returns some of an IDX file's examples as a gzipped IDX file.
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
