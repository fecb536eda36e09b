import { describe, expect, it } from 'vitest';
import {
  activation, adagrad, adam, adamw, autoencoder, batchNorm, classifier, conv2d, cosine, dense, downsample, dropout, flatten, FormatError, gaussian, gaussianNoise, jigsaw, loadAutoencoder, loadClassifier, loadJigsaw, maskNoise, minMax, readSafetensors, reshape, sgd, shuffleTiles, standardize, stepDecay, topK, upsample2d, vectorQuantizer, warmUp, writeSafetensors,
} from '../../src/index.ts'; // prettier-ignore
import { momentCount } from '../../src/kernels/optimizer.ts';
import { readLayers } from '../../src/models/parts/makers.ts';
import { momentNames } from '../../src/models/parts/optimizers.ts';
import { written } from '../../src/models/parts/part.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { bits, errorOf, smallModel } from '../support/model.ts';
import { expectToResume, plain, rowsOf, type Resumed } from '../support/resuming.ts';

/** Everything that has a state between two steps, several of them in one model where they do not meet; other parts are in save.long.test.ts, and a convolutional model in old-files.test.ts. */
const models: Record<string, Resumed> = {
  'simple, Adam': {},
  'tied, momentum': { spec: { tied: true }, options: { optimizer: sgd(0.05, { momentum: 0.9 }) } },
  'denoising, dropout, AdamW': {
    spec: { encoder: [dense(8, 'elu'), dropout(0.3), dense(4, 'relu')], corrupt: [maskNoise(0.2), gaussianNoise(0.3)] },
    options: { optimizer: adamw(1e-2) },
  },
  'variational, beta and rate scheduled': {
    spec: { encoder: [dense(6, 'relu'), gaussian(3, { beta: warmUp(9, 2) })] },
    options: { optimizer: adam(cosine(1e-2, { steps: 12 })) },
  },
  'batch normalisation, plain sgd that falls in steps': {
    spec: { ...plain, encoder: [dense(5, 'linear', { bias: false }), batchNorm(), activation('relu'), dense(3)] },
    options: { optimizer: sgd(stepDecay(0.1, { every: 3 })) },
  },
  'a quantised code, AdaGrad': {
    spec: { ...plain, encoder: [dense(3), vectorQuantizer(5)] },
    options: { optimizer: adagrad(0.1) },
  },
  'a sparse code of a batch, standardised': {
    spec: { ...plain, encoder: [dense(15, 'relu'), topK(3, { batch: true })], normalize: standardize() },
  },
};

describe.each(Object.entries(models))('%s', (_, entry) => {
  it('resumes from a file with the same bits, in the middle of an epoch, and is whole in a file without the optimizer', () =>
    expectToResume(entry));
});

describe.each([adam(), adamw(), sgd(), sgd(0.05, { momentum: 0.9 }), adagrad()])('a file of $kind', (optimizer) => {
  it('without the optimizer has only the weights, by the names of `weights`', async () => {
    const model = await smallModel();
    await model.fit(rowsOf(12), { steps: 2, batchSize: 16, optimizer });
    const weights = await model.weights();
    const { tensors } = readSafetensors(await model.save({ optimizer: false }));
    expect(tensors).toEqual(weights);
    const full = Object.keys(readSafetensors(await model.save()).tensors).filter((name) => !(name in weights));
    expect(full.sort()).toEqual(
      momentNames[optimizer.kind]
        .flatMap((moment) => Object.keys(weights).map((name) => `optimizer.${moment}.${name}`))
        .sort(),
    );
  });
});

it('numbers equal for both axes are written as one, as before, and such files are read', () => {
  const options = { padding: 'same', init: 'glorot', bias: true };
  const before = [
    { name: 'conv2d', args: [3, [3, 3], 'relu', { stride: 2, ...options }] },
    {
      name: 'convTranspose2d',
      args: [3, [3, 2], 'relu', { stride: 2, padding: 1, outputPadding: 0, init: 'glorot', bias: true }],
    },
    { name: 'maxPool2d', args: [[2, 1], { stride: 2, padding: 'valid' }] },
    { name: 'upsample2d', args: [2, 'nearest'] },
  ];
  const layers = readLayers(before);
  expect(JSON.stringify(written(layers))).toBe(JSON.stringify(before));
  // The stride was the window's height along both axes.
  expect(layers[2].outputShape([4, 4, 1])).toEqual([2, 2, 1]);
  expect(conv2d(3, [3, 3], 'relu', { stride: [2, 2], padding: [1, 1] }).args).toEqual(
    conv2d(3, 3, 'relu', { stride: 2, padding: 1 }).args,
  );
  expect(upsample2d([2, 2]).args).toEqual([2, 'nearest']);
  expect([downsample([2, 2]).args, shuffleTiles([3, 3]).args]).toEqual([[2], [3]]);
});

