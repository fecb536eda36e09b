import { describe, expect, it } from 'vitest';
import {
  activation,
  adam,
  conv2d,
  dataset,
  dense,
  downsample,
  dropout,
  flatten,
  LatentGpuError,
  maskNoise,
  minMax,
  OptionError,
  reshape,
  ShapeError,
  sparsity,
  stopGradient,
  type Autoencoder,
  type AutoencoderSpec,
  type Penalty,
} from '../../src/index.ts';
import type { Encoding } from '../../src/models/parts/penalties.ts';
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { bits, errorOf, smallModel } from '../support/model.ts';
import { data, expectFreed, expectTheSameStages, losses, stacked, stageOptions } from '../support/stages.ts';

describe('pretraining', () => {
  it('trains each layer with its counterpart and touches no other', async () => {
    const model = await stacked();
    const before = await model.weights();
    const seen: Record<number, Record<string, unknown>> = {};
    const histories = await model.pretrain(data(32), {
      epochs: 10,
      batchSize: 8,
      optimizer: adam(0.01),
      onEpochEnd: async ({ stage, epoch }) => {
        if (epoch === 1) seen[stage!] = await model.weights();
      },
    });
    expect(histories.map(({ epochs, steps }) => [epochs.length, steps])).toEqual([
      [10, 40],
      [10, 40],
    ]);
    for (const { epochs } of histories) expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0].loss);
    const after = await model.weights();
    // While the inner pair is trained, the outer one is as it was left, and stays so.
    for (const name of ['encoder.0.weight', 'decoder.1.weight']) expect(seen[2][name]).toEqual(after[name]);
    for (const name of Object.keys(before)) expect(after[name]).not.toEqual(before[name]);
  });

  it('trains the first layer’s autoencoder in the first stage', async () => {
    const model = await smallModel({
      encoder: [dense(8, 'relu')],
      seed: 4,
      corrupt: maskNoise(0.3),
      penalty: sparsity(0.01),
    });
    const [history] = await model.pretrain(data(16), { steps: 5, batchSize: 8 });
    expect(history.epochs.at(-1)!.penalty).toBeGreaterThan(0);
    expect((await model.evaluate(data(16))).penalty).toBeGreaterThan(0);
  });

  it.each<[string, Partial<AutoencoderSpec>]>([
    [
      'flattens',
      {
        input: [4, 3, 1],
        encoder: [flatten(), dense(8, 'sigmoid'), dense(4)],
        decoder: [dense(8, 'sigmoid'), dense(12, 'sigmoid'), reshape([4, 3, 1])],
      },
    ],
    ['drops values', { encoder: [dropout(1e-6), dense(8, 'sigmoid'), dense(4)] }],
  ])('uses the model’s loss in the first stage, too, behind a layer that %s', async (_, changes) => {
    const plain = { encoder: [dense(8, 'sigmoid'), dense(4)], decoder: [dense(8, 'sigmoid'), dense(12, 'sigmoid')] };
    const [model, wanted] = [await smallModel({ ...plain, ...changes }), await smallModel(plain)];
    const options = { steps: 3, batchSize: 8, shuffle: false };
    expectClose(
      losses(await model.pretrain(data(24), options)),
      losses(await wanted.pretrain(data(24), options)),
      1e-5,
    );
  });

  describe('trains layers without weights with the dense layer before them:', () => {
    const numbers = async (model: Autoencoder) => Object.values(await model.weights()).flatMap(({ data }) => [...data]);

    it.each<[string, Partial<AutoencoderSpec>, Partial<AutoencoderSpec>]>([
      [
        'sigmoids, for whose hidden units the loss stays the same',
        {
          encoder: [dense(8), activation('sigmoid'), dense(4), activation('sigmoid')],
          decoder: [dense(8), activation('sigmoid'), dense(12), activation('sigmoid')],
        },
        { encoder: [dense(8, 'sigmoid'), dense(4, 'sigmoid')], decoder: [dense(8, 'sigmoid'), dense(12, 'sigmoid')] },
      ],
      [
        'an activation ahead of the decoder',
        {
          encoder: [dense(8, 'tanh'), dense(4)],
          decoder: [activation('relu'), dense(8, 'tanh'), dense(12, 'sigmoid')],
        },
        { encoder: [dense(8, 'tanh'), dense(4, 'relu')], decoder: [dense(8, 'tanh'), dense(12, 'sigmoid')] },
      ],
      [
        'activations and dropout',
        {
          encoder: [dense(8), activation('sigmoid'), dropout(0.3), dense(4), activation('tanh'), dropout(0.1)],
          decoder: [dense(8), activation('sigmoid'), dense(12), activation('sigmoid')],
        },
        {
          encoder: [dense(8, 'sigmoid'), dropout(0.3), dense(4, 'tanh'), dropout(0.1)],
          decoder: [dense(8, 'sigmoid'), dense(12, 'sigmoid')],
        },
      ],
      [
        'shapes of images',
        {
          encoder: [dense(8), reshape([2, 2, 2]), activation('relu'), flatten(), dense(4)],
          decoder: [dense(8), reshape([4, 2, 1]), activation('relu'), flatten(), dense(12, 'sigmoid')],
        },
        { encoder: [dense(8, 'relu'), dense(4)], decoder: [dense(8, 'relu'), dense(12, 'sigmoid')] },
      ],
    ])('%s', (_, changes, same) => expectTheSameStages(changes, same));

    it('dropout behind the code, and behind sigmoids whose loss stays the same', async () => {
      const plain = { encoder: [dense(8, 'sigmoid'), dense(4)], decoder: [dense(8, 'sigmoid'), dense(12, 'sigmoid')] };
      const model = (rate: number, last: number) =>
        smallModel({ ...plain, encoder: [plain.encoder[0], dropout(rate), plain.encoder[1], dropout(last)] });
      const of = async (model: Autoencoder) =>
        losses(await model.pretrain(data(24), { ...stageOptions, shuffle: false }));
      const wanted = await of(await smallModel(plain));
      expectClose(await of(await model(1e-6, 1e-6)), wanted, 1e-5);
      const [inner, outer] = [await of(await model(1e-6, 0.5)), await of(await model(0.5, 1e-6))];
      expectClose(inner.slice(0, 20), wanted.slice(0, 20), 1e-5);
      for (const [other, stage] of [
        [inner, 1],
        [outer, 0],
      ] as const)
        // prettier-ignore
        expect(Math.abs(other[20 * stage] - wanted[20 * stage])).toBeGreaterThan(1e-3);
    });

    it('dropout within the decoder changes no stage, as it does not act on what an inner stage compares', async () => {
      const encoder = [dense(8, 'sigmoid'), dense(4)];
      const last = dense(12, 'sigmoid');
      const models = [[dense(8, 'sigmoid'), dropout(0.5), last], [dense(8, 'sigmoid'), last]]; // prettier-ignore
      const [own, plain] = await Promise.all(models.map((decoder) => smallModel({ encoder, decoder })));
      for (const each of [own, plain]) await each.pretrain(data(24), stageOptions);
      expect(await numbers(own)).toEqual(await numbers(plain));
    });

    it('a stop of the gradient: the reconstruction does not train what is in front of it', async () => {
      const model = await smallModel({
        encoder: [dense(8, 'sigmoid'), stopGradient(), dense(4)],
        decoder: [dense(8, 'sigmoid'), dense(12, 'sigmoid')],
      });
      const before = await model.weights();
      await model.pretrain(data(24), stageOptions);
      const after = await model.weights();
      for (const name of Object.keys(before))
        if (name.startsWith('encoder.0.')) expect(after[name]).toEqual(before[name]);
        else expect(after[name]).not.toEqual(before[name]);
    });
  });

  it('corrupts images that the first layer flattens', async () => {
    const model = await smallModel({
      input: [4, 2, 1],
      encoder: [flatten(), dense(6, 'sigmoid')],
      decoder: [dense(8, 'sigmoid'), reshape([4, 2, 1])],
      corrupt: downsample(2),
    });
    const [{ loss }] = await model.pretrain(data(2), { epochs: 1 });
    expect(loss).toEqual([expect.closeTo(Math.log(2), 0)]);
  });

  it.each([
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
  ])('ends when the model is disposed: in stage %i, after epoch %i of 2', async (...when) => {
    const model = await stacked();
    const seen: (number | undefined)[][] = [];
    const training = model.pretrain(data(16), {
      epochs: 2,
      batchSize: 8,
      onEpochEnd: ({ stage, epoch }) => {
        seen.push([stage, epoch]);
        if (`${stage} ${epoch}` === when.join(' ')) model.dispose();
      },
    });
    await expectRefused(LatentGpuError, 'the model was disposed while it was being trained', training);
    expect(seen.at(-1)).toEqual(when);
  });

  it('tells a penalty the layers of its stage', async () => {
    const seen: string[][] = [];
    const told: Penalty = {
      ...sparsity(0.1),
      record({ encoder, code, pass }) {
        seen.push(encoder.placed.map(({ layer }) => layer.name));
        return sparsity(0.1).record({ code, pass } as Encoding);
      },
    };
    const model = await smallModel({
      encoder: [dense(8), activation('relu'), dense(3, 'relu')],
      decoder: [dense(8, 'relu'), dense(12, 'sigmoid')],
      penalty: told,
    });
    await model.pretrain(data(8), { steps: 1, batchSize: 8 });
    expect(seen).toEqual([['dense', 'activation'], ['dense']]);
    await model.fit(data(8), { steps: 1, batchSize: 8 });
    expect(seen.at(-1)).toEqual(['dense', 'activation', 'dense']);
  });

  it('refuses a penalty that counts', async () => {
    const counting: Penalty = { ...sparsity(0.1), counters: () => [] };
    const model = await smallModel({ penalty: counting });
    await expectRefused(OptionError, 'pretrain: sparsity counts over the whole', model.pretrain(data(8), { steps: 1 }));
  });

  it('frees its memory', () => expectFreed({}));

  it('measures its validation data after each epoch, and reports progress', async () => {
    const gpu = await sharedGpu();
    const model = await stacked();
    const before = gpu.memory().buffers;
    const stages = new Set<number | undefined>();
    const histories = await model.pretrain(data(16), {
      epochs: 2,
      validation: data(8, 5),
      onProgress: ({ stage }) => void stages.add(stage),
    });
    expect([histories.map(({ validation }) => validation!.length), [...stages]]).toEqual([
      [2, 2],
      [1, 2],
    ]);
    await expectRefused(
      ShapeError,
      'pretrain: validation: the model takes 12 features, the data has 11',
      model.pretrain(data(16), { epochs: 1, validation: { data: new Float32Array(22), shape: [2, 11] } }),
    );
    // What earlier tests have left may be collected in the meantime.
    expect(gpu.memory().buffers).toBeLessThanOrEqual(before);
  });

  it('holds out the same examples in all stages as a fit with the same seed', async () => {
    const gpu = await sharedGpu();
    const set = forThisTest(await dataset(gpu, data(20), { shape: [12] }));
    const [training, held] = set.split(0.5, { seed: 3 });
    const options = { epochs: 2, batchSize: 5, optimizer: adam(0.01) };
    const [one, other] = [
      await stacked({ seed: 3, normalize: minMax() }),
      await stacked({ seed: 3, normalize: minMax() }),
    ];
    const histories = await one.pretrain(set, { ...options, validation: 0.5 });
    const losses = (all: typeof histories) => all.map(({ epochs, validation }) => [epochs, validation]);
    expect(losses(histories)).toEqual(losses(await other.pretrain(training, { ...options, validation: held })));
    // The normalisation was fitted on the same part.
    const next = await one.fit(set, { ...options, validation: 0.5 });
    expect(losses([next])).toEqual(losses([await other.fit(training, { ...options, validation: held })]));
    expect(await bits(one)).toEqual(await bits(other));
  });

  it('refuses a decoder that does not mirror the encoder, and a fit at the same time', async () => {
    const model = await smallModel({ encoder: [dense(8), dense(4)] });
    expect(await errorOf(model.pretrain(data(8), { epochs: 1 }))).toBeInstanceOf(OptionError);
    const crooked = await smallModel({ encoder: [dense(8), dense(4)], decoder: [dense(7), dense(12, 'sigmoid')] });
    expect((await errorOf(crooked.pretrain(data(8), { epochs: 1 }))).message).toContain(
      'encoder.1 takes [8], its counterpart decoder.0 gives [7]',
    );
    const busy = await stacked();
    const running = busy.pretrain(data(8), { steps: 1, batchSize: 8 });
    expect((await errorOf(busy.fit(data(8), { steps: 1 }))).message).toContain('being trained already');
    await running;
  });

  it('refuses layers that are not dense', async () => {
    const model = await smallModel({
      input: [4, 3, 1],
      encoder: [conv2d(2, 3, 'relu', { padding: 'same' })],
      decoder: [conv2d(1, 3, 'sigmoid', { padding: 'same' })],
    });
    expect(await errorOf(model.pretrain(data(5), { epochs: 1 }))).toEqual(
      new OptionError('pretrain: takes dense layers, not conv2d'),
    );
  });
});
