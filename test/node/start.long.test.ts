import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import models from '../../app/models.json' with { type: 'json' };
import { start, idx } from '../support/start.ts';
const folder = mkdtempSync(path.join(tmpdir(), 'latentgpu-start-'));
const inFolder = (name: string): string => path.join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder with small files named as MNIST's, some of them replaced. */
function data(replaced: Record<string, Uint8Array> = {}): string {
  const place = mkdtempSync(inFolder('data-'));
  const files = {
    'train-images-idx3-ubyte': idx([200, 28, 28]),
    'train-labels-idx1-ubyte': idx([200]),
    't10k-images-idx3-ubyte': idx([40, 28, 28]),
    't10k-labels-idx1-ubyte': idx([40]),
    ...replaced,
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(place, name), bytes);
  return place;
}

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

  it.each(Object.entries(drawn))('%s is trained and draws what belongs to it', async (model, pictures) => {
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

it('Ctrl-C ends the training and keeps what was trained', async () => {
  const place = data({ 'train-images-idx3-ubyte.gz': gzipSync(idx([200, 28, 28])) });
  rmSync(path.join(place, 'train-images-idx3-ubyte'));
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