it('every kind of optimizer has a name for each of its moments', () => {
  for (const [kind, names] of Object.entries(momentNames))
    expect(names.length, kind).toBe(momentCount(kind as keyof typeof momentNames));
});

it('a file without the optimizer has the number of steps, but the moments start again', async () => {
  const gpu = await sharedGpu();
  const model = await smallModel();
  await model.fit(rowsOf(12), { steps: 5, batchSize: 16 });
  const again = forThisTest(await loadAutoencoder(gpu, await model.save({ optimizer: false })));
  const fresh = await smallModel();
  fresh.setWeights(await model.weights());
  const [loaded, set] = [
    await again.fit(rowsOf(12), { steps: 3, batchSize: 50, shuffle: false }),
    await fresh.fit(rowsOf(12), { steps: 3, batchSize: 50, shuffle: false }),
  ];
  expect(loaded.loss).toEqual(set.loss);
});

it('the stream of samples continues', async () => {
  const gpu = await sharedGpu();
  const model = await smallModel({ encoder: [gaussian(3)] });
  await model.sample(2);
  const again = forThisTest(await loadAutoencoder(gpu, await model.save()));
  expect((await again.sample(4)).data).toEqual((await model.sample(4)).data);
});

describe('other models', () => {
  it.each([true, false])('a classifier resumes with the same bits, its encoder frozen: %s', async (freeze) => {
    const gpu = await sharedGpu();
    // The code is flat, but an image for the decoder: its order outside is PyTorch's.
    const source = await autoencoder(gpu, {
      input: [4, 4, 2],
      encoder: [flatten(), dense(8, 'relu')],
      decoder: [reshape([2, 2, 2]), flatten(), dense(32, 'sigmoid'), reshape([4, 4, 2])],
      loss: 'bce',
      normalize: minMax(),
    });
    await source.fit(rowsOf(32), { steps: 2, batchSize: 16 });
    const model = await classifier(gpu, {
      encoder: source.encoder,
      classes: 3,
      freeze,
      hidden: [dense(4, 'relu'), dropout(0.2)],
      seed: 2,
    });
    forThisTest(model);
    source.dispose();
    const labels = Uint8Array.from({ length: 50 }, (_, i) => i % 3);
    await model.fit(rowsOf(32), labels, { steps: 6, batchSize: 16 });
    const again = forThisTest(await loadClassifier(gpu, await model.save()));
    const further = { steps: 5, batchSize: 16 };
    const [ours, theirs] = [await model.fit(rowsOf(32), labels, further), await again.fit(rowsOf(32), labels, further)];
    expect(theirs.loss).toEqual(ours.loss);
    expect(await again.weights()).toEqual(await model.weights());
    expect(await again.predict(rowsOf(32))).toEqual(await model.predict(rowsOf(32)));
    expect(again.summary()).toBe(model.summary());
  });

  it('a jigsaw resumes with the same bits and the same permutations', async () => {
    const gpu = await sharedGpu();
    const model = await jigsaw(gpu, {
      input: [8, 8, 2],
      tiles: 2,
      permutations: 5,
      encoder: [flatten(), dense(4, 'relu')],
      head: [dense(6, 'relu')],
      gap: 1,
      seed: 4,
    });
    forThisTest(model);
    await model.fit(rowsOf(128), { steps: 6, batchSize: 16 });
    const again = forThisTest(await loadJigsaw(gpu, await model.save()));
    expect(again.permutations).toEqual(model.permutations);
    const further = { steps: 5, batchSize: 16 };
    const [ours, theirs] = [await model.fit(rowsOf(128), further), await again.fit(rowsOf(128), further)];
    expect(theirs.loss).toEqual(ours.loss);
    expect(await bits(again)).toEqual(await bits(model));
    expect(await again.solve(rowsOf(128))).toEqual(await model.solve(rowsOf(128)));
  });
});

