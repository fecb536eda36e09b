import { helpLists, optionTable, readArguments } from '../command-line.mjs';
import { Failure } from '../failure.mjs';

const table = optionTable({
  port: {
    value: 'n',
    least: 0,
    most: 65535,
    default: 4173,
    about: 'where to serve it (default: 4173, or the next that is free)',
  },
  build: { about: 'write it as static files instead of serving it' },
  out: { value: 'folder', default: 'out/playground', about: 'where --build writes (default: out/playground)' },
  record: { about: 'make the trained model and the recorded run that come with the page anew' },
  picture: { about: 'take the picture of the page in docs anew' },
  smooth: { about: 'measure the frame rate of the page, idle and while it trains' },
  help: { about: 'show this' },
});

/** @param {string[]} args */
export function readOptions(args) {
  const given = readArguments(args, table, 'npm run playground');
  const asked = /** @type {const} */ (['build', 'record', 'picture', 'smooth']).filter((name) => given[name]);
  if (asked.length > 1) throw new Failure(`--${asked[0]} and --${asked[1]} exclude each other`);
  return given;
}

export function helpText() {
  return `Serves a page on which one trains autoencoders on the GPU and watches them learn.

  npm run playground -- [options]
  npm run build:playground -- [options]

${helpLists(table, []).options}`;
}
