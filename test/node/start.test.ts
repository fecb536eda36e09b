import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import models from '../../app/models.json' with { type: 'json' };
import type { TableJobOptions, TableJobResult } from '../../app/table/job.ts';
import { Failure } from '../../scripts/failure.mjs';
import { checkData, findData } from '../../scripts/start/data.mjs';
import { listeners } from '../../scripts/reproduce/session.mjs';
import { models as jobs, ofFiles, readOptions } from '../../scripts/start/options.mjs';
import { showProgress } from '../../scripts/start/progress.mjs';
import { tableReport } from '../../scripts/start/table-report.mjs';
import * as library from '../../src/index.ts';
import { readSafetensors } from '../../src/files/safetensors.ts';
import { data, idx, inFolder, start, type Ended } from '../support/start.ts';

/** Fails with that one line, and before any browser: Node is no Chrome, so starting it would be another error. */
async function expectFailure(args: string[], line: string): Promise<void> {
  expect(await start(args, { chrome: process.execPath })).toEqual({ code: 1, stdout: '', stderr: `error: ${line}\n` });
}

/** Fails with that line when the files are looked at, as `npm start` does first of all. */
async function expectRefused(args: string[], line: string): Promise<void> {
  const options = readOptions(args);
  const looking = async () =>
    checkData(findData(options.data, { trainLabels: jobs[options.model].labels }), options, library);
  await expect(looking()).rejects.toThrow(new Failure(line));
}

it('--help lists the options and the models', async () => {
  const { code, stdout, stderr } = await start(['--help'], { chrome: process.execPath });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const option of ['model', 'epochs', 'steps', 'batch', 'images', 'seed', 'out', 'data', 'label', 'headed'])
    expect(stdout).toContain(`--${option} `);
  expect(stdout).toContain('784-32-784');
});

describe('a wrong option prints one line', () => {
  it.each([
    ['--epoch 3', 'there is no option --epoch; did you mean --epochs?'],
    ['--colour', 'there is no option --colour; npm start -- --help lists them'],
    ['-x', 'there is no option -x; npm start -- --help lists them'],
    ['3', "'3' is not an option; npm start -- --help lists them"],
    ['--epochs', '--epochs needs a value: --epochs <n>'],
    ['--epochs --headed', '--epochs needs a value: --epochs <n>'],
    ['--epochs 0', "--epochs must be a whole number of at least 1, not '0'"],
    ['--batch 1.5', "--batch must be a whole number of at least 1, not '1.5'"],
    ['--seed -1', "--seed must be a whole number from 0 to 4294967295, not '-1'"],
    ['--epochs 3 --steps 3', '--epochs and --steps exclude each other'],
    [
      '--model rhubarb',
      `there is no model 'rhubarb'; choose one of ${Object.keys({ ...models, ...ofFiles }).join(', ')}`,
    ],
    ['--model table', '--model table needs a file: --data <file>'],
    ['--model table --data a.csv --images 3', '--model table has no images'],
    ['--label state', '--label is for --model table'],
    ['--model series', '--model series needs a file: --data <file>'],
    ['--model series --data a.csv --images 3', '--model series has no images'],
    ['--window 3', '--window is for --model series'],
    ['--headed=no', "--headed takes no value, not 'no'"],
  ])('%s', (args, line) => expect(() => readOptions(args.split(' '))).toThrow(new Failure(line)));

  it('a missing file', () =>
    expectFailure(['--model', 'series', '--data', 'no.csv'], '--data: there is no file no.csv'));

  it('also on the terminal', () =>
    expectFailure(['--out', 'package.json'], '--out: cannot write to package.json (EEXIST)'));
});

it('the progress names what the model learns from', () => {
  const log = vi.spyOn(console, 'log').mockReturnValue();
  onTestFinished(() => log.mockRestore());
  vi.stubEnv('CI', '1');
  onTestFinished(() => void vi.unstubAllEnvs());
  const now = { step: 1, steps: 2, epoch: 1, epochs: 1, imagesPerSecond: 5, secondsLeft: 0, epochEnded: false };
  for (const view of [showProgress(), showProgress([], 'rows')]) {
    view.update(now);
    view.end();
  }
  const heard = listeners('windows');
  heard.trainingBegins('20 windows');
  heard.trainingProgress(now);
  heard.trainingEnds();
  const speeds = log.mock.calls.flatMap(([line]) => /\d+ \w+\/s/.exec(String(line)) ?? []);
  expect(speeds).toEqual(['5 images/s', '5 rows/s', '5 windows/s']);
});

it('the report of a table has the command with all options', async () => {
  const result: TableJobResult = {
    adapter: { vendor: '', architecture: '', description: '', isFallback: false },
    ...{ rows: 0, columns: [], dialect: '', layers: '', scores: [], strange: [], shares: [], filled: 0 },
    training: { steps: 3, batch: 2, seconds: 1, loss: 1, stopped: false },
    files: { scores: '', filled: '', weights: '' },
  };
  const command = async (data: string, asked: TableJobOptions) => {
    const report = await tableReport(result, { browser: '', date: '', data, asked });
    return /npm start[^<]*/.exec(report)?.[0];
  };
  expect(await command('a.csv', { seed: 0 })).toBe('npm start -- --model table --data a.csv --seed 0');
  expect(await command('my file.csv', { seed: 7, label: 'kind', steps: 3, batch: 2 })).toBe(
    "npm start -- --model table --data 'my file.csv' --label kind --steps 3 --batch 2 --seed 7",
  );
  expect(await command('a.csv', { seed: 0, epochs: 4 })).toContain('--epochs 4 --seed 0');
});