describe('an invalid file', () => {
  const file = async (): Promise<Uint8Array> => {
    const model = await smallModel();
    await model.fit(rowsOf(12), { steps: 1 });
    return model.save();
  };

  type Change = (head: Record<string, never>) => unknown;
  const changed = (bytes: Uint8Array, change: Change): Uint8Array => {
    const { tensors, metadata } = readSafetensors(bytes);
    const head = JSON.parse(metadata.latentgpu) as Record<string, never>;
    const result = change(head);
    return writeSafetensors(tensors, { latentgpu: typeof result === 'string' ? result : JSON.stringify(head) });
  };

  const set =
    (path: string, value: unknown): Change =>
    (head) => {
      const keys = path.split('.');
      const last = keys.pop()!;
      const inner = keys.reduce((object, key) => object[key] as Record<string, never>, head);
      inner[last] = value as never;
    };

  const wrong: Record<string, [Change, RegExp]> = {
    'no JSON': [() => '{', /JSON/],
    null: [() => 'null', /latentgpu must be an object/],
    'another version': [set('version', 3), /version 3 of the format, but only versions 1 and 2 can be read/],
    'another model': [set('model', 'jigsaw'), /kind 'jigsaw'/],
    'an unknown layer': [set('spec.encoder.0.name', 'toString'), /no layer 'toString'/],
    'a layer that is null': [set('spec.encoder.0', null), /no layer/],
    'more units': [
      set('spec.encoder.0.args.0', 1e9),
      /encoder.0.weight is \[5, 12\] in the file .* \[1000000000, 12\]/,
    ],
    'units that are none': [set('spec.encoder.0.args.0', 'many'), /dense: units/],
    'another activation': [set('spec.encoder.0.args.1', 'valueOf'), /no activation/],
    'no layers': [set('spec.encoder', {}), /the layer list is missing/],
    'an option too many': [set('spec.extra', 1), /unknown option/],
    'a penalty without a weight': [set('spec.penalty', [{ name: 'sparsity', args: [] }]), /sparsity: weight/],
    'half a normalisation': [
      set('spec.normalize', { name: 'minMax', args: [], fitted: { shift: [1], spread: [1] } }),
      /12 numbers/,
    ],
    'a normalisation that divides by zero': [
      set('spec.normalize', {
        name: 'minMax',
        args: [],
        fitted: { shift: Array(12).fill(0), spread: Array(12).fill(0) },
      }),
      /12 numbers/,
    ],
    'a step before the first': [set('place.step', -1), /step/],
    'a kind of epoch that is none': [set('place.epochKind', 7), /epochKind must be a string/],
    'moments from after the last step': [set('place.origin', 2), /origin is after the last step/],
    'an optimizer that is none': [set('place.optimizer.kind', 'lion'), /lion/],
    'a schedule that is none': [set('place.optimizer.learningRate', { kind: 'cosine' }), /cosine: steps/],
    'an optimizer with other moments': [set('place.optimizer.kind', 'adagrad'), /optimizer.sum/],
    'an optimizer less': [set('place.optimizer', undefined), /the file .* has optimizer.exp_avg/],
  };

  it.each(Object.entries(wrong))(
    '%s: a FormatError, without memory left on the device',
    async (_, [change, message]) => {
      const gpu = await sharedGpu();
      const bytes = await file();
      const before = gpu.memory();
      await expectRefused(FormatError, message, loadAutoencoder(gpu, changed(bytes, change)));
      expect({ ...gpu.memory(), peakBytes: 0 }).toEqual({ ...before, peakBytes: 0 });
    },
  );

  it('a place past the end of an epoch begins the next one', async () => {
    const gpu = await sharedGpu();
    const bytes = await file();
    const again = await loadAutoencoder(
      gpu,
      changed(bytes, (head) => Object.assign(head.place, { epochKind: '50 by 50, shuffled', position: 64 })),
    );
    forThisTest(again);
    expect((await again.fit(rowsOf(12), { steps: 2 })).steps).toBe(2);
  });

  it('only weights, an extra weight, a missing one, one that is not finite', async () => {
    const gpu = await sharedGpu();
    const bytes = await file();
    const { tensors, metadata } = readSafetensors(bytes);
    const of = (changed: typeof tensors, meta: Record<string, string> | undefined = metadata) =>
      errorOf(loadAutoencoder(gpu, writeSafetensors(changed, meta)));
    const { 'encoder.0.bias': bias, ...rest } = tensors;
    expect((await of(tensors, {})).message).toMatch(/holds weights, but no model/);
    expect((await of({ ...tensors, more: { data: new Float32Array(1), shape: [1] } })).message).toMatch(
      /has more, which the model does not/,
    );
    expect((await of(rest)).message).toMatch(/needs encoder.0.bias/);
    expect((await of({ ...tensors, 'encoder.0.bias': { ...bias, data: bias.data.map(() => NaN) } })).message).toMatch(
      /encoder.0.bias has NaN at index 0/,
    );
    for (const each of [of(tensors, {}), of(rest)]) expect(await each).toBeInstanceOf(FormatError);
    expect(await errorOf(loadClassifier(gpu, bytes))).toBeInstanceOf(FormatError);
    expect(await errorOf(loadJigsaw(gpu, bytes))).toBeInstanceOf(FormatError);
    const model = await smallModel();
    expect((await errorOf(model.save({ optimiser: true } as never))).message).toMatch(/did you mean optimizer/);
  });
});
