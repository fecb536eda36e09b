import { spawnSync } from 'node:child_process';
import { Failure } from './failure.mjs';

/**
 * Runs a program to its end and returns what it printed. A program that fails becomes a Failure with its reason.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export function run(program, args, options = {}) {
  // On Windows npm is a batch file, which only a shell can start.
  const shell = process.platform === 'win32' && program === 'npm';
  const done = spawnSync(program, args, {
    ...options,
    shell,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
  });
  if (done.error) throw new Failure(`${program} does not start: ${done.error.message}`);
  if (done.status !== 0)
    throw new Failure(`\`${[program, ...args].join(' ')}\` failed: ${trouble(`${done.stderr}\n${done.stdout}`)}`);
  return done.stdout;
}

/**
 * Returns the line of a program's output that says what went wrong; the whole output can be seen by running the
 * program.
 * @param {string} output
 */
function trouble(output) {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  // npm prints error codes first, and their meaning after them.
  return (
    lines.find((line) => /error|^E:/i.test(line) && !/^npm error (code|errno|syscall)/.test(line)) ??
    lines.at(-1) ??
    'it printed nothing'
  );
}