describe('unreadable data', () => {
  it.each<[string, Record<string, Uint8Array | undefined>, string, string[]?]>([
    [
      'cut off',
      { 'train-images-idx3-ubyte': idx([200, 28, 28], 1000) },
      'DATA/train-images-idx3-ubyte: idx: 1000 values from offset 16 on, but the shape [200, 28, 28] needs 156800',
    ],
    [
      'another format',
      { 't10k-images-idx3-ubyte': new TextEncoder().encode('<html>') },
      'DATA/t10k-images-idx3-ubyte: idx: this is an HTML page, not an IDX file (offset 0)',
    ],
    [
      'labels for images',
      { 't10k-images-idx3-ubyte': idx([40]) },
      'DATA/t10k-images-idx3-ubyte: its shape is [40]; here it must have 3 dimensions',
    ],
    ['no images', { 'train-images-idx3-ubyte': idx([0, 28, 28]) }, 'DATA/train-images-idx3-ubyte: it is empty'],
    [
      'another size',
      { 'train-images-idx3-ubyte': idx([200, 32, 32]) },
      'DATA/train-images-idx3-ubyte has images of 32×32 pixels, DATA/t10k-images-idx3-ubyte of 28×28',
    ],
    [
      'labels missing',
      { 't10k-labels-idx1-ubyte': idx([39]) },
      'DATA/t10k-images-idx3-ubyte has 40 images, but DATA/t10k-labels-idx1-ubyte 39 labels',
    ],
    [
      'labels of the training images missing, for a model that is told them',
      { 'train-labels-idx1-ubyte': undefined },
      'there is no file train-labels-idx1-ubyte (or train-labels-idx1-ubyte.gz) in DATA',
      ['--model', 'conditional'],
    ],
    [
      'too few of them',
      { 'train-labels-idx1-ubyte': idx([199]) },
      'DATA/train-images-idx3-ubyte has 200 images, but DATA/train-labels-idx1-ubyte 199 labels',
      ['--model', 'conditional'],
    ],
  ])('%s', async (_, replaced, line, args = []) => {
    const place = data(replaced);
    await expectRefused([...args, '--data', place], line.replaceAll('DATA', place));
  });

  it('a missing file of the user', () =>
    expectFailure(['--model', 'table', '--data', '/nowhere'], 'there is no file /nowhere'));

  it('a Chrome that does not start', async () => {
    const file = inFolder('rows.csv');
    writeFileSync(file, 'x,y\n1,2\n2,1\n');
    const args = ['--model', 'table', '--data', file, '--out', inFolder('out')];
    const { code, stderr } = await start(args, { chrome: '/bin/false' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: \/bin\/false does not start: /);
  });

  it('a missing folder', () =>
    expectRefused(
      ['--data', '/nowhere'],
      'there is no file train-images-idx3-ubyte (or train-images-idx3-ubyte.gz) in /nowhere',
    ));

  it('fewer images than requested', async () => {
    const place = data();
    await expectRefused(
      ['--data', place, '--images', '201'],
      `--images 201 are more than the 200 in ${place}/train-images-idx3-ubyte`,
    );
    await expectRefused(['--data', place, '--batch', '256'], '--batch 256 is more than the 200 training images');
  });
});

describe('a dry run', () => {
  const out = inFolder('dry');
  const place = data();
  let ended: Ended;
  beforeAll(async () => {
    ended = await start(['--data', place, '--steps', '1', '--batch', '50', '--seed', '7', '--out', out]);
  });
  const history = (): Record<string, unknown> =>
    JSON.parse(readFileSync(path.join(out, 'history.json'), 'utf8')) as Record<string, unknown>;

  it('reports the device, the results and where they are', () => {
    expect(ended.stderr).not.toContain('error');
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^Chrom.* \d+\..*, WebGPU adapter: .+\n/);
    expect(ended.stdout).toContain('200 images, 1 step, batch 50, seed 7');
    expect(ended.stdout).toMatch(/epoch 1\/1 {2}step 1\/1 {2}loss 0\.69\d\d {2}[\d,]+ images\/s/);
    expect(ended.stdout).toMatch(/test loss {2}0\.6\d+ binary cross-entropy a pixel\n/);
    for (const file of ['report.html', 'reconstructions.png', 'loss.png', 'history.json', 'weights.safetensors']) {
      expect(ended.stdout).toContain(path.join(out, file));
      expect(existsSync(path.join(out, file))).toBe(true);
    }
  });

  it('writes pictures, the history and the weights', () => {
    for (const file of ['reconstructions.png', 'loss.png']) {
      expect(readFileSync(path.join(out, file)).subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
    }
    expect(history()).toMatchObject({
      steps: 1,
      imagesSeen: 50,
      options: { model: 'simple', steps: 1, batch: 50, images: 200, seed: 7 },
    });
    expect(history()).not.toHaveProperty('stopped');
    expect(history().loss).toEqual([expect.closeTo(Math.log(2), 1)]);
    const { tensors, metadata } = readSafetensors(readFileSync(path.join(out, 'weights.safetensors')));
    expect(Object.entries(tensors).map(([name, { shape }]) => [name, shape])).toEqual([
      ['encoder.0.weight', [32, 784]],
      ['encoder.0.bias', [32]],
      ['decoder.0.weight', [784, 32]],
      ['decoder.0.bias', [784]],
    ]);
    expect(metadata).toEqual({ model: 'simple', seed: '7', steps: '1' });
  });

  it('writes a report that needs no network', () => {
    const report = readFileSync(path.join(out, 'report.html'), 'utf8');
    expect(report).not.toMatch(/https?:|<script|<link rel="stylesheet/);
    expect(report.match(/data:image\/png;base64,iVBOR/g)).toHaveLength(8); // two pictures: light, dark, wide, narrow
    expect(report).toContain('npm start -- --model simple --steps 1 --batch 50 --images 200 --seed 7');
  });
});
