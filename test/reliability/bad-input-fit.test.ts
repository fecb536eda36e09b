import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as lib from '../../src/index.ts';
import { data, labels, rows } from '../support/wrong-data.ts';
import {
  callback,
  flag,
  not,
  number,
  oneOf,
  optional,
  options,
  ownGpu,
  refuseAll,
  whole,
  type Kind,
  type Target,
} from '../support/wrong.ts';

const { adam, conv2d, dense, flatten } = lib;

const good = { epochs: 1, batchSize: 4, validation: 0.25 };
const isShare = (value: unknown) => typeof value === 'number' && value > 0 && value < 1;

/** Options of `fit` on eight examples; `validation`: data to validate on, as they should not be. */
const fitOptions = (validation: Kind): Kind =>
  fc.oneof(
    options(good, {
      epochs: whole('epochs', { least: 1 }),
      steps: optional(not('not both', () => false)),
      batchSize: optional(fc.oneof(whole('batchSize', { least: 1 }), oneOf('more than the', 9, 2 ** 31, 2 ** 52))),
      optimizer: optional(
        fc.oneof(
          not('optimizer', () => false),
          oneOf(
            'optimizer',
            adam,
            'adam',
            { ...adam(), learningRate: 0.1 },
            { kind: 'adam' },
            { ...adam(), kind: 'toString' },
          ),
          oneOf(
            'adam: ',
            { ...adam(), learningRate: { kind: 'linear' } },
            { ...adam(), beta1: 1 },
            { ...adam(), epsilon: 0 },
            { ...adam(), weightDecay: undefined },
          ),
        ),
      ),
      shuffle: optional(flag('shuffle')),
      validation: optional(
        fc.oneof(
          validation.filter(({ value }) => !isShare(value)),
          oneOf('validation', 0, 1, -0, 1.5, -0.25, Infinity),
          oneOf('leaves no example to', 0.001, 0.999),
        ),
      ),
      patience: optional(whole('patience', { least: 0 })),
      minDelta: optional(number('minDelta', { least: 0 })),
      restoreBest: optional(flag('restoreBest')),
      onEpochEnd: optional(callback('onEpochEnd')),
      onProgress: optional(callback('onProgress')),
      progressEveryMs: optional(number('progressEveryMs', { least: 0 })),
      frameBudgetMs: optional(number('frameBudgetMs', { above: 0 })),
      signal: optional(not('signal', (value) => value instanceof AbortSignal)),
      recover: optional(flag('recover')),
    }),
    oneOf('options', undefined),
    oneOf('give epochs or steps', {}, { batchSize: 4 }),
    oneOf('patience needs validation', { epochs: 1, patience: 2 }, { steps: 1, patience: 0 }),
    oneOf('restoreBest needs validation', { epochs: 1, restoreBest: true }),
    oneOf('did you mean validation: 0.1', { epochs: 1, validationSplit: 0.1 }),
    oneOf('did you mean batchSize', { epochs: 1, batch: 4 }, { epochs: 1, batchsize: 4 }, { epochs: 1, batch_size: 4 }),
    oneOf('did you mean optimizer: adam', { epochs: 1, lr: 0.1 }, { epochs: 1, learningRate: 0.1 }),
    oneOf('did you mean epochs', { epoch: 1 }, { Epochs: 1 }),
    oneOf('did you mean frameBudgetMs', { epochs: 1, yieldEvery: 4 }),
  );

const [examples, images] = [rows(8, 12), rows(8, 64)];
const classes = [0, 1, 2, 0, 1, 2, 0, 1];

describe('fit', () => {
  it('refuses wrong input before any dispatch, and trains afterwards', { timeout: 600_000 }, async ({ task }) => {
    const gpu = await ownGpu();
    const gone = await lib.dataset(gpu, examples, { shape: [12] });
    gone.dispose();
    const stranger = await lib.dataset(await ownGpu(), examples, { shape: [12] });
    const spec = {
      input: 12,
      encoder: [dense(5, 'relu')],
      decoder: [dense(12, 'sigmoid')],
      loss: 'bce',
    } satisfies lib.AutoencoderSpec;
    const model = await lib.autoencoder(gpu, spec);
    const stack = await lib.autoencoder(gpu, spec);
    const probe = await lib.classifier(gpu, { encoder: model.encoder, classes: 3 });
    const solver = await lib.jigsaw(gpu, {
      input: [8, 8, 1],
      tiles: 2,
      permutations: 6,
      encoder: [flatten(), dense(4)],
      head: [],
    });
    // The first fit makes the optimizer's moments, which stay.
    await Promise.all([
      model.fit(examples, good),
      probe.fit(examples, classes, good as never),
      solver.fit(images, good),
    ]);
    const set = data(12, { gone, stranger });
    const labelled = fc.oneof(
      set.map(({ value, names }) => ({ value: { data: value, labels: classes.slice(0, 4) }, names })),
      labels(8, 3).map(({ value, names }) => ({ value: { data: examples, labels: value }, names })),
    );
    const targets: Record<string, Target> = {
      fit: {
        call: (x: lib.Data, o: lib.FitOptions) => model.fit(x, o),
        good: [examples, good],
        wrong: [set, fitOptions(set)],
      },
      pretrain: {
        call: (x: lib.Data, o: lib.FitOptions) => stack.pretrain(x, o),
        good: [examples, good],
        wrong: [set, fitOptions(set)],
      },
      'classifier.fit': {
        call: (x: lib.Data, l: number[], o: never) => probe.fit(x, l, o),
        good: [examples, classes, good],
        wrong: [set, labels(8, 3), fitOptions(labelled)],
      },
      'jigsaw.fit': {
        call: (x: lib.Data, o: never) => solver.fit(x, o),
        good: [images, good],
        wrong: [data(64), fitOptions(data(64))],
      },
    };
    await refuseAll(task, 'fit and pretrain', targets, gpu, [200, 10_000]);
  });

  it('pretrains only mirrored models, and names the layers that do not match', async () => {
    const gpu = await ownGpu();
    const models = [
      await lib.autoencoder(gpu, { input: [4, 3, 1], encoder: [conv2d(1, 1)], decoder: [conv2d(1, 1)], loss: 'mse' }),
      await lib.autoencoder(gpu, { input: 12, encoder: [dense(5), dense(4)], decoder: [dense(12)], loss: 'mse' }),
    ];
    const before = gpu.counters();
    await expect(models[0].pretrain(examples, good)).rejects.toThrow('pretrain: takes dense layers, not conv2d');
    await expect(models[1].pretrain(examples, good)).rejects.toThrow(
      'pretrain: the decoder has 1 layers with weights, the encoder 2',
    );
    expect(gpu.counters()).toEqual(before);
    for (const model of models) model.dispose();
  });
});
