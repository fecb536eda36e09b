import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import models from '../../app/models.json' with { type: 'json' };
import { findChrome } from '../../scripts/chrome.mjs';
import { data, idx, inFolder, start } from '../support/start.ts';

/** Fields of a line without quotes. */
const fields = (line: string): string[] => line.split(',');

describe('a model of a table', () => {
  it('finds the strange row and its column, fills in blanks, and leaves out uninformative columns', async () => {
    const lines = Array.from({ length: 200 }, (_, i) => {
      const power = 10 + (i % 9);
      return `id-${i},2026-01-01T00:${String(i % 60).padStart(2, '0')}:00Z,${i % 9 < 4 ? 'low' : 'high'},${i === 77 ? 40 : 2 * power},${i === 50 ? '' : power}`;
    });
    const file = inFolder('machine.csv');
    writeFileSync(file, ['id,time,state,heat,power', ...lines].join('\n'));
    const out = inFolder('table');
    const { code, stdout, stderr } = await start(['--model', 'table', '--data', file, '--steps', '400', '--out', out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('left out   id: most rows have a text of their own there');
    expect(stdout).toMatch(/\n +78 .*heat is 40, expected/);
    const [head, first, ...others] = readFileSync(path.join(out, 'scores.csv'), 'utf8').trim().split('\n');
    expect(head).toBe('row,score,column,found,expected,id,time,state,heat,power');
    expect(fields(first).filter((_, i) => [0, 2, 3, 5].includes(i))).toEqual(['78', 'heat', '40', 'id-77']);
    expect(others.length).toBe(199);
    const filled = readFileSync(path.join(out, 'filled.csv'), 'utf8').trim().split('\n');
    expect(filled[0], 'also the column that was left out').toBe('id,time,state,heat,power');
    expect(Math.abs(Number(fields(filled[51])[4]) - 15)).toBeLessThan(3);
    expect(readFileSync(path.join(out, 'report.html'), 'utf8')).toContain('heat is 40, expected');
    expect(existsSync(path.join(out, 'weights.safetensors'))).toBe(true);
  });

  it('reports what is wrong with a file in one line', async () => {
    const file = inFolder('broken.csv');
    writeFileSync(file, 'a,b\n1,2\n3\n');
    const { code, stderr } = await start(['--model', 'table', '--data', file, '--out', inFolder('broken')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: readTable: .*\n$/);
  });
});

it('a time series: strange stretches are printed, drawn and written', async () => {
  const file = inFolder('log.csv');
  const lines = Array.from({ length: 400 }, (_, i) => {
    const time = new Date(Date.UTC(2026, 0, 1, 0, 5 * i)).toISOString();
    return `${time},${Math.sin(i / 5) + (i === 250 ? 50 : 0)}`;
  });
  writeFileSync(file, `time,x\n${lines.join('\n')}\n`);
  const out = inFolder('series');
  const { code, stdout, stderr } = await start([
    ...['--model', 'series', '--data', file],
    ...['--window', '20', '--epochs', '2', '--out', out],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('400 steps of x');
  expect(stdout).toMatch(/2026-01-01T20:\d\d:00.000Z to 2026-01-01T20:50:00.000Z {2}[\d.]+ times the limit/);
  expect(existsSync(path.join(out, 'series.png'))).toBe(true);
  const scores = readFileSync(path.join(out, 'scores.csv'), 'utf8').trimEnd().split('\n');
  expect([scores.length, scores[0]]).toEqual([401, 'step,time,score,strange']);
  expect(scores[251]).toMatch(/^250,2026-01-01T20:50:00.000Z,[\d.]+,1$/);
});

it('Ctrl-C stops a time series, and what was trained is kept', async () => {
  const file = inFolder('waves.csv');
  writeFileSync(file, `x\n${Array.from({ length: 400 }, (_, i) => Math.sin(i / 5)).join('\n')}\n`);
  const out = inFolder('stopped-series');
  let pressed = false;
  const { code, stdout, stderr } = await start(
    ['--model', 'series', '--data', file, '--window', '20', '--steps', '1000000', '--out', out],
    {
      onOutput(stdout, child) {
        if (pressed || !stdout.includes('windows of 20 steps')) return;
        pressed = true;
        child.kill('SIGINT');
      },
    },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Stopping; what was trained is kept.');
  for (const name of ['series.png', 'scores.csv']) expect(existsSync(path.join(out, name))).toBe(true);
});

it('a dry run on MNIST states its numbers and the figures to compare with', async () => {
  const out = inFolder('mnist');
  const { code, stdout, stderr } = await start(['--steps', '1', '--seed', '7', '--out', out]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('60,000 images, 1 step, batch 256, seed 7');
  expect(stdout).toMatch(/epoch 1\/1 {2}step 1\/1 {2}loss 0\.69\d\d {2}[\d,]+ images\/s/);
  expect(stdout).toMatch(
    /test loss {2}0\.6\d+ binary cross-entropy a pixel {2}\(Keras blog 0\.09, lowest possible 0\.058\)/,
  );
  expect(JSON.parse(readFileSync(path.join(out, 'history.json'), 'utf8'))).toMatchObject({
    imagesSeen: 256,
    options: { model: 'simple', steps: 1, batch: 256, images: 60000, seed: 7 },
  });
  const report = readFileSync(path.join(out, 'report.html'), 'utf8');
  expect(report).toContain('npm start -- --model simple --steps 1 --batch 256 --images 60000 --seed 7');
});

it('unreadable data print one line before any browser', async () => {
  const place = data({ 'train-images-idx3-ubyte': idx([0, 28, 28]) });
  // Node is no Chrome, so starting it would be another error.
  const ended = await start(['--data', place, '--out', inFolder('unread')], { chrome: process.execPath });
  const line = `error: ${place}/train-images-idx3-ubyte: it is empty\n`;
  expect(ended).toEqual({ code: 1, stdout: '', stderr: line });
});

it('a Chrome that does not start prints one line, also for a time series', async () => {
  const file = inFolder('few.csv');
  writeFileSync(file, 'x,y\n1,2\n2,1\n');
  const args = ['--model', 'series', '--data', file, '--out', inFolder('out')];
  const { code, stderr } = await start(args, { chrome: '/bin/false' });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: \/bin\/false does not start: /);
});

it.skipIf(process.platform === 'win32')('a Chrome without WebGPU prints one line', async () => {
  const wrapper = inFolder('chrome-without-webgpu');
  // The last flag of a name counts, so these undo what the job asks for.
  const flags = '--use-webgpu-adapter=default --disable-features=Vulkan --disable-gpu --disable-software-rasterizer';
  writeFileSync(wrapper, `#!/bin/sh\nexec '${findChrome()?.path}' "$@" ${flags}\n`);
  chmodSync(wrapper, 0o755);
  const { code, stdout, stderr } = await start(['--data', data(), '--out', inFolder('out')], { chrome: wrapper });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^error: .*Chrom.* finds no WebGPU adapter on this machine.*$/m);
  expect(stderr).not.toMatch(/^ +at /m);
});

describe('every member of the family', () => {
  const drawn: Record<Exclude<keyof typeof models, 'simple'>, string[]> = {
    linear: ['reconstructions', 'filters', 'loss'],
    stacked: ['reconstructions', 'loss'],
    denoising: ['denoised', 'reconstructions', 'loss'],
    'stochastic-contractive': ['contraction', 'reconstructions', 'loss'],
    contractive: ['contraction', 'reconstructions', 'loss'],
    variational: ['reconstructions', 'samples', 'interpolations', 'loss'],
    'variational-2d': ['manifold', 'codes', 'reconstructions', 'interpolations', 'loss'],
    conditional: ['samples', 'loss'],
    adversarial: ['manifold', 'codes', 'learning', 'samples', 'reconstructions', 'interpolations', 'sides', 'loss'],
    wae: ['samples', 'learning', 'reconstructions', 'interpolations', 'loss'],
    'vae-gan': ['samples', 'learning', 'reconstructions', 'interpolations', 'sides', 'loss'],
    residual: ['reconstructions', 'loss'],
    iwae: ['reconstructions', 'samples', 'interpolations', 'loss'],
    'sparse-dictionary': ['dictionary', 'reconstructions', 'loss'],
    vq: ['reconstructions', 'codebook', 'samples', 'loss'],
    gan: ['samples', 'learning', 'sides'],
    convolutional: ['reconstructions', 'loss'],
    'super-resolution': ['super-resolution', 'loss'],
    tiles: ['tiles', 'loss'],
    jigsaw: ['puzzles', 'loss'],
  };

  it.each(Object.entries(drawn))('%s is trained and draws its pictures', async (model, pictures) => {
    const out = inFolder(model);
    const { code, stdout, stderr } = await start([
      '--data',
      data(),
      '--model',
      model,
      '--steps',
      '2',
      '--batch',
      '50',
      '--out',
      out,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('test loss');
    for (const picture of pictures)
      expect(
        readFileSync(path.join(out, `${picture}.png`))
          .subarray(1, 4)
          .toString('latin1'),
      ).toBe('PNG');
    expect(readFileSync(path.join(out, 'report.html'), 'utf8').match(/data:image\/png;base64,iVBOR/g)).toHaveLength(
      4 * pictures.length,
    );
  });
});

it('Ctrl-C ends training and keeps the model', async () => {
  const place = data({
    'train-images-idx3-ubyte': undefined,
    'train-images-idx3-ubyte.gz': gzipSync(idx([200, 28, 28])),
  });
  const out = inFolder('stopped');
  let pressed = false;
  const { code, stdout, stderr } = await start(['--data', place, '--epochs', '1000000', '--out', out], {
    onOutput(stdout, child) {
      if (pressed || !stdout.includes('epoch ')) return;
      pressed = true;
      // As under npm, which passes the signal on to a child that already had it.
      child.kill('SIGINT');
      setTimeout(() => child.kill('SIGINT'), 50);
    },
  });
  expect(stderr).not.toContain('error');
  expect(code).toBe(0);
  expect(stdout).toContain('Stopping; what was trained is kept.');
  expect(stdout).toMatch(/stopped {4}after [\d,]+ of 1,000,000 steps/);
  const history = JSON.parse(readFileSync(path.join(out, 'history.json'), 'utf8')) as {
    stopped: object;
    steps: number;
    loss: number[];
  };
  expect(history.stopped).toEqual({ training: '', steps: history.steps });
  expect(history.loss).toHaveLength(history.steps);
  expect(existsSync(path.join(out, 'reconstructions.png'))).toBe(true);
});
