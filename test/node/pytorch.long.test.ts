/** Files that go to PyTorch and come from there: the same weights mean the same function on both sides. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../app/playground/calls.ts';
import type { Parts } from '../../app/playground/parts.ts';
import { pytorchOf } from '../../app/playground/programs.ts';
import type * as Library from '../../src/index.ts';
import { withLibraryPage } from '../support/libraryPage.ts';
import { root } from '../support/root.ts';

const python = ['python3', '/usr/bin/python3', 'python'].find(
  (program) => spawnSync(program, ['-c', 'import torch, numpy']).status === 0,
);

/** As test/support/pytorch/networks.py has them. */
const networks: Record<string, Parts> = {
  dense: {
    input: 12,
    encoder: [
      ['dense', 9, 'relu'],
      ['dense', 7, 'gelu'],
      ['dense', 3],
    ],
    decoder: [
      ['dense', 8, 'elu'],
      ['dense', 9, 'silu'],
      ['dense', 12, 'sigmoid'],
    ],
    loss: 'bce',
    seed: 1,
  },
  variational: {
    input: 12,
    encoder: [
      ['dense', 8, 'softplus'],
      ['gaussian', 2],
    ],
    decoder: [
      ['dense', 8, 'leakyRelu'],
      ['dense', 12],
    ],
    loss: 'mse',
    seed: 2,
  },
  tied: {
    input: 12,
    encoder: [['dense', 5, 'tanh']],
    decoder: [['dense', 12, 'sigmoid']],
    loss: 'bce',
    tied: true,
    seed: 3,
  },
  convolutional: {
    input: [8, 8, 3],
    encoder: [['conv2d', 5, 3, 'relu', { stride: 2, padding: 1 }], ['maxPool2d', 2], ['flatten'], ['dense', 4, 'tanh']],
    decoder: [
      ['dense', 20, 'relu'],
      ['reshape', [2, 2, 5]],
      ['upsample2d', 2],
      ['convTranspose2d', 3, 3, 'sigmoid', { stride: 2, padding: 1, outputPadding: 1 }],
    ],
    loss: 'bce',
    seed: 4,
  },
  normalized: {
    input: [5, 4, 2],
    encoder: [
      ['conv2d', 6, 2, 'linear', { bias: false }],
      ['batchNorm'],
      ['activation', 'relu'],
      ['groupNorm', 3],
      ['flatten'],
      ['dense', 5],
      ['batchNorm', { epsilon: 0.01 }],
    ],
    decoder: [
      ['layerNorm'],
      ['dense', 40, ['leakyRelu', { slope: 0.2 }]],
      ['layerNorm'],
      ['activation', 'sigmoid'],
      ['reshape', [5, 4, 2]],
    ],
    loss: 'mse',
    seed: 6,
  },
  sequences: {
    input: [16, 3],
    encoder: [
      ['conv1d', 6, 5, 'relu', { stride: 2, padding: 2, groups: 3 }],
      ['maxPool1d', 3, { stride: 2, padding: 1 }],
      ['conv1d', 12, 3, 'tanh', { padding: 2, dilation: 2, groups: 6 }],
      ['avgPool1d', 2],
      ['flatten'],
      ['dense', 5],
    ],
    decoder: [
      ['dense', 24, 'elu'],
      ['reshape', [4, 6]],
      ['upsample1d', 2, 'linear'],
      ['convTranspose1d', 3, 4, 'sigmoid', { stride: 2, padding: 1 }],
    ],
    loss: 'bce',
    seed: 7,
  },
  'apart and in groups': {
    input: [9, 8, 4],
    encoder: [
      ['conv2d', 8, 3, 'relu', { padding: 2, dilation: 2, groups: 4 }],
      ['conv2d', 8, [3, 2], 'tanh', { stride: [2, 1], padding: [1, 0], groups: 8 }],
      ['conv2d', 6, 3, 'elu', { stride: 2, padding: [2, 1], dilation: [2, 1], groups: 2, bias: false }],
      ['maxPool2d', [3, 2], { stride: 1, padding: [1, 0] }],
    ],
    decoder: [
      ['convTranspose2d', 5, [3, 2], 'relu', { stride: 2, padding: [1, 0], outputPadding: [0, 1], dilation: [1, 2] }],
      ['convTranspose2d', 4, [3, 2], 'sigmoid', { stride: [2, 1], padding: 1, dilation: [1, 2] }],
    ],
    loss: 'bce',
    seed: 8,
  },
  'code of an image': {
    input: [5, 4, 2],
    encoder: [['conv2d', 3, 2, 'tanh'], ['flatten'], ['gaussian', 12]],
    decoder: [
      ['reshape', [2, 2, 3]],
      ['convTranspose2d', 2, [4, 3], 'sigmoid'],
    ],
    loss: 'bce',
    seed: 9,
  },
  bilinear: {
    input: [7, 6, 2],
    encoder: [['conv2d', 4, [3, 2], 'tanh', { bias: false }]],
    decoder: [
      ['upsample2d', 2, 'bilinear'],
      ['conv2d', 2, [4, 5], 'sigmoid'],
    ],
    loss: 'mse',
    seed: 5,
  },
};
/** Those of the guide and of the playground. */
const guide: Parts = {
  input: 784,
  encoder: [['dense', 32, 'relu']],
  decoder: [['dense', 784, 'sigmoid']],
  loss: 'bce',
  seed: 0,
};
const playground: Parts = {
  input: 784,
  encoder: [
    ['dense', 16, 'leakyRelu'],
    ['gaussian', 2, { beta: 1 }],
  ],
  decoder: [
    ['dense', 16, 'leakyRelu'],
    ['dense', 784, 'sigmoid'],
  ],
  loss: 'bce',
  seed: 0,
};

