/**
 * What files say of their models, read where there is no GPU: a stand-in keeps the buffers. The same on a device, with fewer files, is in
 * test/reliability/models-from-files.test.ts.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  autoencoder,
  classifier,
  dense,
  FormatError,
  LatentGpuError,
  loadAutoencoder,
  OptionError,
  readSafetensors,
  writeSafetensors,
} from '../../../src/index.ts';
import { expectRefused } from '../../support/error-of.ts';
import { withstand, words } from '../../support/hostile.ts';
import { damagedModel, loaders, savedModels, type Kind } from '../../support/model-files.ts';
import { errorOf } from '../../support/model.ts';
import { standIn, stubWebGpu } from '../../support/stand-in.ts';
import { times, tried } from '../../support/thorough.ts';

beforeAll(stubWebGpu);

describe.each(Object.keys(loaders) as Kind[])('%s', (kind) => {
  it('is loaded from a file, or the file is refused', { timeout: 3_600_000 }, async ({ task }) => {
    const gpu = standIn();
    const load = loaders[kind];
    const files = await savedModels(gpu, kind);
    const count = times(150, 10_000);
    const verdict = await withstand({
      count,
      file: (draw) => damagedModel(files, draw),
      read: async (file) => (await load(gpu, file)).dispose(),
      after: () => expect(gpu.memory().buffers).toBe(0),
      allowed: (error) => error instanceof FormatError && isFound(error),
      // What was read is a model like others: it can be saved, and what is saved then is read again and is the same.
      check: async (_, file) => {
        const model = await load(gpu, file);
        expect(model.summary()).toMatch(/total parameters/);
        const saved = await model.save();
        const again = await load(gpu, saved);
        expect(await again.save()).toEqual(saved);
        model.dispose();
        again.dispose();
      },
    });
    expect(verdict.results).toBeGreaterThan(0);
    tried(
      task,
      `files of a model, ${kind}, with a damaged description, damaged weights or damaged bytes`,
      count,
      words(verdict),
    );
  });
});

/** Somebody has looked, and has said what was wrong: it has not come out as an engine's TypeError, dressed up. */
function isFound({ message, cause }: FormatError): boolean {
  return (
    !message.startsWith('load:') ||
    cause === undefined ||
    cause instanceof LatentGpuError ||
    cause instanceof SyntaxError
  );
}

describe('a malicious description', () => {
  const saved = async () => {
    const gpu = standIn();
    const model = await autoencoder(gpu, { input: 4, encoder: [dense(2, 'relu')], decoder: [dense(4)], loss: 'mse' });
    const file = await model.save();
    model.dispose();
    return { gpu, file };
  };

  const inSpec = (key: string) => (json: string) => json.replace('"spec":{', `"spec":{${key},`);
  const wrong: Record<string, [(json: string) => string, RegExp]> = {
    'nests too deep': [inSpec(`"more":${'['.repeat(1e5)}${']'.repeat(1e5)}`), /nests deeper than 64/],
    'schedules within schedules': [
      inSpec(`"more":${'{"kind":"warm-up","steps":1,"then":'.repeat(1e4)}1${'}'.repeat(1e4)}`),
      /nests deeper than 64/,
    ],
    'says something twice': [(json) => json.replace('"loss":', '"loss":"bce","loss":'), /the name loss comes twice/],
    'has __proto__': [inSpec('"__proto__":{"tied":true}'), /unknown option '__proto__'/],
    'has constructor': [inSpec('"constructor":1'), /unknown option 'constructor'; it takes/],
    'has an option whose name is long': [inSpec(`"${'x'.repeat(1e6)}":1`), /unknown option 'xxx/],
    'has a value that cannot be shown': [
      (json) => json.replace('"relu"', '{"toString":1}'),
      /something of type object/,
    ],
    'has an initializer that every object has': [
      (json) => json.replace('"glorot"', '"toString"'),
      /no initializer 'toString'/,
    ],
    'has an initializer in a list': [(json) => json.replace('"glorot"', '["glorot"]'), /no initializer \W*glorot/],
    'has a bias that is neither there nor not': [
      (json) => json.replace('"bias":true', '"bias":1'),
      /bias must be true or false, not 1/,
    ],
    'has a layer with a million arguments': [
      (json) => json.replace('"args":[', `"args":[${'1,'.repeat(1e6)}`),
      /the arguments of dense must be a short list/,
    ],
    'has a hundred thousand layers': [
      (json) => json.replace('"encoder":[', `"encoder":[${'{"name":"flatten","args":[]},'.repeat(1e5)}`),
      /the layer list is missing/,
    ],
    'has a layer that every object has': [
      (json) => json.replace('"name":"dense"', '"name":"constructor"'),
      /no layer 'constructor'/,
    ],
    'has more units than any memory': [
      (json) => json.replace('"args":[2', '"args":[1e15'),
      /encoder.0.weight is \[2, 4\] in the file/,
    ],
    'is of a larger input than any memory': [
      (json) => json.replace('"input":4', '"input":1e15'),
      /the decoder ends in \[4\], the input is \[1000000000000000\]/,
    ],
    'is of an input past all numbers': [(json) => json.replace('"input":4', '"input":1e400'), /input: Infinity is not/],
    'is a model of nothing': [(json) => json.replace('"input":4', '"input":[]'), /not \[\]/],
  };

  it.each(Object.entries(wrong))('%s: a FormatError', async (_, [change, message]) => {
    const { gpu, file } = await saved();
    const { tensors, metadata } = readSafetensors(file);
    const json = change(metadata.latentgpu);
    expect(json).not.toBe(metadata.latentgpu);
    await expectRefused(FormatError, message, loadAutoencoder(gpu, writeSafetensors(tensors, { latentgpu: json })));
    expect(gpu.memory().buffers).toBe(0);
    expect(Object.hasOwn(Object.prototype, 'tied')).toBe(false);
  });

  it('an encoder around an image of other values: a FormatError', async () => {
    const gpu = standIn();
    const source = await autoencoder(gpu, { input: 4, encoder: [dense(4, 'relu')], decoder: [dense(4)], loss: 'mse' });
    const model = await classifier(gpu, { encoder: source.encoder, classes: 2 });
    const { tensors, metadata } = readSafetensors(await model.save());
    const load = (around: string) =>
      loaders.classifier(
        gpu,
        writeSafetensors(tensors, { latentgpu: metadata.latentgpu.replace('"around":{}', `"around":${around}`) }),
      );
    (await load('{"before":[2,1,2],"after":[1,2,2]}')).dispose();
    for (const around of [
      '{"before":[2,2,2]}',
      '{"after":[1,1,1]}',
      '{"after":[4]}',
      '{"after":[0,2,2]}',
      '{"before":[1e200,1e200,1]}',
    ]) {
      expect(await errorOf(load(around)), around).toBeInstanceOf(FormatError);
    }
    model.dispose();
    source.dispose();
    expect(gpu.memory().buffers).toBe(0);
  });

  it('the same in code is an OptionError', () => {
    expect(() => dense(2, 'relu', { init: 'toString' as never })).toThrow(OptionError);
    expect(() => dense(2, 'relu', { bias: 1 as never })).toThrow(OptionError);
    expect(() => dense(2, 'relu', { constructor: 1 } as never)).toThrow(
      "unknown option 'constructor'; it takes init, bias",
    );
  });
});
