import { Failure } from './failure.mjs';

const runtimes = ['node', 'deno', 'llvmpipe'];

/**
 * Takes `--only node`, `--only=deno` and so on out of the arguments of `npm run test:native`; Vitest gets the rest.
 * @param {readonly string[]} given
 * @returns {{ only: string[], rest: string[] }} the runtimes in the order in which they run, none if none is named
 */
export function readRuntimes(given) {
  const [only, rest] = [/** @type {(string | undefined)[]} */ ([]), /** @type {string[]} */ ([])];
  for (let i = 0; i < given.length; i++) {
    const argument = given[i];
    if (argument === '--only') only.push(given[++i]);
    else if (argument.startsWith('--only=')) only.push(argument.slice('--only='.length));
    else rest.push(argument);
  }
  for (const name of only)
    if (!name || !runtimes.includes(name))
      throw new Failure(`--only ${name ?? 'without a name'}: choose one of ${runtimes.join(', ')}`);
  return { only: runtimes.filter((name) => only.includes(name)), rest };
}
