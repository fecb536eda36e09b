import { Failure } from '../failure.mjs';
import { launchChrome } from '../chrome.mjs';
import { inFreshPage } from './fresh-page.mjs';
import { startSite } from './site.mjs';
import { number, table } from './tables.mjs';

/** The longest task of a page that stays smooth. */
const limitMs = 8;

/** The parts of a page's work in order, with the milliseconds of those that have no fixed length. */
const parts = /** @type {const} */ ([
  ['open', 'openGpu(), autoencoder()'],
  ['data', 'dataset() of 60,000 images'],
  ['cold', 'the first fit', 6000],
  ['warm', 'a fit after it', 2000],
  ['streamed', 'a fit with deviceBytes', 3000],
]);

/**
 * Prints the longest tasks of the page's main thread while each model is trained, in CPU time of that thread, so that
 * waiting and other work on the machine do not count.
 * @param {{ only: string[], quick: boolean, headed: boolean }} options
 */
export async function measureTasks({ only, quick, headed }) {
  // Not minified, so that the output has readable names.
  const site = await startSite({ file: 'tasks.html', minify: false });
  const chrome = await launchChrome({ headless: !headed });
  try {
    const names = await inFreshPage(chrome, site.url, 'tasks', (page) => page.evaluate(() => globalThis.tasks.works()));
    const wanted = names.filter((name) => !only.length || only.some((start) => name.startsWith(start)));
    if (!wanted.length) throw new Failure(`no model begins with '${only[0]}'; choose one of ${names.join(', ')}`);
    console.log(
      `${(await chrome.version()).replace('Headless', '').replace('/', ' ')}: processor time of the page's thread, tasks of more than ${limitMs} ms and the longest`,
    );
    for (const name of wanted)
      console.log(`\n${await inFreshPage(chrome, site.url, 'tasks', (page) => ofModel(page, name, quick))}`);
  } finally {
    await chrome.close();
    await site.close();
  }
}

/** @param {import('puppeteer').Page} page @param {string} name @param {boolean} quick */
async function ofModel(page, name, quick) {
  await page.evaluate((name) => globalThis.tasks.prepare(name), name);
  const rows = [];
  for (const [part, title, ms = 0] of parts) {
    await page.tracing.start({
      categories: ['disabled-by-default-devtools.timeline', 'disabled-by-default-v8.cpu_profiler', '__metadata'],
    });
    // Started in a later task of the page, since the start of a profile and the call itself are work of the inspector.
    const done = page.evaluate(
      (part, ms) =>
        new Promise((resolve, reject) => {
          setTimeout(() => void globalThis.tasks[part](ms).then(resolve, reject), 1000);
        }),
      part,
      quick ? ms / 4 : ms,
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { Timestamp: since = 0 } = await page.metrics();
    await done;
    const trace = JSON.parse(new TextDecoder().decode(await page.tracing.stop()));
    const tasks = tasksIn(trace.traceEvents, 1e6 * since);
    const long = tasks.filter((task) => task.ms > limitMs);
    rows.push([title, number(tasks.length), number(long.length), '', '', '']);
    for (const { ms, under, functions } of tasks.slice(0, Math.min(4, Math.max(1, long.length))))
      rows.push(['', '', '', number(ms), under, functions.join(', ')]);
  }
  return table([name, 'tasks', `over ${limitMs} ms`, 'longest, ms', 'under', 'mostly in'], rows);
}

/**
 * An event of Chrome's trace; times are microseconds.
 * @typedef {object} TraceEvent
 * @property {string} name
 * @property {string} ph
 * @property {number} pid
 * @property {number} tid
 * @property {number} ts
 * @property {number} [dur]
 * @property {number} [tdur] of the thread's processor time
 * @property {string} [id]
 * @property {any} [args]
 */

/**
 * Returns the tasks of the page's main thread, the longest first, with the function under which most of their samples
 * were taken, and the most frequent innermost ones.
 * @param {TraceEvent[]} events
 * @param {number} [since] only tasks that began then or later
 * @returns {{ ms: number, under: string, functions: string[] }[]}
 */
export function tasksIn(events, since = 0) {
  const samples = samplesIn(events);
  const [page] = new Set(samples.map(({ thread }) => thread));
  if (!page) return [];
  return events
    .filter((event) => event.name === 'RunTask' && event.ph === 'X' && event.ts >= since && threadOf(event) === page)
    .map(({ ts, dur = 0, tdur = 0 }) => {
      const stacks = samples.flatMap(({ at, stack }) => (at >= ts && at < ts + dur && stack.length ? [stack] : []));
      return { ms: tdur / 1000, under: sharedBy(stacks), functions: mostFrequent(stacks) };
    })
    .sort((a, b) => b.ms - a.ms);
}

const threadOf = (/** @type {{ pid: number, tid: number }} */ { pid, tid }) => `${pid} ${tid}`;

/**
 * Returns the profiler's samples, each with its call stack, the innermost function last.
 * @param {TraceEvent[]} events
 */
function samplesIn(events) {
  const profiles = events.filter(({ name }) => name === 'Profile');
  return profiles.flatMap((profile) => {
    const chunks = events.filter(
      ({ name, id, pid }) => name === 'ProfileChunk' && id === profile.id && pid === profile.pid,
    );
    /** @type {Map<number, string[]>} */
    const stacks = new Map();
    let at = profile.args.data.startTime;
    return chunks.flatMap(({ args }) => {
      const { cpuProfile = {}, timeDeltas = [] } = args.data;
      for (const { id, parent, callFrame } of cpuProfile.nodes ?? [])
        stacks.set(id, [...(stacks.get(parent) ?? []), callFrame.functionName].filter(isFunction));
      return (cpuProfile.samples ?? []).map((/** @type {number} */ node, /** @type {number} */ i) => {
        at += timeDeltas[i];
        return { thread: threadOf(profile), at, stack: stacks.get(node) ?? [] };
      });
    });
  });
}

/**
 * Returns whether a name is that of a function, or of the garbage collector, and not of another state of the engine.
 * @param {string} name
 */
const isFunction = (name) => name !== '' && !/^\((program|idle|root|anonymous)\)$/.test(name);

/**
 * Returns the innermost function of the call path that more than half of the samples share.
 * @param {string[][]} stacks
 */
function sharedBy(stacks) {
  let [depth, under, left] = [0, '', stacks];
  for (;;) {
    const [most] = counted(left.flatMap((stack) => stack.slice(depth, depth + 1)));
    if (!most || 2 * most[1] <= stacks.length) return under;
    under = most[0];
    left = left.filter((stack) => stack[depth] === under);
    depth++;
  }
}

/** @param {string[][]} stacks */
const mostFrequent = (stacks) =>
  counted(stacks.map((stack) => stack.at(-1) ?? ''))
    .slice(0, 3)
    .map(([name, count]) => `${name} ${Math.round((100 * count) / stacks.length)} %`);

/** Returns how often each name occurs, the most frequent first. @param {string[]} names */
function counted(names) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
