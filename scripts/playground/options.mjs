import { helpLists, readArguments } from '../command-line.mjs';
import { Failure } from '../failure.mjs';

/** @type {Record<string, import('../command-line.mjs').Option>} */
const table = {
  port: { value: 'n', least: 0, most: 65535, about: 'where to serve it (default: 4173, or the next that is free)' },
  build: { about: 'write it as static files instead of serving it' },
  out: { value: 'folder', about: 'where --build writes (default: out/playground)' },
  record: { about: 'make the trained model and the recorded run that come with the page anew' },
  picture: { about: 'take the picture of the page in docs anew' },
  smooth: { about: 'measure the frame rate of the page, idle and while it trains' },
  help: { about: 'show this' },
};

/**
 * @param {string[]} args
 * @returns {{ port: number, build: boolean, out: string, record: boolean, picture: boolean, smooth: boolean, help: boolean }}
 */
export function readOptions(args) {
  const given = readArguments(args, table, 'npm run playground');
  const asked = ['build', 'record', 'picture', 'smooth'].filter((name) => given[name]);
  if (asked.length > 1) throw new Failure(`--${asked[0]} and --${asked[1]} exclude each other`);
  return /** @type {ReturnType<typeof readOptions>} */ ({
    port: 4173,
    build: false,
    out: 'out/playground',
    record: false,
    picture: false,
    smooth: false,
    help: false,
    ...given,
  });
}

export function helpText() {
  return `Serves a page on which one trains autoencoders on the GPU and watches them learn.

  npm run playground -- [options]
  npm run build:playground -- [options]

${helpLists(table, []).options}`;
}
