import { describe, expect, it } from 'vitest';
import {
  adam, autoencoder, constant, contractive, conv2d, cosine, dataset, dense, dropout, gaussian, gaussianNoise, maskNoise, minMax, OptionError, saltAndPepper, sgd, ShapeError,
  sparsity, stepDecay, stochasticContractive, warmUp, type Autoencoder, type AutoencoderSpec, type Schedule,
} from '../../src/index.ts'; // prettier-ignore
import { valueAt } from '../../src/models/parts/schedules.ts';
import { expectClose } from '../support/close.ts';
import { sharedGpu } from '../support/gpu.ts';
import { bits, errorOf, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const data = (examples: number, seed = 1) => new Draw(seed).floats(12 * examples, 0, 1);
const variational = (changes: Partial<AutoencoderSpec> = {}) =>
  smallModel({ encoder: [dense(8, 'relu'), gaussian(2)], ...changes });

describe('schedules', () => {
  it.each<[string, Schedule, number[]]>([
    ['constant', constant(3), [3, 3, 3, 3, 3, 3]],
    [
      'cosine',
      cosine(1, { steps: 4, to: 0.2 }),
      [1, 0.2 + 0.4 * (1 + Math.SQRT1_2), 0.6, 0.2 + 0.4 * (1 - Math.SQRT1_2), 0.2, 0.2],
    ],
    ['step', stepDecay(1, { every: 2, factor: 0.5 }), [1, 1, 0.5, 0.5, 0.25, 0.25]],
    ['warm-up', warmUp(4, 2), [0.5, 1, 1.5, 2, 2, 2]],
    ['warm-up, then another', warmUp(2, stepDecay(1, { every: 2 })), [0.5, 1, 1, 1, 0.1, 0.1]],
  ])('%s', (_, schedule, wanted) => {
    expectClose(
      wanted.map((_, step) => valueAt(schedule, step)),
      wanted,
      1e-12,
    );
  });

  it('give the optimizer a rate for each step, and continue in the next fit unless another is given', async () => {
    const model = await smallModel();
    const before = await bits(model);
    await model.fit(data(8), { steps: 3, batchSize: 4, optimizer: sgd(stepDecay(0, { every: 1 })) });
    expect(await bits(model)).toEqual(before);

    // One step of rate 0 after three of another one; the second fit counts on from the first.
    const schedule = cosine(0.1, { steps: 3 });
    await model.fit(data(8), { steps: 3, batchSize: 4, optimizer: sgd(schedule) });
    const trained = await bits(model);
    expect(trained).not.toEqual(before);
    await model.fit(data(8), { steps: 1, batchSize: 4 });
    expect(await bits(model)).toEqual(trained);
    await model.fit(data(8), { steps: 1, batchSize: 4, optimizer: sgd(cosine(0.1, { steps: 3 })) });
    expect(await bits(model)).not.toEqual(trained);
    model.dispose();
  });

  it('of beta counts the model’s steps, in training and in evaluation', async () => {
    const model = await variational({ encoder: [dense(8, 'relu'), gaussian(2, { beta: warmUp(4, 2) })] });
    for (const beta of [0.5, 1, 1.5, 2, 2]) {
      const { loss, reconstruction, kl } = await model.evaluate(data(8));
      expectClose([loss], [reconstruction + beta * kl!], 1e-6 * loss);
      await model.fit(data(8), { steps: 1, batchSize: 8 });
    }
    model.dispose();
  });
});

describe('a Gaussian code', () => {
  it('uses 17 dispatches for a step after a hidden layer', async () => {
    const gpu = await sharedGpu();
    const model = await autoencoder(gpu, {
      input: 12,
      encoder: [dense(8, 'relu'), gaussian(2)],
      decoder: [dense(8, 'relu'), dense(12, 'sigmoid')],
      loss: 'bce',
    });
    const set = await dataset(gpu, data(16), { shape: [12] });
    const before = gpu.counters().dispatches;
    await model.fit(set, { epochs: 1, batchSize: 4 });
    expect(gpu.counters().dispatches - before).toBe(4 * 17 + 1);
    model.dispose();
    set.dispose();
  });

  it('has the names of its two heads, and encode and reconstruct use its mean', async () => {
    const model = await variational();
    const weights = await model.weights();
    expect(Object.keys(weights)).toEqual([
      'encoder.0.weight', 'encoder.0.bias', 'encoder.1.mean.weight', 'encoder.1.logvar.weight', 'encoder.1.mean.bias', 'encoder.1.logvar.bias',
      'decoder.0.weight', 'decoder.0.bias',
    ]); // prettier-ignore
    const { mean, logvar } = await model.posterior(data(5));
    expect([mean.shape, logvar.shape]).toEqual([
      [5, 2],
      [5, 2],
    ]);
    expect(await model.encode(data(5))).toEqual(mean);
    expect(await model.reconstruct(data(5))).toEqual(await model.decode(mean));
    model.setWeights({
      'encoder.1.logvar.weight': { data: new Float32Array(16), shape: [2, 8] },
      'encoder.1.logvar.bias': { data: Float32Array.of(3, -4), shape: [2] },
    });
    expect([...(await model.posterior(data(2))).logvar.data]).toEqual([3, -4, 3, -4]);
    model.dispose();
  });

  it('gives the same samples with a seed, and others without', async () => {
    const model = await variational();
    const once = await model.sample(3, { seed: 5 });
    expect(once.shape).toEqual([3, 12]);
    expect(await model.sample(3, { seed: 5 })).toEqual(once);
    expect(await model.sample(3, { seed: 6 })).not.toEqual(once);
    expect(await model.sample(3)).not.toEqual(await model.sample(3));
    model.dispose();
  });

  it('interpolates along the great circle by default', async () => {
    const model = await variational();
    const [from, to] = [data(1, 3), data(1, 4)];
    const path = await model.interpolate(from, to, 5);
    expect(await model.interpolate(from, to, 5, { path: 'spherical' })).toEqual(path);
    expect(await model.interpolate(from, to, 5, { path: 'linear' })).not.toEqual(path);
    // No circle leads from a code to itself: it stays where it is.
    const still = await model.interpolate(from, from, 3);
    const { data: there } = await model.decode(await model.encode(from));
    expect(still.data).toEqual(Float32Array.of(...there, ...there, ...there));
    model.dispose();
  });
});

describe('the seed', () => {
  const noisy: Record<string, Partial<AutoencoderSpec>> = {
    'Gaussian noise': { corrupt: gaussianNoise(0.5) },
    'a mask': { corrupt: maskNoise(0.5) },
    'salt and pepper': { corrupt: saltAndPepper(0.5) },
    'dropout': { decoder: [dropout(0.5), dense(12, 'sigmoid')] },
    'a noisy second pass': { penalty: stochasticContractive(10, 0.5) },
    'an estimate of the Jacobian': { encoder: [dense(8, 'tanh'), dense(3, 'tanh')], penalty: contractive(1, { estimate: true }) },
    'a Gaussian code': { encoder: [gaussian(3)] },
  }; // prettier-ignore

  it.each(Object.entries(noisy))('affects %s, and nothing else does', async (_, changes) => {
    const run = async (seed: number) => {
      const model = await smallModel({ seed, ...changes });
      const weights = await (await smallModel({ ...changes, seed: 1 })).weights();
      model.setWeights(weights);
      const { loss } = await model.fit(data(8), { steps: 2, batchSize: 8, shuffle: false });
      const result = [...loss, ...(await bits(model))];
      model.dispose();
      return result;
    };
    expect(await run(1)).toEqual(await run(1));
    expect(await run(2)).not.toEqual(await run(1));
  });

  it('of evaluate affects the draws of evaluation', async () => {
    const model = await variational();
    const first = await model.evaluate(data(8));
    expect(await model.evaluate(data(8))).toEqual(first);
    expect((await model.evaluate(data(8), { seed: 9 })).reconstruction).not.toBe(first.reconstruction);
    model.dispose();
  });
});

describe('pretraining', () => {
  const stacked = (changes: Partial<AutoencoderSpec> = {}) =>
    smallModel({
      encoder: [dense(8, 'sigmoid'), dropout(0.1), dense(4, 'tanh')],
      decoder: [dense(8, 'sigmoid'), dense(12, 'sigmoid')],
      ...changes,
    });

  it('trains each layer with its counterpart and touches no other', async () => {
    const model = await stacked();
    const before = await model.weights();
    const seen: Record<number, Record<string, unknown>> = {};
    const histories = await model.pretrain(data(32), {
      epochs: 30,
      batchSize: 8,
      optimizer: adam(0.01),
      onEpochEnd: async ({ stage, epoch }) => {
        if (epoch === 1) seen[stage!] = await model.weights();
      },
    });
    expect(histories.map(({ epochs, steps }) => [epochs.length, steps])).toEqual([
      [30, 120],
      [30, 120],
    ]);
    for (const { epochs } of histories) expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0].loss);
    const after = await model.weights();
    // While the inner pair is trained, the outer one is as it was left, and stays so.
    for (const name of ['encoder.0.weight', 'decoder.1.weight']) expect(seen[2][name]).toEqual(after[name]);
    for (const name of Object.keys(before)) expect(after[name]).not.toEqual(before[name]);
    model.dispose();
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
    model.dispose();
  });

  it('frees its memory, and works with tied weights and a Gaussian code', async () => {
    const gpu = await sharedGpu();
    for (const changes of [{}, { tied: true }, { encoder: [dense(8, 'sigmoid'), gaussian(4)] }]) {
      const model = await stacked(changes);
      await model.fit(data(8), { steps: 1, batchSize: 8 });
      const before = gpu.memory();
      const [, inner] = await model.pretrain(data(8), { steps: 2, batchSize: 8 });
      expect(gpu.memory()).toMatchObject({ bytes: before.bytes, buffers: before.buffers });
      expect(inner.epochs[0].kl !== undefined).toBe('encoder' in changes);
      model.dispose();
    }
  });

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
    const wrong = await errorOf(
      model.pretrain(data(16), { epochs: 1, validation: { data: new Float32Array(22), shape: [2, 11] } }),
    );
    expect(wrong).toBeInstanceOf(ShapeError);
    expect(wrong.message).toContain('pretrain: validation: the model takes 12 features, the data has 11');
    // What earlier tests have left may be collected in the meantime.
    expect(gpu.memory().buffers).toBeLessThanOrEqual(before);
    model.dispose();
  });

  it('holds out the same examples in all stages as a fit with the same seed', async () => {
    const gpu = await sharedGpu();
    const set = await dataset(gpu, data(20), { shape: [12] });
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
    for (const each of [one, other, set]) each.dispose();
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
    for (const each of [model, crooked, busy]) each.dispose();
  });
});

