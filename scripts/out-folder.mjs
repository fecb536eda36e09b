import { access, constants, mkdir } from 'node:fs/promises';
import { Failure } from './failure.mjs';

/** Makes the folder of `--out`. Before the work, so that no one trains for nothing. @param {string} folder */
export async function makeFolder(folder) {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new Failure(
      `--out: nothing can be written to ${folder} (${/** @type {NodeJS.ErrnoException} */ (error).code})`,
      { cause: error },
    );
  }
}
