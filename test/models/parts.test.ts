import { describe, expect, it } from 'vitest';
import {
  activation, adam, constant, contractive, conv2d, cosine, dense, dropout, gaussian, gaussianNoise, maskNoise, OptionError, saltAndPepper, sgd, ShapeError,
  sparsity, stepDecay, stochasticContractive, warmUp, type Autoencoder, type AutoencoderSpec, type Penalty, type Schedule,
} from '../../src/index.ts'; // prettier-ignore
import type { Encoding } from '../../src/models/parts/penalties.ts';
import { valueAt } from '../../src/models/parts/schedules.ts';
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { bits, errorOf, smallModel, stepOf } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const data = (examples: number, seed = 1) => new Draw(seed).floats(12 * examples, 0, 1);

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
  });

  it('of beta counts the model’s steps, in training and in evaluation', async () => {
    const model = await smallModel({ encoder: [dense(8, 'relu'), gaussian(2, { beta: warmUp(4, 2) })] });
    for (const beta of [0.5, 1, 1.5, 2, 2]) {
      const { loss, reconstruction, kl } = await model.evaluate(data(8));
      expectClose([loss], [reconstruction + beta * kl!], 1e-6 * loss);
      await model.fit(data(8), { steps: 1, batchSize: 8 });
    }
  });

  it('of beta counts in evaluation also the steps of a fit that is running', async () => {
    const model = await smallModel({ encoder: [dense(8, 'relu'), gaussian(2, { beta: warmUp(200, 1) })] });
    let reached: (() => void) | undefined;
    const paused = new Promise<void>((resolve) => (reached = resolve));
    const training = model.fit(data(190), {
      epochs: 1,
      batchSize: 1,
      frameBudgetMs: 0.001,
      onProgress: ({ step }) => {
        if (step < 90 || !reached) return;
        training.pause();
        reached();
        reached = undefined;
      },
    });
    await paused;
    await model.encode(data(1)); // Whatever was in flight is through.
    const { loss, reconstruction, kl } = await model.evaluate(data(8));
    const step = stepOf(await model.save());
    training.resume();
    await training;
    expect(step).toBeGreaterThanOrEqual(90);
    expectClose([loss], [reconstruction + ((step + 1) / 200) * kl!], 1e-6 * loss);
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
      return [...loss, ...(await bits(model))];
    };
    expect(await run(1)).toEqual(await run(1));
    expect(await run(2)).not.toEqual(await run(1));
  });
});

describe('clipping', () => {
  it('limits the norm of all gradients together', async () => {
    const norm = async (clipNorm?: number) => {
      const model = await smallModel();
      const before = Object.values(await model.weights()).flatMap(({ data }) => [...data]);
      await model.fit(data(8), { steps: 1, batchSize: 8, optimizer: sgd(1, { clipNorm }) });
      const after = Object.values(await model.weights()).flatMap(({ data }) => [...data]);
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
  });

  it('is refused by a model without a corruption', async () => {
    const model = await smallModel();
    expect(await errorOf(model.corrupt(data(1)))).toBeInstanceOf(OptionError);
  });
});

it('a penalty that asks for the weight of a layer without one is told which', async () => {
  const asking = (ask: (encoding: Encoding) => void): Penalty => ({
    ...sparsity(1),
    record(encoding) {
      ask(encoding);
      return [];
    },
  });
  const model = (penalty: Penalty) => smallModel({ encoder: [dense(5), activation('relu')], penalty });
  const encoder = await model(asking(({ layers }) => layers[1].weight()));
  await expectRefused(
    OptionError,
    "there is no parameter encoder.1.weight: a penalty's check() can refuse the layer",
    encoder.fit(data(8), { steps: 1 }),
  );
  const tied = await smallModel({
    tied: true,
    loss: 'mse',
    decoder: [dense(12, 'sigmoid'), dropout(0.1)],
    penalty: asking(({ decoderWeight }) => (decoderWeight(0), decoderWeight(1))),
  });
  await expectRefused(OptionError, 'there is no parameter decoder.1.weight: ', tied.fit(data(8), { steps: 1 }));
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
    await expectRefused(kind, words, make());
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
