import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './root.ts';

/** Returns a function that runs a program of this repository with the given arguments. */
export const command =
  (program: string) =>
  (...args: string[]) =>
    promisify(execFile)(process.execPath, [path.join(root, program), ...args], { cwd: root });
