import { Failure } from '../failure.mjs';
import { launchChrome } from '../chrome.mjs';
import { inFreshPage } from './fresh-page.mjs';
import { startSite } from './site.mjs';
import { median, number, table } from './tables.mjs';

/** The numbers of steps of a fit: whole epochs of the page's examples. */
const lengths = [20, 60, 120, 600];
/** The number of fits on each page. The first one compiles, and the tuner measures in the later ones. */
const fitsEach = 4;

/**
 * Prints the times of short fits with the tuner and without it, in turn, each in a page without any stored state.
 * @param {{ only: string[], quick: boolean, headed: boolean }} options
 */
export async function measureFits({ only, quick, headed }) {
  const site = await startSite({ file: 'fits.html' });
  const chrome = await launchChrome({ headless: !headed });
  try {
    const names = await inContext(chrome, site.url, (page) => page.evaluate(() => globalThis.fits.works()));
    const wanted = names.filter((name) =>
      only.length ? only.some((start) => name.startsWith(start)) : name === 'simple',
    );
    if (!wanted.length) throw new Failure(`no model begins with '${only[0]}'; choose one of ${names.join(', ')}`);
    console.log(
      `${(await chrome.version()).replace('Headless', '').replace('/', ' ')}: medians over rounds of ms with tuning 'measured' / ms with tuning 'fixed'`,
    );
    const head = ['steps of each fit', ...Array.from({ length: fitsEach }, (_, i) => `fit ${i + 1}`), 'all of them'];
    for (const name of wanted) {
      const rows = [];
      for (const steps of quick ? lengths.slice(0, 1) : lengths) rows.push(await ofLength(name, steps, quick ? 1 : 5));
      console.log(`\n${name}\n\n${table(head, rows)}`);
    }
  } finally {
    await chrome.close();
    await site.close();
  }

  /** @param {string} name @param {number} steps @param {number} rounds */
  async function ofLength(name, steps, rounds) {
    /** @type {{ fixed: number[][], measured: number[][] }} */
    const times = { fixed: [], measured: [] };
    for (let round = 0; round < rounds; round++)
      for (const tuning of /** @type {const} */ (['fixed', 'measured']))
        times[tuning].push(
          await inContext(chrome, site.url, (page) =>
            page.evaluate((...all) => globalThis.fits.measure(...all), name, tuning, steps, fitsEach),
          ),
        );
    const sum = (/** @type {number[]} */ values) => values.reduce((all, value) => all + value, 0);
    const cell = (/** @type {(times: number[]) => number} */ of) => {
      const [measured, fixed] = [median(times.measured.map(of)), median(times.fixed.map(of))];
      return `${number(measured)} / ${number(fixed)} = ${number(measured / fixed)}`;
    };
    return [number(steps), ...Array.from({ length: fitsEach }, (_, i) => cell((of) => of[i])), cell(sum)];
  }
}

/**
 * Does some work in a page of a new browser context, without any stored state.
 * @template T
 * @param {import('puppeteer').Browser} chrome
 * @param {string} url
 * @param {(page: import('puppeteer').Page) => Promise<T>} work
 */
async function inContext(chrome, url, work) {
  const context = await chrome.createBrowserContext();
  try {
    return await inFreshPage(context, url, 'fits', work);
  } finally {
    await context.close();
  }
}
