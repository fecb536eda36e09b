import { readFileSync } from 'node:fs';
import path from 'node:path';
import { helpLists, optionTable, readArguments } from '../command-line.mjs';
import { Failure } from '../failure.mjs';
import { root } from '../setup.mjs';
import { counted } from '../start/words.mjs';

/** @typedef {import('../../app/guide/protocol.ts').PictureName} PictureName */

/** @type {Record<PictureName, { about: string, training: import('../../app/guide/protocol.ts').Amount, softwareSeconds: number }>} */
export const facts = JSON.parse(readFileSync(new URL('../../app/guide/pictures.json', import.meta.url), 'utf8'));

const names = /** @type {PictureName[]} */ (Object.keys(facts));

const table = optionTable({
  picture: {
    value: 'name',
    names,
    several: true,
    about: 'only this picture; may be given several times, also without --picture',
  },
  quick: {
    about: 'a rehearsal: every picture within seconds, with models that are hardly trained; writes to out/pictures',
  },
  out: { value: 'folder', about: 'where the pictures go (default: docs/guide/pictures)' },
  headed: { about: 'show the browser' },
  help: { about: 'show this' },
});

/** @typedef {ReturnType<typeof readOptions>} Options */

/** @param {string[]} args */
export function readOptions(args) {
  const given = readArguments(args, table, 'npm run pictures', 'picture');
  const guides = path.join(root, 'docs', 'guide', 'pictures');
  const out = path.resolve(given.out ?? (given.quick ? path.join(root, 'out', 'pictures') : guides));
  if (given.quick && out === guides)
    throw new Failure('--quick hardly trains the models, so its pictures do not go to the guides: give --out');
  return { ...given, picture: given.picture.length ? given.picture : names, out };
}

/** Returns the amount of training of each model of a picture in words. @param {PictureName} name */
export function amount(name) {
  const { epochs, steps = 0 } = facts[name].training;
  return epochs ? counted(epochs, 'epoch') : counted(steps, 'step');
}

export function helpText() {
  const minutes = Math.ceil(names.reduce((sum, name) => sum + facts[name].softwareSeconds, 0) / 60);
  const lists = helpLists(
    table,
    names.map((name) => [name, `${facts[name].about} (${amount(name)}, ${facts[name].softwareSeconds} s)`]),
  );
  return `Draws a picture for each guide, of models that it trains on the full MNIST in Chrome, for a short time: about ${minutes} minutes in all
on two cores without a GPU.

  npm run pictures -- [options]

${lists.options}

Pictures, with how long each of their models is trained and what the whole picture takes without a GPU:
${lists.others}`;
}
