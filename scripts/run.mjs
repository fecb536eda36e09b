import { spawnSync } from 'node:child_process';
import { Failure } from './failure.mjs';

/**
 * Runs a program to its end and returns what it printed. It is shown only when the program fails, and then as a Failure.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export function run(program, args, options = {}) {
  // On Windows npm is a batch file, which only a shell can start.
  const shell = process.platform === 'win32';
  const done = spawnSync(program, args, { ...options, shell, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 });
  if (done.error) throw new Failure(`${program} does not start: ${done.error.message}`);
  if (done.status !== 0) {
    const output = `${done.stdout}\n${done.stderr}`.split('\n').map((line) => line.trimEnd()).filter(Boolean);
    throw new Failure(`\`${[program, ...args].join(' ')}\` failed:\n${output.slice(-5).join('\n')}`);
  }
  return done.stdout;
}
