/** Losses in files. */
import { describe, expect, it } from 'vitest';
import {
  elementwise, FormatError, huber, loadAutoencoder, OptionError, readSafetensors, writeSafetensors, type AutoencoderSpec,
} from '../../src/index.ts'; // prettier-ignore
import { plain, writtenLoss } from '../../src/models/parts/losses.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { bits, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const data = (examples = 40) => new Draw(1).floats(examples * 12, 0, 1);

const mine = elementwise({
  name: 'my own Huber',
  wgsl: 'min(abs(y - x), 0.25) * (abs(y - x) - 0.5 * min(abs(y - x), 0.25))',
  derivative: 'clamp(y - x, -0.25, 0.25)',
});

const metadataOf = (file: Uint8Array) =>
  JSON.parse(readSafetensors(file).metadata.latentgpu) as { spec: Record<string, unknown> };

it('a formula of the library is stored by its name and arguments', () => {
  const kernel = { name: 'pinball', wgsl: 'max(0.3 * (x - y), 0.7 * (y - x))', derivative: 'select(0.7, -0.3, y < x)' };
  expect(writtenLoss({ ...plain, name: 'pinball', args: [0.3], kernel })).toEqual({ name: 'pinball', args: [0.3] });
});

describe('a custom loss', () => {
  it('is stored by name only, and has to be given again', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel({ loss: mine });
    await model.fit(data(), { steps: 3, batchSize: 16 });
    const file = await model.save();
    expect(metadataOf(file).spec.loss).toEqual({ name: 'elementwise', args: ['my own Huber'] });
    expect(new TextDecoder().decode(file)).not.toContain('clamp');

    const other = elementwise({ name: 'another', wgsl: 'y', derivative: '1.0' });
    const before = gpu.memory().bytes;
    for (const losses of [undefined, [], [other, huber()]]) {
      await expectRefused(
        OptionError,
        "the model's loss, 'my own Huber', is not in the file: give it again",
        loadAutoencoder(gpu, file, { losses }),
      );
    }
    expect(gpu.memory().bytes).toBe(before);

    const again = forThisTest(await loadAutoencoder(gpu, file, { losses: [other, mine] }));
    expect(await again.save()).toEqual(file);
    const options = { steps: 3, batchSize: 16 };
    expect((await again.fit(data(), options)).loss).toEqual((await model.fit(data(), options)).loss);
    expect(await bits(again)).toEqual(await bits(model));
  });

  it('is not loaded from a file', async () => {
    const model = await smallModel({ loss: mine });
    const { tensors, metadata } = readSafetensors(await model.save());
    for (const [loss, reason] of [
      [{ name: 'elementwise', args: mine.args }, 'the loss elementwise has no name'],
      [{ name: 'elementwise', args: [] }, 'the loss elementwise has no name'],
      [{ name: 'huber', args: [{ delta: 0 }] }, 'huber: delta: 0 is not'],
      [{ name: 'squared', args: [] }, "there is no loss 'squared'"],
      ['squared', "the loss must be 'bce'"],
      [undefined, 'loss must be an object'],
      [null, 'loss must be an object'],
    ] as const) {
      const head = JSON.parse(metadata.latentgpu) as { spec: object };
      const changed = { ...metadata, latentgpu: JSON.stringify({ ...head, spec: { ...head.spec, loss } }) };
      await expectRefused(
        FormatError,
        reason,
        loadAutoencoder(await sharedGpu(), writeSafetensors(tensors, changed), { losses: [mine] }),
      );
    }
  });
});

it('files store losses without arguments as before, and others with their arguments', async () => {
  const named: [AutoencoderSpec['loss'], unknown][] = [
    ['bce', 'bce'],
    ['mse', 'mse'],
    ['mae', 'mae'],
    ['huber', { name: 'huber', args: [{ delta: 1 }] }],
    [huber({ delta: 0.5 }), { name: 'huber', args: [{ delta: 0.5 }] }],
  ];
  for (const [loss, wanted] of named) {
    const model = await smallModel({ loss });
    const file = await model.save();
    expect(metadataOf(file).spec.loss).toEqual(wanted);
    const again = forThisTest(await loadAutoencoder(await sharedGpu(), file));
    expect(await again.save()).toEqual(file);
  }
});

it.each([{ losses: 'mine' }, { losses: mine }, { losses: [3] }, { losses: [huber] }, { loss: [mine] }, 3])(
  'loading refuses %o',
  async (options) => {
    const model = await smallModel();
    await expectRefused(
      OptionError,
      /^loadAutoencoder: /,
      loadAutoencoder(await sharedGpu(), await model.save(), options as never),
    );
  },
);