describe('clipping', () => {
  it('limits the norm of all gradients together', async () => {
    const norm = async (clipNorm?: number) => {
      const model = await smallModel();
      const before = Object.values(await model.weights()).flatMap(({ data }) => [...data]);
      await model.fit(data(8), { steps: 1, batchSize: 8, optimizer: sgd(1, { clipNorm }) });
      const after = Object.values(await model.weights()).flatMap(({ data }) => [...data]);
      model.dispose();
      return Math.hypot(...after.map((w, i) => w - before[i]));
    };
    const whole = await norm();
    expectClose([await norm(whole / 10)], [whole / 10], 1e-4 * whole);
    expectClose([await norm(whole * 10)], [whole], 1e-6);
  });
});

describe('corrupt', () => {
  it('returns the encoder’s input in training, the same for the same seed', async () => {
    const model = await smallModel({ corrupt: [maskNoise(0.5)] });
    const clean = data(20);
    const { data: seen, shape } = await model.corrupt(clean, { seed: 1 });
    expect(shape).toEqual([20, 12]);
    expect(seen.every((value, i) => value === 0 || value === clean[i])).toBe(true);
    expect((await model.corrupt(clean, { seed: 1 })).data).toEqual(seen);
    expect((await model.corrupt(clean, { seed: 2 })).data).not.toEqual(seen);
    model.dispose();
  });
});

