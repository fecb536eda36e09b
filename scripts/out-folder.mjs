import { access, constants, mkdir } from 'node:fs/promises';
import { Failure } from './failure.mjs';

/**
 * Makes the folder of `--out`. Call it before the work, so that an error does not waste a training.
 * @param {string} folder
 */
export async function makeFolder(folder) {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new Failure(`--out: cannot write to ${folder} (${/** @type {NodeJS.ErrnoException} */ (error).code})`, {
      cause: error,
    });
  }
}
