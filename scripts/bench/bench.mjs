import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../failure.mjs';
import { handleSignals } from '../start/interrupt.mjs';
import { adapter as adapterWords, duration } from '../start/words.mjs';
import { chart } from './chart.mjs';
import { chromeRuntime, nodeRuntime } from './runtimes.mjs';
import { findTorch, timeTorch } from './torch.mjs';
import { framesWords, growthTable, kernelTable, markdown, modelTable, profileTable } from './tables.mjs';

/** @typedef {import('../../bench/results.ts').Results} Results */
/** @typedef {import('./options.mjs').Options} Options */

const torchName = 'PyTorch eager';

/** The work on which the first step is timed. */
const firstWork = 'simple';
const firstFiles = { latentgpu: 'latentgpu', 'tf.js': 'tfjs-minimize', 'jax-js': 'jax-webgpu' };

/** @param {Options} options */
export async function bench(options) {
  handleSignals();
  const begun = performance.now();
  const runtime = await (options.runtime === 'node' ? nodeRuntime(options.built) : chromeRuntime(options.headed));
  try {
    let folder = '';
    // Written after each work: a run takes an hour, and one that is stopped keeps what it has measured.
    await measure(runtime, options, async (results) => {
      folder = path.join(
        options.out,
        slug(`${adapterWords(results.adapter)}${options.runtime === 'node' ? ' node' : ''}`),
      );
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, 'results.json'), `${JSON.stringify(results, null, 1)}\n`);
      await writeFile(path.join(folder, 'results.md'), markdown(results));
      await writeFile(path.join(folder, 'chart.svg'), chart(results));
    });
    console.log(`\nwritten: ${folder} (${duration((performance.now() - begun) / 1000)})`);
  } finally {
    await runtime.close();
  }
}

/**
 * @param {import('./runtimes.mjs').Runtime} runtime
 * @param {Options} options
 * @param {(results: Results) => Promise<void>} save
 */
async function measure(runtime, options, save) {
  const { only, beside, quick } = options;
  const wanted = (/** @type {string} */ name) => !only.length || only.some((start) => name.startsWith(start));
  const { opened, roofline } = await onPage(runtime, async (page) => ({
    roofline: await page.call('roofline'),
    opened: await page.call('open', beside),
  }));
  /** @type {Results} */
  const results = {
    ...opened,
    roofline,
    date: new Date().toISOString(),
    runtime: runtime.name,
    models: [],
    matmuls: [],
    streams: [],
    first: {},
    growth: [],
  };
  const works = Object.values(opened.works).flat();
  const unknown = only.find((start) => !works.some((name) => name.startsWith(start)));
  if (unknown) throw new Failure(`no work begins with '${unknown}'; there is ${works.join(', ')}`);
  const { gflops, gigabytes } = roofline;
  console.log(
    `${runtime.name}, ${adapterWords(opened.adapter)}: ${gflops.toFixed(1)} GFLOP/s of multiply-adds, ${gigabytes.toFixed(1)} GB/s of copying`,
  );
  // A comparison of PyTorch on the CPU with a GPU would be unfair.
  const asked = !beside.length || beside.some((start) => torchName.startsWith(start));
  const torch = asked && opened.adapter.isFallback ? findTorch() : undefined;
  if (torch) results.versions[torchName] = torch.version;
  console.log(
    Object.entries(results.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  );
  for (const [name, reason] of Object.entries(opened.missing)) console.log(`${name} does not run here: ${reason}`);
  // A page of its own for each model: a library that runs out of memory may keep it.
  for (const name of opened.works.models.filter(wanted)) {
    await onPage(runtime, async (page) => {
      await page.call('open', beside);
      results.models.push(await trainedBy(page, name, quick, torch));
      console.log(`\n${modelTable(results, results.models.slice(-1))}`);
      if (options.profile) console.log(profileTable(await page.call('profile', name)));
    });
    await save(results);
  }
  await onPage(runtime, async (page) => {
    await page.call('open', beside);
    for (const name of opened.works.matmuls.filter(wanted)) {
      results.matmuls.push(await page.call('matmul', name, quick));
      console.log(`\n${kernelTable(results, results.matmuls.slice(-1), 'GFLOP/s')}`);
    }
    for (const name of opened.works.streams.filter(wanted)) {
      results.streams.push(await page.call('stream', name, quick));
      console.log(`\n${kernelTable(results, results.streams.slice(-1), 'GB/s')}`);
    }
    await save(results);
    if (only.length) return;
    results.growth = await page.call('growth');
    console.log(`\n${growthTable(results.growth)}\n`);
    if (runtime.animates) {
      results.frames = await page.call('frames');
      console.log(`${framesWords(results.frames)}\n`);
    }
  });
  if (!only.length) results.first = await firstSteps(runtime, Object.keys(opened.versions), quick);
  await save(results);
}

/**
 * Opens a fresh page for `work`, and closes it afterwards.
 * @template T
 * @param {import('./runtimes.mjs').Runtime} runtime
 * @param {(page: import('./runtimes.mjs').Page) => Promise<T>} work
 */
async function onPage(runtime, work) {
  const page = await runtime.open();
  try {
    return await work(page);
  } finally {
    await page.close();
  }
}

/**
 * Trains a model with each library of the page, and with PyTorch on the same CPU if it is given.
 * @param {import('./runtimes.mjs').Page} page
 * @param {string} name
 * @param {boolean} quick
 * @param {import('./torch.mjs').Torch} [torch]
 * @returns {Promise<import('../../bench/results.ts').ModelResult>}
 */
async function trainedBy(page, name, quick, torch) {
  const result = await page.call('model', name, quick);
  if (!torch) return result;
  const peers = { ...result.peers, [torchName]: timeTorch(torch, await page.call('asWork', name, quick)) };
  const losses = Object.values(peers).flatMap(({ loss, oneStep }) => (oneStep ? [] : [loss]));
  return { ...result, peers, agreed: result.agreed && (await page.call('agree', name, losses)) };
}

/**
 * Measures the time from import to the first steps, each on a fresh page, with nothing compiled or cached.
 * @param {import('./runtimes.mjs').Runtime} runtime
 * @param {string[]} names of the libraries that run here
 * @param {boolean} quick
 */
async function firstSteps(runtime, names, quick) {
  /** @type {Record<string, number>} */
  const first = {};
  for (const [name, file] of Object.entries(firstFiles).filter(([name]) =>
    names.some((each) => each.startsWith(name)),
  )) {
    const times = [];
    for (let i = 0; i < (quick ? 1 : 3); i++) {
      times.push(await onPage(runtime, (page) => page.call('first', file, firstWork)));
    }
    first[name] = times.sort((a, b) => a - b)[times.length >> 1];
    console.log(`${name}: ${(first[name] / 1000).toFixed(2)} s from import to the first four steps of ${firstWork}`);
  }
  return first;
}

/** Returns the name of a folder. @param {string} words */
const slug = (words) =>
  words
    .toLowerCase()
    .replace(/\(.*\)/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