interface Answer {
  /** What `save` gives without the optimizer's state, after some training. */
  file: number[];
  codes: number[];
  reconstruction: number[];
}

/** Trains such a model for a while, or takes its weights from a file, and asks what it makes of the input. */
const ask = (page: Page, parts: Parts, input: Float32Array, weights?: Uint8Array): Promise<Answer> =>
  page.evaluate(
    async ({ encoder, decoder, input, loss, tied, seed }, values, bytes) => {
      const { autoencoder, openGpu, readSafetensors, ...makers } = window.latentgpu;
      const made = (calls: Call[]) =>
        calls.map(([maker, ...args]) =>
          (makers as unknown as Record<string, (...args: unknown[]) => Library.Layer>)[maker](...args),
        );
      const gpu = await openGpu({ tuning: 'fixed' });
      const model = await autoencoder(gpu, {
        input: input as Library.AutoencoderSpec['input'],
        loss,
        tied,
        seed,
        encoder: made(encoder),
        decoder: made(decoder),
      });
      const x = Float32Array.from(values);
      if (bytes) model.setWeights(readSafetensors(Uint8Array.from(bytes)).tensors);
      else await model.fit(x, { steps: 20, batchSize: 4 });
      const [file, codes, reconstruction] = await Promise.all([
        model.save({ optimizer: false }),
        model.encode(x),
        model.reconstruct(x),
      ]);
      gpu.close();
      return { file: [...file], codes: [...codes.data], reconstruction: [...reconstruction.data] };
    },
    parts,
    [...input],
    weights && [...weights],
  );

const featuresOf = ({ input }: Parts): number => (Array.isArray(input) ? input.reduce((a, b) => a * b) : input);
const inputOf = (parts: Parts, examples: number) =>
  Float32Array.from({ length: examples * featuresOf(parts) }, (_, i) => 0.5 + 0.5 * Math.sin(i * i));
const floats = (bytes: Buffer) => [...new Float32Array(new Uint8Array(bytes).buffer)];

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  const off = actual.map((value, i) => Math.abs(value - expected[i]));
  expect(Math.max(...off)).toBeLessThan(2e-6);
}

describe.runIf(python)('PyTorch (skipped without a Python that has the packages torch and numpy)', () => {
  let folder: string;
  const inFolder = (file: string) => path.join(folder, file);
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'latentgpu-pytorch-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Runs a program in the folder; returns what it prints. */
  function run(args: string[]): string {
    const support = path.join(root, 'test/support/pytorch');
    const installed = spawnSync(python!, ['-c', 'import safetensors.torch']).status === 0;
    const env = { ...process.env, PYTHONPATH: installed ? '' : path.join(support, 'stand-in') };
    const { status, stdout, stderr } = spawnSync(python!, args, { cwd: folder, env, encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
    return stdout;
  }

  const inPage = async (work: (page: Page) => Promise<void>): Promise<void> => {
    expect(await withLibraryPage(work)).toEqual([]);
  };

  it('computes the same from the same input, with weights of either side', () =>
    inPage(async (page) => {
      const ours: Record<string, Answer> = {};
      for (const [name, parts] of Object.entries(networks)) {
        const input = inputOf(parts, 7);
        ours[name] = await ask(page, parts, input);
        await writeFile(inFolder(`${name}.input`), input);
        await writeFile(inFolder(`${name}.safetensors`), Uint8Array.from(ours[name].file));
      }
      run([path.join(root, 'test/support/pytorch/networks.py'), folder]);
      for (const [name, parts] of Object.entries(networks)) {
        expectClose(floats(await readFile(inFolder(`${name}.reconstruction`))), ours[name].reconstruction);
        const { reconstruction } = await ask(
          page,
          parts,
          inputOf(parts, 7),
          await readFile(inFolder(`${name}.from-torch.safetensors`)),
        );
        expectClose(reconstruction, floats(await readFile(inFolder(`${name}.from-torch.reconstruction`))));
      }
    }));

  /** What a program prints whose random or empty input is replaced by ours. */
  async function outputOf(
    program: string,
    placeholder: string,
    input: Float32Array,
    printed: string,
  ): Promise<number[]> {
    expect(program).toContain(placeholder);
    await writeFile(inFolder('input'), input);
    const given = "torch.frombuffer(bytearray(open('input', 'rb').read()), dtype=torch.float32).reshape(-1, 784)";
    await writeFile(inFolder('program.py'), `${program.replace(placeholder, given)}\nprint(${printed}.tolist())\n`);
    return (JSON.parse(run(['program.py'])) as number[][]).flat();
  }

  it('runs the program of docs/guide/files.md', () =>
    inPage(async (page) => {
      const [, program] =
        /```python\n([\s\S]*?)```/.exec(await readFile(path.join(root, 'docs/guide/files.md'), 'utf8')) ?? [];
      const input = inputOf(guide, 5);
      const { file, reconstruction } = await ask(page, guide, input);
      await writeFile(inFolder('digits.safetensors'), Uint8Array.from(file));
      expectClose(await outputOf(program, 'torch.rand(1, 784)', input, 'reconstruction'), reconstruction);
      const back = await ask(page, guide, input, await readFile(inFolder('from-torch.safetensors')));
      expect(back.reconstruction).toEqual(reconstruction);
    }));

  it('runs the program of the playground', () =>
    inPage(async (page) => {
      const input = inputOf(playground, 5);
      const { file, codes } = await ask(page, playground, input);
      await writeFile(inFolder('autoencoder.safetensors'), Uint8Array.from(file));
      expectClose(await outputOf(pytorchOf(playground), 'torch.zeros(1, 784)', input, 'codes'), codes);
    }));
});
