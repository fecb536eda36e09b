import path from 'node:path';
import { helpLists, optionTable, readArguments } from '../command-line.mjs';
import { Failure } from '../failure.mjs';
import { root } from '../setup.mjs';
import { compilers } from './compilers.mjs';

const table = optionTable({
  only: {
    value: 'work',
    several: true,
    about: 'only works of the benchmark whose names begin with this: simple, vae, 512, … ; may be given several times',
  },
  compiler: {
    value: 'vendor',
    names: Object.keys(compilers),
    default: 'amd',
    about: `which compiler: ${Object.keys(compilers).join(', ')} (default: amd); for the others, parts of Mesa are built first, once`,
  },
  ways: { about: 'also the other ways of each dispatch, and not only the one that it begins with' },
  model: { about: 'also what each dispatch may take on four cards: an estimate, nothing is measured' },
  peer: { about: 'also the products of jax-js, by the same compiler; with --write its section is only written then' },
  write: {
    about: "write the compiler's section of GPU.md, and lower the numbers of results/isa.json that have become better",
  },
  out: { value: 'folder', about: 'with --write: where those are (default: docs)' },
  help: { about: 'show this' },
});

/** @typedef {ReturnType<typeof readOptions>} Options */

/** @param {string[]} args */
export function readOptions(args) {
  const given = readArguments(args, table, 'npm run isa');
  const ofAll = given.compiler === 'amd' || given.peer;
  if (given.write && given.only.length && ofAll)
    throw new Failure("--write needs all works: leave out --only, except with other compilers than AMD's");
  if (given.out !== undefined && !given.write) throw new Failure('--out needs --write');
  return { ...given, out: path.resolve(given.out ?? path.join(root, 'docs')) };
}

export function helpText() {
  return `Compiles the kernels of the benchmark with the compilers of GPUs' drivers, as Mesa has them, and says what has become of them. No GPU is needed, and none is used.

  npm run isa -- [options]

${helpLists(table, []).options}`;
}
