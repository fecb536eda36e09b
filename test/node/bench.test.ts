import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelResult, Results } from '../../bench/results.ts';
import { batches, examples, featuresOf, firstWeights, flops, models, placedLayers } from '../../bench/models.ts';
import { chart } from '../../scripts/bench/chart.mjs';
import { kernelTable, markdown, modelTable } from '../../scripts/bench/tables.mjs';
import { tasksIn } from '../../scripts/bench/tasks.mjs';
import { command } from '../support/command.ts';
import { root } from '../support/root.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const bench = command('scripts/bench.mjs');

const timing = (ms: number) => ({ ms, times: [ms], dispatches: 9, submits: 0.5, peakBytes: 2 ** 20, loss: 0.5 });
const trained = (agreed: boolean): ModelResult => ({
  work: 'simple',
  title: '784-32-784, batch 256',
  batch: 256,
  flops: 64e6,
  needsBytes: 2 ** 21,
  agreed,
  peers: { latentgpu: timing(10), 'jax-js': timing(55) },
});
const product = {
  work: '512 × 512 × 512 NN',
  flops: 2 * 512 ** 3,
  bytes: 3 * 4 * 512 ** 2,
  agreed: true,
  peers: { latentgpu: { ms: 50, times: [50] }, 'jax-js': { ms: 250, times: [250] } },
};
const results: Results = {
  adapter: { vendor: 'google', architecture: 'swiftshader', description: '', isFallback: true },
  roofline: { gflops: 20, gigabytes: 1 },
  versions: { latentgpu: '0.1.0', 'jax-js': '0.1.25' },
  works: { models: [], matmuls: [], streams: [] },
  date: '2026-11-23T00:00:00Z',
  missing: {},
  runtime: 'Chrome 1',
  models: [trained(true)],
  matmuls: [product],
  streams: [],
  first: { latentgpu: 500 },
  growth: [{ side: 'batch', held: 'one step', sizes: [128, 256], ms: [10, 19] }],
  frames: {
    work: 'simple',
    frameBudgetMs: 8,
    submits: 300,
    longestMs: 11,
    medianMs: 8,
    overrun: 0,
    framesPerSecond: { training: 58, idle: 60 },
  },
};

describe('the report of the benchmark', () => {
  it('states how much slower each library is, and its share of the peak', () => {
    const [, , , mine, theirs] = modelTable(results, results.models)
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()));
    expect(mine.slice(1, 4)).toEqual(['latentgpu', '10', '25,600']);
    expect(mine[8]).toBe('32 %');
    expect(theirs.slice(1, 5)).toEqual(['jax-js', '55', '4,650', '5.5 ×']);
    expect(kernelTable(results, results.matmuls, 'GFLOP/s')).toMatch(/NN \| +5\.37 \| +1\.07 \| +5 \| +26\.8 %/);
  });

  it('states which library took only one step, which took none, and why', () => {
    const model = trained(true);
    const peers = { ...model.peers, 'jax-js': { ...timing(180_000), oneStep: true } };
    const rows = modelTable(results, [{ ...model, peers, failed: { 'jax-js Wasm': 'no memory' } }]).split('\n');
    expect(rows[4]).toMatch(/^\| jax-js, the first step alone +\| +180,000 \|.*18,000 ×/);
    expect(rows[5]).toMatch(/^\| jax-js Wasm: no memory +\| +– \|/);
    expect(rows.map((row) => row.length)).toEqual(rows.map(() => rows[0].length));
  });

  it('voids results that do not agree', () => {
    expect(modelTable(results, [trained(true)])).not.toContain('void');
    expect(modelTable(results, [trained(false)])).toContain('**void**');
    expect(kernelTable(results, [{ ...product, agreed: false }], 'GFLOP/s')).toContain('**void**');
  });

  it('contains the adapter, the versions and every table, as text and as a picture', () => {
    const page = markdown(results);
    for (const part of [
      'google swiftshader',
      'jax-js 0.1.25',
      '784-32-784, batch 256',
      '512 × 512 × 512 NN',
      '![](chart.svg)',
      '1 MiB of 2 MiB',
      '1.9 ×',
      '0 of more than 12 ms',
    ])
      expect(page).toContain(part);
    expect(chart(results)).toMatch(/^<svg [\s\S]*jax-js[\s\S]*55 \(5\.5 ×\)[\s\S]*<\/svg>\n$/);
  });

  it('has a help, and refuses unknown options', async () => {
    expect((await bench('--help')).stdout).toContain('--only <work>');
    await expect(bench('--rhubarb')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: .*rhubarb.*\n$/) as string,
    });
  });
});

