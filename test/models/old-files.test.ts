import { describe, expect, it } from 'vitest';
import { loadAutoencoder, readSafetensors } from '../../src/index.ts';
import { expectNear } from '../support/close.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import codeOfImage from '../fixtures/files/code-of-image.safetensors?url';
import codeOfImageLater from '../fixtures/files/code-of-image-later.safetensors?url';
import convolutional from '../fixtures/files/convolutional.safetensors?url';
import convolutionalLater from '../fixtures/files/convolutional-later.safetensors?url';
import tied from '../fixtures/files/tied.safetensors?url';
import tiedLater from '../fixtures/files/tied-later.safetensors?url';
import variational from '../fixtures/files/variational.safetensors?url';
import variationalLater from '../fixtures/files/variational-later.safetensors?url';

const bytesOf = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());

const numbers = (count: number, least: number, most: number) =>
  Float32Array.from({ length: count }, (_, i) => least + ((most - least) * ((i * 37 + 11) % 101)) / 100);
const table = numbers(40 * 6, -2, 5);

/** Written by the version before a step had phases, and again after four more steps on the same data. */
const files = {
  variational: { file: variational, later: variationalLater, data: table, batchSize: 16 },
  tied: { file: tied, later: tiedLater, data: table, batchSize: 16 },
  convolutional: { file: convolutional, later: convolutionalLater, data: numbers(20 * 16, 0, 1), batchSize: 8 },
  // Written before the units of a Gaussian code, and what a discriminator of it takes, had PyTorch's order.
  'code of an image': { file: codeOfImage, later: codeOfImageLater, data: numbers(20 * 32, 0, 1), batchSize: 8 },
};

const load = async (bytes: Uint8Array) => forThisTest(await loadAutoencoder(await sharedGpu(), bytes));

describe.each(Object.entries(files))('a file of an earlier version, %s', (name, { file, later, data, batchSize }) => {
  it('is read, written again, and trains on to the same weights and moments', async () => {
    const bytes = await bytesOf(file);
    const model = await load(bytes);
    const written = await model.save();
    if (name === 'code of an image') {
      expect(JSON.parse(readSafetensors(written).metadata.latentgpu)).toMatchObject({ version: 2 });
      expect(await (await load(written)).save()).toEqual(written);
    } else expect(written).toEqual(bytes);
    await model.fit(data, { steps: 4, batchSize });
    const wanted = await (await load(await bytesOf(later))).save();
    const [now, then] = [readSafetensors(await model.save()), readSafetensors(wanted)];
    expect(now.metadata).toEqual(then.metadata);
    expect(Object.keys(now.tensors)).toEqual(Object.keys(then.tensors));
    for (const [name, { data: values }] of Object.entries(then.tensors))
      expectNear(now.tensors[name].data, values, 1e-5, name);
  });
});
