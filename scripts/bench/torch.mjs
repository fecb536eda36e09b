import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import path from 'node:path';
import { Failure } from '../failure.mjs';
import { root } from '../setup.mjs';

/** @typedef {import('../../bench/results.ts').ModelResult} ModelResult */
/** @typedef {import('../../bench/results.ts').TrainingTiming} TrainingTiming */
/** @typedef {{ python: string, version: string }} Torch */

/** The Pythons to try; a version manager may have put another one before the system's. */
const pythons = ['python3', '/usr/bin/python3'];

/**
 * Returns a Python with PyTorch, if there is one.
 * @returns {Torch | undefined}
 */
export function findTorch() {
  for (const python of pythons) {
    const asked = spawnSync(python, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' });
    if (asked.status === 0) return { python, version: asked.stdout.trim() };
  }
  return undefined;
}

/**
 * Measures PyTorch's time for a step of the same work, on all cores of the CPU.
 * @param {Torch} torch
 * @param {ReturnType<import('../../bench/page.ts').Bench['asWork']>} asked
 * @returns {TrainingTiming}
 */
export function timeTorch({ python }, asked) {
  const script = path.join(root, 'scripts', 'bench', 'torch_step.py');
  const done = spawnSync(python, [script], {
    input: JSON.stringify({ ...asked, threads: cpus().length }),
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
  if (done.status !== 0) throw new Failure(`PyTorch: ${done.error?.message ?? done.stderr.trim().split('\n').at(-1)}`);
  const { loss, times } = JSON.parse(done.stdout);
  const sorted = [...times].sort((a, b) => a - b);
  return { ms: sorted[sorted.length >> 1], times, loss, dispatches: 0, submits: 0, peakBytes: 0 };
}