describe('the process that takes the place of a page', () => {
  const folder = temporaryFolder('bench');

  it('answers calls of functions with a promise and without one, reports errors, and ends with its parent', async () => {
    const addon = path.join(folder, 'addon.cjs');
    await writeFile(addon, 'module.exports = { globals: {}, create: () => ({}) };');
    await writeFile(
      path.join(folder, 'page.js'),
      `setInterval(() => {}, 1000); // As if it computed on.
      globalThis.bench = {
        now: (a, b) => a + b,
        later: async (a, b) => a * b,
        fails: () => { throw new Error('no such work'); },
        failsLater: async () => { throw new Error('no memory'); },
      };`,
    );
    const child = fork(path.join(root, 'scripts/bench/node-page.mjs'), [folder], {
      env: { ...process.env, DAWN_NODE: addon },
    });
    const call = async (name: string) => {
      child.send({ name, values: [2, 3] });
      const [answer] = (await Promise.race([
        once(child, 'message'),
        once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with exit code ${code as number}`))),
      ])) as [unknown];
      return answer;
    };
    try {
      expect(await call('now')).toEqual({ value: 5 });
      expect(await call('later')).toEqual({ value: 6 });
      expect(await call('fails')).toEqual({ error: expect.stringContaining('no such work') as string });
      expect(await call('failsLater')).toEqual({ error: expect.stringContaining('no memory') as string });
      child.disconnect();
      await once(child, 'exit');
    } finally {
      child.kill();
    }
  });
});

describe('the tasks of a trace', () => {
  const node = (id: number, functionName: string, parent?: number) => ({ id, parent, callFrame: { functionName } });
  const at = { pid: 1, tid: 7 };
  const task = (ts: number, dur: number, tdur: number, tid = 7) => ({
    ...{ name: 'RunTask', ph: 'X', pid: 1 },
    ...{ tid, ts, dur, tdur },
  });
  const profile = [
    { ...at, name: 'Profile', ph: 'P', id: '0x1', ts: 0, args: { data: { startTime: 1000 } } },
    // A chunk comes from another thread.
    ...[
      { cpuProfile: { nodes: [node(1, '(root)'), node(2, 'fit', 1), node(3, 'record', 2)], samples: [3, 3] } },
      { cpuProfile: { nodes: [node(4, '', 3), node(5, 'put', 2), node(6, '(idle)', 1)], samples: [4, 6, 5, 1] } },
    ].map((data) => ({
      ...{ name: 'ProfileChunk', ph: 'P', pid: 1, tid: 9, id: '0x1', ts: 0 },
      args: { data: { ...data, timeDeltas: data.cpuProfile.samples.map(() => 500) } },
    })),
  ];

  it('are those of the page’s thread, in processor time, the longest first, with the functions', () => {
    // Samples at 1.5, 2, 2.5 ms: record; 3: idle; 3.5: put; 4: nothing.
    const events = [task(3400, 300, 200), task(1400, 1800, 900), task(1400, 9000, 9000, 8), ...profile];
    expect(tasksIn(events)).toEqual([
      { ms: 0.9, under: 'record', functions: ['record 100 %'] },
      { ms: 0.2, under: 'put', functions: ['put 100 %'] },
    ]);
    expect(tasksIn([task(3900, 200, 100), ...profile])).toEqual([{ ms: 0.1, under: '', functions: [] }]);
    expect(tasksIn([task(1400, 2300, 900), ...profile])[0]).toEqual({
      ...{ ms: 0.9, under: 'record' },
      functions: ['record 75 %', 'put 25 %'],
    });
    expect(tasksIn(events, 1401).map(({ ms }) => ms)).toEqual([0.2]);
    expect(tasksIn([])).toEqual([]);
  });
});

describe('the timed work', () => {
  it('is the same for every library: weights and examples', () => {
    // The sparse one has 26 million weights.
    for (const work of models.filter(({ name, batch }) => batch <= 256 && name !== 'topk')) {
      expect(placedLayers(work).at(-1)!.output).toEqual(work.input);
      expect(work.layers.at(-1)).toMatchObject({ activation: 'sigmoid' });
      const weights = firstWeights(work);
      for (const { layer, input, output, kernel, shape, bias } of weights) {
        expect(kernel.length).toBe(shape.reduce((product, n) => product * n, 1));
        if (layer.kind !== 'norm') expect(shape.at(-2)).toBe(input.at(-1));
        expect(bias.length).toBe((layer.kind === 'gaussian' ? 2 : 1) * output.at(-1)!);
      }
      expect(firstWeights(work)[0].kernel.subarray(0, 99)).toEqual(weights[0].kernel.subarray(0, 99));
      const data = examples(work);
      expect(data.length).toBe(batches * work.batch * featuresOf(work));
      expect(data.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it('counts the products of a step, without the gradient of the data', () => {
    // 784-32-784: forward 2, weights 2, and the gradient of the code.
    expect(flops(models[0])).toBe(2 * 256 * 784 * 32 * 5);
    // 9 taps at each pixel of what comes out, from each channel to each filter.
    const conv = models.find(({ name }) => name === 'conv')!;
    const forward = [
      28 * 28 * 16,
      14 * 14 * 16 * 8,
      7 * 7 * 8 * 8,
      4 * 4 * 8 * 8,
      8 * 8 * 8 * 8,
      14 * 14 * 8 * 16,
      28 * 28 * 16,
    ].map((n) => 2 * 128 * 9 * n);
    expect(flops(conv)).toBe(3 * forward.reduce((sum, n) => sum + n, 0) - forward[0]);
  });
});