describe('invalid models are refused', () => {
  const refused: [string, () => Promise<Autoencoder>, typeof OptionError | typeof ShapeError, string][] = [
    [
      'a Gaussian layer that is not the code',
      () => smallModel({ encoder: [gaussian(4), dense(5)] }),
      OptionError,
      'last layer of the encoder',
    ],
    [
      'a contractive penalty through dropout',
      () => smallModel({ encoder: [dropout(0.1), dense(5)], penalty: contractive(1) }),
      OptionError,
      'dense layers only, not dropout',
    ],
    [
      'a sparse Gaussian code',
      () => smallModel({ encoder: [gaussian(5)], penalty: sparsity(1) }),
      OptionError,
      'a Gaussian code already has a penalty',
    ],
    [
      'tied layers that do not mirror',
      () => smallModel({ encoder: [dense(8), dense(5)], decoder: [dense(7), dense(12, 'sigmoid')], tied: true }),
      ShapeError,
      'which it mirrors, takes 8',
    ],
    [
      'tied with other numbers of layers',
      () => smallModel({ encoder: [dense(8), dense(5)], tied: true }),
      OptionError,
      'not 2 and 1',
    ],
    [
      'tied convolutions',
      () =>
        smallModel({
          input: [4, 3, 1],
          encoder: [conv2d(2, 3, 'relu', { padding: 'same' })],
          decoder: [conv2d(1, 3, 'sigmoid', { padding: 'same' })],
          tied: true,
        }),
      OptionError,
      'dense layers, not conv2d',
    ],
    [
      'a contractive penalty on a Gaussian code',
      () => smallModel({ encoder: [gaussian(5)], penalty: contractive(1) }),
      OptionError,
      'dense layers only, not gaussian',
    ],
    [
      'a corruption that is none',
      () => smallModel({ corrupt: 0.5 as never }),
      OptionError,
      'corrupt takes what gaussianNoise',
    ],
    [
      'a penalty that is none',
      () => smallModel({ penalty: [1e-4] as never }),
      OptionError,
      'penalty takes what contractive',
    ],
  ];

  it.each(refused)('%s', async (_, make, kind, words) => {
    const error = await errorOf(make());
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toContain(words);
  });

  it('layer by layer with layers that are not dense', async () => {
    const model = await smallModel({
      input: [4, 3, 1],
      encoder: [conv2d(2, 3, 'relu', { padding: 'same' })],
      decoder: [conv2d(1, 3, 'sigmoid', { padding: 'same' })],
    });
    const error = await errorOf(model.pretrain(data(5), { epochs: 1 }));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe('pretrain: takes dense layers, not conv2d');
    model.dispose();
  });

  it('sampling and posteriors without a Gaussian code', async () => {
    const model = await smallModel();
    for (const promise of [model.sample(1), model.posterior(data(1)), model.corrupt(data(1))])
      expect(await errorOf(promise)).toBeInstanceOf(OptionError);
    model.dispose();
  });

  it.each([
    () => maskNoise(1.5),
    () => gaussianNoise(0),
    () => dropout(1),
    () => contractive(-1),
    () => gaussian(0),
    () => gaussian(2, { beta: -1 }),
    () => adam('fast' as never),
    () => cosine(1, { steps: 0 }),
    () => sgd(0.1, { clipNorm: 0 }),
  ])('numbers out of range %#', (make) => {
    expect(make).toThrow(OptionError);
  });
});
