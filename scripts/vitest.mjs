import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from './setup.mjs';

/**
 * Runs Vitest once; resolves with its exit code.
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [environment]
 * @param {string[]} [runtime] the program that runs Vitest, as arguments of this Node, if it is not this Node itself
 * @returns {Promise<number>}
 */
export function vitest(args, environment = {}, runtime = []) {
  const program = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [...runtime, program, 'run', ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  // Waits until Vitest has ended its browser. A Ctrl-C in the terminal reaches Vitest, too, but a SIGTERM only this
  // process.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
