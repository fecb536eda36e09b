import { describe, expect, it } from 'vitest';
import {
  activation, adagrad, adam, adamw, autoencoder, categorical, classifier, contractive, conv2d, convTranspose2d, cosine, dense, downsample, dropout, FormatError, flatten, gaussian, gaussianNoise, huber, jigsaw,
  loadAutoencoder, loadClassifier, loadJigsaw, maskNoise, maxPool2d, minMax, readSafetensors, reshape, saltAndPepper, sgd, shuffleTiles, sparsity, standardize, stepDecay,
  stochasticContractive, upsample2d, warmUp, weightDecay, writeSafetensors, type Autoencoder, type AutoencoderSpec, type FitOptions,
} from '../../src/index.ts'; // prettier-ignore
import { momentCount } from '../../src/kernels/optimizer.ts';
import { readLayers } from '../../src/models/parts/makers.ts';
import { momentNames } from '../../src/models/parts/optimizers.ts';
import { written } from '../../src/models/parts/part.ts';
import { sharedGpu } from '../support/gpu.ts';
import { bits, errorOf, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const data = (features: number, examples = 50) => new Draw(1).floats(features * examples, 0, 1);

const image: AutoencoderSpec = {
  input: [4, 4, 2],
  encoder: [conv2d(3, [3, 2], 'relu', { padding: 'same' }), maxPool2d(2), flatten(), dense(5, 'tanh')],
  decoder: [
    dense(12, 'relu'),
    reshape([2, 2, 3]),
    upsample2d(2, 'bilinear'),
    convTranspose2d(2, 3, 'sigmoid', { padding: 1 }),
  ],
  loss: 'bce',
};

/** A model, and how it is trained: everything that has a state between two steps. */
const models: Record<string, { spec?: Partial<AutoencoderSpec>; options?: Partial<FitOptions> }> = {
  'simple, Adam': {},
  'tied, momentum': { spec: { tied: true }, options: { optimizer: sgd(0.05, { momentum: 0.9 }) } },
  'nesterov, clipped': { options: { optimizer: sgd(0.05, { momentum: 0.9, nesterov: true, clipNorm: 0.1 }) } },
  'plain sgd, falling in steps': { options: { optimizer: sgd(stepDecay(0.1, { every: 3 })) } },
  'AdaGrad, contractive': { spec: { penalty: contractive(0.1) }, options: { optimizer: adagrad(0.1) } },
  'denoising, dropout, AdamW': {
    spec: {
      encoder: [
        dense(8, ['elu', { alpha: 0.4 }], { init: 'he' }),
        activation(['leakyRelu', { slope: 0.3 }]),
        dropout(0.3),
        dense(4, 'relu', { bias: false }),
      ],
      corrupt: [maskNoise(0.2), gaussianNoise(0.3), saltAndPepper(0.1)],
      penalty: [sparsity(0.01), weightDecay(0.01), stochasticContractive(0.1, 0.1)],
    },
    options: { optimizer: adamw(1e-2) },
  },
  'variational, beta and rate scheduled': {
    spec: { encoder: [dense(6, 'relu'), gaussian(3, { beta: warmUp(9, 2) })] },
    options: { optimizer: adam(cosine(1e-2, { steps: 12 })) },
  },
  convolutional: { spec: { ...image, corrupt: [downsample(2), shuffleTiles(2)] } },
  'convolutional, of another stride down than along': {
    spec: {
      input: [12, 1, 2],
      encoder: [conv2d(3, [3, 1], 'relu', { stride: [2, 1], padding: [1, 0] }), maxPool2d([3, 1])],
      decoder: [
        upsample2d([3, 1], 'bilinear'),
        convTranspose2d(2, [3, 1], 'sigmoid', { stride: [2, 1], padding: [1, 0], outputPadding: [1, 0] }),
      ],
      corrupt: [downsample([2, 1]), shuffleTiles([3, 1])],
    },
  },
  'absolute errors': { spec: { loss: 'mae' } },
  categories: { spec: { loss: categorical([3, 4, 5]), decoder: [dense(12)] } },
  'Huber’s loss': { spec: { loss: huber({ delta: 0.2 }), decoder: [dense(12)] } },
  standardized: { spec: { normalize: standardize(), loss: 'mse', decoder: [dense(12)] } },
  'min-max': { spec: { normalize: minMax() } },
};

const featuresOf = ({ spec }: (typeof models)[string]) =>
  [spec?.input ?? 12].flat().reduce((product, n) => product * n, 1);

describe.each(Object.entries(models))('%s', (_, entry) => {
  it('resumes from a file with the same bits, in the middle of an epoch', async () => {
    const gpu = await sharedGpu();
    const examples = data(featuresOf(entry));
    const options = { batchSize: 16, ...entry.options };
    const whole = await smallModel({ seed: 3, ...entry.spec });
    const first = await whole.fit(examples, { ...options, steps: 6 });
    expect(first.steps).toBe(6);
    const file = await whole.save();
    const again = await loadAutoencoder(gpu, file);
    expect(await bits(again)).toEqual(await bits(whole));
    expect(await again.save()).toEqual(file);
    // The same optimizer is the last one, which goes on.
    const [ours, theirs] = [
      await whole.fit(examples, { steps: 5, batchSize: 16 }),
      await again.fit(examples, { steps: 5, batchSize: 16 }),
    ];
    expect(theirs.loss).toEqual(ours.loss);
    expect(await bits(again)).toEqual(await bits(whole));
    expect(again.summary()).toBe(whole.summary());
    expect((await again.reconstruct(examples)).data).toEqual((await whole.reconstruct(examples)).data);
    whole.dispose();
    again.dispose();
  });
});

/** One model for each optimizer. */
const byOptimizer = new Map(
  Object.values(models).map((entry) => [(entry.options?.optimizer ?? adam()).kind, entry] as const),
);

describe.each([...byOptimizer])('a file of %s', (kind, entry) => {
  // Once for each optimizer.
  it('without the optimizer has only the weights, by the names of `weights`', async () => {
    const model = await smallModel(entry.spec);
    await model.fit(data(featuresOf(entry)), { steps: 2, batchSize: 16, ...entry.options });
    const weights = await model.weights();
    const { tensors } = readSafetensors(await model.save({ optimizer: false }));
    expect(tensors).toEqual(weights);
    const full = Object.keys(readSafetensors(await model.save()).tensors).filter((name) => !(name in weights));
    expect(full.sort()).toEqual(
      momentNames[kind].flatMap((moment) => Object.keys(weights).map((name) => `optimizer.${moment}.${name}`)).sort(),
    );
    model.dispose();
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

it('saves during training, at the boundary of a step: training from there gives the same bits', async () => {
  const gpu = await sharedGpu();
  const examples = data(12, 64);
  const options = { batchSize: 8, frameBudgetMs: 0.001 };
  const model = await smallModel({ corrupt: gaussianNoise(0.2) });
  const files: Promise<Uint8Array>[] = [];
  const training = model.fit(examples, {
    ...options,
    steps: 30,
    onProgress: ({ step }) => void (files.length < 3 && step >= 3 + 8 * files.length && files.push(model.save())),
  });
  await training;
  expect(files.length).toBe(3);
  const end = await bits(model);
  const steps: number[] = [];
  for (const file of await Promise.all(files)) {
    const again = await loadAutoencoder(gpu, file);
    const { step } = (JSON.parse(readSafetensors(file).metadata.latentgpu) as { place: { step: number } }).place;
    steps.push(step);
    await again.fit(examples, { ...options, steps: 30 - step });
    expect(await bits(again)).toEqual(end);
    again.dispose();
  }
  expect(steps.every((step) => step > 0 && step < 30)).toBe(true);
  model.dispose();
});

it('a file without the optimizer has the number of steps, but the moments start again', async () => {
  const gpu = await sharedGpu();
  const model = await smallModel();
  await model.fit(data(12), { steps: 5, batchSize: 16 });
  const again = await loadAutoencoder(gpu, await model.save({ optimizer: false }));
  const fresh = await smallModel();
  fresh.setWeights(await model.weights());
  const [loaded, set] = [
    await again.fit(data(12), { steps: 3, batchSize: 50, shuffle: false }),
    await fresh.fit(data(12), { steps: 3, batchSize: 50, shuffle: false }),
  ];
  expect(loaded.loss).toEqual(set.loss);
  for (const each of [model, again, fresh]) each.dispose();
});

it('the stream of samples continues', async () => {
  const gpu = await sharedGpu();
  const model = await smallModel({ encoder: [gaussian(3)] });
  await model.sample(2);
  const again = await loadAutoencoder(gpu, await model.save());
  expect((await again.sample(4)).data).toEqual((await model.sample(4)).data);
  model.dispose();
  again.dispose();
});

describe('other models', () => {
  it.each([true, false])('a classifier resumes with the same bits, its encoder frozen: %s', async (freeze) => {
    const gpu = await sharedGpu();
    // The code is flat, but an image for the decoder: its order outside is PyTorch's.
    const source = await autoencoder(gpu, {
      ...image,
      encoder: [flatten(), dense(8, 'relu')],
      decoder: [reshape([2, 2, 2]), upsample2d(2), conv2d(2, 1, 'sigmoid')],
      normalize: minMax(),
    });
    await source.fit(data(32), { steps: 2, batchSize: 16 });
    const model = await classifier(gpu, {
      encoder: source.encoder,
      classes: 3,
      freeze,
      hidden: [dense(4, 'relu'), dropout(0.2)],
      seed: 2,
    });
    source.dispose();
    const labels = Uint8Array.from({ length: 50 }, (_, i) => i % 3);
    await model.fit(data(32), labels, { steps: 6, batchSize: 16 });
    const again = await loadClassifier(gpu, await model.save());
    const further = { steps: 5, batchSize: 16 };
    const [ours, theirs] = [await model.fit(data(32), labels, further), await again.fit(data(32), labels, further)];
    expect(theirs.loss).toEqual(ours.loss);
    expect(await again.weights()).toEqual(await model.weights());
    expect(await again.predict(data(32))).toEqual(await model.predict(data(32)));
    expect(again.summary()).toBe(model.summary());
    model.dispose();
    again.dispose();
  });

  it('a jigsaw resumes with the same bits and the same permutations', async () => {
    const gpu = await sharedGpu();
    const model = await jigsaw(gpu, {
      input: [8, 8, 2],
      tiles: 2,
      permutations: 5,
      encoder: [conv2d(3, 2, 'relu'), flatten(), dense(4, 'relu')],
      head: [dense(6, 'relu')],
      gap: 1,
      seed: 4,
    });
    await model.fit(data(128), { steps: 6, batchSize: 16 });
    const again = await loadJigsaw(gpu, await model.save());
    expect(again.permutations).toEqual(model.permutations);
    const further = { steps: 5, batchSize: 16 };
    const [ours, theirs] = [await model.fit(data(128), further), await again.fit(data(128), further)];
    expect(theirs.loss).toEqual(ours.loss);
    expect(await bits(again)).toEqual(await bits(model));
    expect(await again.solve(data(128))).toEqual(await model.solve(data(128)));
    model.dispose();
    again.dispose();
  });
});

describe('an invalid file', () => {
  const file = async (): Promise<{ model: Autoencoder; bytes: Uint8Array }> => {
    const model = await smallModel();
    await model.fit(data(12), { steps: 1 });
    return { model, bytes: await model.save() };
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
    'another version': [set('version', 2), /version 2/],
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
      const { model, bytes } = await file();
      const before = gpu.memory();
      const error = await errorOf(loadAutoencoder(gpu, changed(bytes, change)));
      expect(error).toBeInstanceOf(FormatError);
      expect(error.message).toMatch(message);
      expect({ ...gpu.memory(), peakBytes: 0 }).toEqual({ ...before, peakBytes: 0 });
      model.dispose();
    },
  );

  it('a place past the end of an epoch begins the next one', async () => {
    const gpu = await sharedGpu();
    const { model, bytes } = await file();
    const again = await loadAutoencoder(
      gpu,
      changed(bytes, (head) => Object.assign(head.place, { epochKind: '50 by 50, shuffled', position: 64 })),
    );
    expect((await again.fit(data(12), { steps: 2 })).steps).toBe(2);
    again.dispose();
    model.dispose();
  });

  it('only weights, an extra weight, a missing one, one that is not finite', async () => {
    const gpu = await sharedGpu();
    const { model, bytes } = await file();
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
    expect((await errorOf(model.save({ optimiser: true } as never))).message).toMatch(/did you mean optimizer/);
    model.dispose();
  });
});
