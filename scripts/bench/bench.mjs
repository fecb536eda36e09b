import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { launchChrome } from '../chrome.mjs';
import { handleSignals } from '../start/interrupt.mjs';
import { adapter as adapterWords, duration } from '../start/words.mjs';
import { chart } from './chart.mjs';
import { startSite } from './site.mjs';
import { framesWords, growthTable, kernelTable, markdown, modelTable, profileTable } from './tables.mjs';

/** @typedef {import('../../bench/results.ts').Results} Results */
/** @typedef {import('./options.mjs').Options} Options */

/** What the first step is timed on, and by which files of bench/peers. */
const firstWork = 'simple';
const firstFiles = { latentgpu: 'latentgpu', 'tf.js': 'tfjs-minimize', 'jax-js': 'jax' };

/** @param {Options} options */
export async function bench(options) {
  handleSignals();
  const begun = performance.now();
  const site = await startSite();
  try {
    const results = await inChrome(site.url, options);
    const folder = path.join(options.out, slug(adapterWords(results.adapter)));
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'results.json'), `${JSON.stringify(results, null, 1)}\n`);
    await writeFile(path.join(folder, 'results.md'), markdown(results));
    await writeFile(path.join(folder, 'chart.svg'), chart(results));
    console.log(`\nwritten: ${folder} (${duration((performance.now() - begun) / 1000)})`);
  } finally {
    await site.close();
  }
}

/**
 * @param {string} url
 * @param {Options} options
 * @returns {Promise<Results>}
 */
async function inChrome(url, options) {
  const { only, quick, headed } = options;
  const wanted = (/** @type {string} */ name) => !only.length || only.some((start) => name.startsWith(start));
  const chrome = await launchChrome({ headless: !headed });
  try {
    const page = await openPage(chrome, url);
    const opened = await page.evaluate(() => globalThis.bench.open());
    const browser = (await chrome.version()).replace('Headless', '').replace('/', ' ');
    /** @type {Results} */
    const results = { ...opened, date: new Date().toISOString(), browser, models: [], matmuls: [], streams: [], first: {}, growth: [] };
    const { gflops, gigabytes } = opened.roofline;
    console.log(`${browser}, ${adapterWords(opened.adapter)}: ${gflops.toFixed(1)} GFLOP/s of multiply-adds, ${gigabytes.toFixed(1)} GB/s of copying`);
    console.log(Object.entries(opened.versions).map(([name, version]) => `${name} ${version}`).join(', '));
    for (const name of opened.works.models.filter(wanted)) {
      results.models.push(await page.evaluate((name, quick) => globalThis.bench.model(name, quick), name, quick));
      console.log(`\n${modelTable(results, results.models.slice(-1))}`);
      if (options.profile) console.log(profileTable(await page.evaluate((name) => globalThis.bench.profile(name), name)));
    }
    for (const name of opened.works.matmuls.filter(wanted)) {
      results.matmuls.push(await page.evaluate((name, quick) => globalThis.bench.matmul(name, quick), name, quick));
      console.log(`\n${kernelTable(results, results.matmuls.slice(-1), 'GFLOP/s')}`);
    }
    for (const name of opened.works.streams.filter(wanted)) {
      results.streams.push(await page.evaluate((name, quick) => globalThis.bench.stream(name, quick), name, quick));
      console.log(`\n${kernelTable(results, results.streams.slice(-1), 'GB/s')}`);
    }
    if (only.length) return results;
    results.growth = await page.evaluate(() => globalThis.bench.growth());
    results.frames = await page.evaluate(() => globalThis.bench.frames());
    console.log(`\n${growthTable(results.growth)}\n\n${framesWords(results.frames)}\n`);
    results.first = await firstSteps(url, options);
    return results;
  } finally {
    await chrome.close();
  }
}

/**
 * From import to the first steps, each in a Chrome of its own: nothing is compiled or cached yet.
 * @param {string} url
 * @param {Options} options
 */
async function firstSteps(url, { headed, quick }) {
  /** @type {Record<string, number>} */
  const first = {};
  for (const [name, file] of Object.entries(firstFiles)) {
    const times = [];
    for (let i = 0; i < (quick ? 1 : 3); i++) {
      const chrome = await launchChrome({ headless: !headed });
      try {
        const page = await openPage(chrome, url);
        times.push(await page.evaluate((file, work) => globalThis.bench.first(file, work), file, firstWork));
      } finally {
        await chrome.close();
      }
    }
    first[name] = times.sort((a, b) => a - b)[times.length >> 1];
    console.log(`${name}: ${(first[name] / 1000).toFixed(2)} s from import to the first four steps of ${firstWork}`);
  }
  return first;
}

/**
 * @param {import('puppeteer').Browser} chrome
 * @param {string} url
 */
async function openPage(chrome, url) {
  const page = await chrome.newPage();
  page.on('pageerror', (error) => console.error(`page: ${error instanceof Error ? error.message : String(error)}`));
  page.on('console', (message) => message.type() === 'error' && console.error(`page: ${message.text()}`));
  await page.goto(url);
  await page.waitForFunction(() => 'bench' in globalThis);
  return page;
}

/** A folder's name. @param {string} words */
const slug = (words) => words.toLowerCase().replace(/\(.*\)/, '').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
