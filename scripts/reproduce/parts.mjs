import { isDeepStrictEqual } from 'node:util';
import { duration } from '../start/words.mjs';
import { facts } from './options.mjs';
import { keepResult, missingParts, readResult } from './results.mjs';

/** @typedef {import('./options.mjs').Options} Options */
/** @typedef {import('./results.mjs').Part} Part */
/** @typedef {import('../../app/reproduce/protocol.ts').RowName} RowName */
/** @typedef {import('../../app/reproduce/protocol.ts').RowResult} RowResult */
/** @typedef {import('../../app/reproduce/protocol.ts').Settings} Settings */

/**
 * Returns the parts of a row that have been measured with these settings, and those that are to be measured.
 * @param {Options} options
 * @param {RowName} name
 * @param {Settings} settings
 */
export async function partsOf({ out, part, again }, name, settings) {
  const stored = await readResult(out, name);
  /** @type {Record<string, Part>} */
  const kept = (isDeepStrictEqual(stored?.settings, settings) && stored?.parts) || {};
  const asked = facts[name].parts?.filter((each) => !part.length || part.includes(each)) ?? [];
  return { kept, todo: asked.filter((each) => again || !kept[each]) };
}

/**
 * Measures parts of a row. Each part is stored when it is done, with the result of all parts so far.
 * @param {import('../start/browser.mjs').Browser} browser
 * @param {Options} options
 * @param {RowName} name
 * @param {{ settings: Settings, adapter: string, browser: string }} under
 * @returns {Promise<RowResult | undefined>} undefined while some parts are missing
 */
export async function runParts(browser, options, name, under) {
  const { kept: parts, todo } = await partsOf(options, name, under.settings);
  /** @type {RowResult | undefined} */
  let result;
  for (const part of todo) {
    const begun = performance.now();
    const measured = await browser.call((given) => window.reproduction.measure(given.name, given.part), { name, part });
    parts[part] = { figures: measured, seconds: (performance.now() - begun) / 1000 };
    const figures = Object.fromEntries(Object.entries(parts).map(([part, { figures }]) => [part, figures]));
    result = await browser.call((given) => window.reproduction.conclude(given.name, given.figures), { name, figures });
    await keepResult(options, name, {
      ...result,
      ...under,
      date: new Date().toISOString(),
      seconds: Object.values(parts).reduce((sum, { seconds }) => sum + seconds, 0),
      parts,
    });
    console.log(`  ${part}: kept; ${duration(parts[part].seconds)}`);
  }
  return missingParts(name, { parts }).length ? undefined : result;
}
