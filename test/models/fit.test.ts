import { describe, expect, it } from 'vitest';
import {
  adagrad,
  adam,
  adamw,
  autoencoder,
  classifier,
  DataError,
  dataset,
  dense,
  DivergedError,
  gaussian,
  OptionError,
  sgd,
  standardize,
  stepDecay,
  type Progress,
} from '../../src/index.ts';
import { catchGpuErrors, sharedGpu } from '../support/gpu.ts';
import { bits, errorOf, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

catchGpuErrors();

const data = (examples: number, seed = 1) => new Draw(seed).floats(12 * examples, 0, 1);

describe('the same seed', () => {
  const train = async (seed: number, options = {}) => {
    const model = await smallModel({ seed });
    const { loss } = await model.fit(data(50), { epochs: 3, batchSize: 16, ...options });
    const result = { loss, bits: await bits(model) };
    model.dispose();
    return result;
  };

  it('gives the same bits, and another seed does not', async () => {
    const first = await train(7);
    expect(await train(7)).toEqual(first);
    const other = await train(8);
    expect(other.bits).not.toEqual(first.bits);
    expect(other.loss).not.toEqual(first.loss);
  });

  it('gives the same bits for any division into submits', async () => {
    const first = await train(7);
    expect(await train(7, { frameBudgetMs: 0.001 })).toEqual(first);
    expect(await train(7, { frameBudgetMs: 1e6 })).toEqual(first);
  });

  it('gives the same bits in one fit or in several, stopped within an epoch', async () => {
    const whole = await train(7);
    const model = await smallModel({ seed: 7 });
    const losses: number[] = [];
    for (const steps of [1, 2, 4, 5]) losses.push(...(await model.fit(data(50), { steps, batchSize: 16 })).loss);
    expect(losses).toEqual(whole.loss);
    expect(await bits(model)).toEqual(whole.bits);
    model.dispose();
  });
});

describe('the cost of a fit, counted', () => {
  it('784-32-784 with Adam uses nine dispatches for a step', async () => {
    const gpu = await sharedGpu();
    const model = await autoencoder(gpu, {
      input: 784,
      encoder: [dense(32, 'relu')],
      decoder: [dense(784, 'sigmoid')],
      loss: 'bce',
    });
    const set = await dataset(gpu, new Draw(1).floats(784 * 64, 0, 1), { shape: [784] });
    const before = gpu.counters();
    await model.fit(set, { epochs: 2, batchSize: 16 });
    const after = gpu.counters();
    // Eight steps and two shuffles.
    expect(after.dispatches - before.dispatches).toBe(8 * 9 + 2);
    expect(after.readbacks - before.readbacks).toBe(2);
    model.dispose();
    set.dispose();
  });

  it('uses at most the memory of the data, four times the weights and twice the tensors of a step', async () => {
    const gpu = await sharedGpu();
    const before = gpu.memory().bytes;
    const [examples, batch, sizes] = [256, 64, [784, 32, 784]];
    const model = await autoencoder(gpu, {
      input: 784,
      encoder: [dense(32, 'relu')],
      decoder: [dense(784, 'sigmoid')],
      loss: 'bce',
    });
    const set = await dataset(gpu, new Draw(1).floats(784 * examples, 0, 1), { shape: [784] });
    const held: number[] = [];
    await model.fit(set, {
      epochs: 2,
      batchSize: batch,
      onEpochEnd: () => void held.push(gpu.memory().bytes - before),
    });
    const weights = 784 * 32 + 32 + 32 * 784 + 784;
    const activations = batch * sizes.reduce((sum, size) => sum + size, 0);
    expect(held.length).toBe(2);
    expect(Math.max(...held)).toBeLessThanOrEqual(4 * (784 * examples + 4 * weights + 2 * activations));
    expect(Math.min(...held)).toBeGreaterThan(4 * (784 * examples + 4 * weights));
    model.dispose();
    set.dispose();
  });

  it('many steps share a submit if the pace allows it', async () => {
    const gpu = await sharedGpu();
    const model = await autoencoder(gpu, { input: 4, encoder: [dense(2)], decoder: [dense(4)], loss: 'mse' });
    const set = await dataset(gpu, new Draw(1).floats(4 * 2000), { shape: [4] });
    const before = gpu.counters();
    await model.fit(set, { epochs: 1, batchSize: 1, frameBudgetMs: 1e6 });
    const submits = gpu.counters().submits - before.submits;
    expect(2000 / submits).toBeGreaterThanOrEqual(16);
    model.dispose();
    set.dispose();
  });

  it('device memory does not grow after the second epoch', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    const bytes: number[] = [];
    await model.fit(data(64), { epochs: 5, batchSize: 16, onEpochEnd: () => void bytes.push(gpu.memory().bytes) });
    expect(new Set(bytes.slice(1)).size).toBe(1);
    model.dispose();
  });
});

describe('the history', () => {
  it('weights the last, smaller batch by its size', async () => {
    // A learning rate of zero leaves the weights alone, so an epoch's figure is the loss over all the data.
    const model = await smallModel();
    const history = await model.fit(data(50), { epochs: 2, batchSize: 16, optimizer: sgd(0) });
    const { loss } = await model.evaluate(data(50));
    expect(history.loss).toHaveLength(8);
    for (const epoch of history.epochs) expect(Math.abs(epoch.loss - loss) / loss).toBeLessThan(1e-6);
    expect(history).toMatchObject({ stopped: 'finished', steps: 8 });
    expect(history.seconds).toBeGreaterThan(0);
    model.dispose();
  });

  it('continues with the same optimizer', async () => {
    const model = await smallModel();
    const first = await model.fit(data(64), { epochs: 30, optimizer: adam(0.01) });
    const second = await model.fit(data(64), { epochs: 30 });
    expect(second.epochs[0].loss).toBeLessThan(first.epochs[0].loss);
    expect(second.epochs.at(-1)!.loss).toBeLessThan(first.epochs.at(-1)!.loss);
    model.dispose();
  });

  it('reports epochs and progress', async () => {
    const model = await smallModel();
    const epochs: unknown[] = [];
    const progress: Progress[] = [];
    const history = await model.fit(data(50), {
      epochs: 3,
      batchSize: 16,
      validation: data(20, 2),
      onEpochEnd: (epoch) => void epochs.push(epoch),
      onProgress: (now) => progress.push(now),
    });
    expect(epochs).toEqual(
      history.epochs.map((losses, i) => ({
        ...losses,
        epoch: i + 1,
        validation: history.validation![i],
        best: expect.any(Boolean) as boolean,
      })),
    );
    expect(progress.at(-1)).toMatchObject({ epoch: 3, epochs: 3, step: 12, steps: 12, loss: history.epochs[1].loss });
    expect(progress.every((now, i) => i === 0 || now.step > progress[i - 1].step)).toBe(true);
    expect(progress.every((now) => now.examplesPerSecond > 0)).toBe(true);
    model.dispose();
  });

  it('reads losses between epochs on request', async () => {
    const model = await smallModel();
    const losses: (number | undefined)[] = [];
    const history = await model.fit(data(256), {
      epochs: 1,
      batchSize: 1,
      frameBudgetMs: 1,
      progressEveryMs: 0,
      onProgress: ({ loss }) => losses.push(loss),
    });
    const read = losses.filter((loss) => loss !== undefined);
    expect(read.length).toBeGreaterThan(0);
    for (const loss of read) expect(history.loss).toContain(loss);
    model.dispose();
  });

  it('validates, keeps the best weights and stops when patience ends', async () => {
    const model = await smallModel();
    // A learning rate that overshoots: some epoch before the last is the best.
    const history = await model.fit(data(50), {
      epochs: 40,
      batchSize: 10,
      optimizer: sgd(300),
      validation: data(20, 2),
      patience: 3,
    });
    expect(history.stopped).toBe('patience');
    const losses = history.validation!.map(({ loss }) => loss);
    expect(losses).toHaveLength(history.epochs.length);
    expect(history.bestEpoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(history.epochs.length).toBe(history.bestEpoch! + 3);
    expect((await model.evaluate(data(20, 2))).loss).toBe(Math.min(...losses));
    model.dispose();
  });

  it('holds out a fraction, the same one for the same seed', async () => {
    const histories = [];
    for (let i = 0; i < 2; i++) {
      const model = await smallModel();
      histories.push(await model.fit(data(50), { epochs: 2, batchSize: 8, validation: 0.2 }));
      model.dispose();
    }
    expect(histories[0].steps).toBe(10);
    expect(histories[0].validation).toEqual(histories[1].validation);
  });
});

describe('steering', () => {
  it('stops with the history so far', async () => {
    const model = await smallModel();
    const training = model.fit(data(50), {
      epochs: 1000,
      batchSize: 16,
      onEpochEnd: ({ epoch }) => (epoch === 3 ? training.stop() : undefined),
    });
    const history = await training;
    expect(history).toMatchObject({ stopped: 'user', steps: 12 });
    expect(history.epochs).toHaveLength(3);
    model.dispose();
  });

  it('stops within an epoch, and continues to the same result', async () => {
    const whole = await smallModel();
    await whole.fit(data(400), { epochs: 1, batchSize: 1 });
    const model = await smallModel();
    const training = model.fit(data(400), {
      epochs: 1,
      batchSize: 1,
      frameBudgetMs: 0.001,
      onProgress: ({ step }) => step >= 20 && training.stop(),
    });
    const history = await training;
    expect(history.stopped).toBe('user');
    expect(history.steps).toBeGreaterThanOrEqual(20);
    expect(history.steps).toBeLessThan(400);
    expect(history.epochs).toHaveLength(1);
    await model.fit(data(400), { steps: 400 - history.steps, batchSize: 1 });
    expect(await bits(model)).toEqual(await bits(whole));
    whole.dispose();
    model.dispose();
  });

  it('pauses between submits and resumes', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    let reached: (() => void) | undefined;
    const paused = new Promise<void>((resolve) => (reached = resolve));
    const training = model.fit(data(400), {
      epochs: 1,
      batchSize: 1,
      frameBudgetMs: 0.001,
      onProgress: ({ step }) => {
        if (step < 20 || !reached) return;
        training.pause();
        reached();
        reached = undefined;
      },
    });
    await paused;
    await model.encode(data(1)); // Whatever was in flight is through.
    const before = gpu.counters().submits;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(gpu.counters().submits).toBe(before);
    training.resume();
    expect((await training).steps).toBe(400);
    model.dispose();
  });

  it('ends with the reason of an aborted signal, and the model stays usable', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    const memory = gpu.memory().bytes;
    const controller = new AbortController();
    const reason = new Error('enough');
    const training = model.fit(data(400), {
      epochs: 100,
      batchSize: 1,
      signal: controller.signal,
      onProgress: ({ step }) => step > 50 && controller.abort(reason),
    });
    expect(await errorOf(training)).toBe(reason);
    expect(await errorOf(model.fit(data(4), { epochs: 1, signal: controller.signal }))).toBe(reason);
    expect((await model.fit(data(50), { epochs: 1 })).stopped).toBe('finished');
    expect(gpu.memory().bytes).toBeLessThanOrEqual(memory + 4096); // gradients and moments have come
    model.dispose();
  });

  it('an exception in a callback ends that fit, and not a later one', async () => {
    const model = await smallModel();
    const mine = new Error('mine');
    const fail = () => {
      throw mine;
    };
    expect(await errorOf(model.fit(data(50), { epochs: 5, onProgress: fail }))).toBe(mine);
    expect(await errorOf(model.fit(data(50), { epochs: 5, onEpochEnd: fail }))).toBe(mine);
    expect((await model.fit(data(50), { epochs: 1 })).stopped).toBe('finished');
    model.dispose();
  });

  it('refuses a second fit during training', async () => {
    const model = await smallModel();
    const first = model.fit(data(50), { epochs: 2 });
    expect((await errorOf(model.fit(data(50), { epochs: 1 }))).message).toMatch('being trained already');
    expect((await first).stopped).toBe('finished');
    model.dispose();
  });
});

describe('reading while training', () => {
  it('returns results between submits and changes no bit', async () => {
    const gpu = await sharedGpu();
    const alone = await smallModel();
    await alone.fit(data(600), { epochs: 2, batchSize: 2 });
    const model = await smallModel();
    const probe = data(30, 9);
    await model.reconstruct(probe); // compiled
    let running = true;
    const training = model
      .fit(data(600), { epochs: 2, batchSize: 2, frameBudgetMs: 2 })
      .finally(() => (running = false));
    const answers: Float32Array[] = [];
    // Its own two, and those of the training that were on their way: up to eight in Firefox and Node, which notice late that one is done.
    const most = (navigator as Partial<Navigator>).userAgent?.includes('Chrome') ? 8 : 10;
    while (running) {
      const before = gpu.counters().submits;
      answers.push((await model.reconstruct(probe)).data);
      expect(gpu.counters().submits - before).toBeLessThanOrEqual(most);
      await model.evaluate(probe);
    }
    await training;
    expect(answers.length).toBeGreaterThan(3);
    expect(answers.some((answer, i) => i > 0 && answer.some((value, j) => value !== answers[i - 1][j]))).toBe(true);
    expect(await bits(model)).toEqual(await bits(alone));
    alone.dispose();
    model.dispose();
  });
});

describe('a fit that is refused', () => {
  it('does not change optimizer and moments', async () => {
    const gpu = await sharedGpu();
    const [model, untouched] = [await smallModel(), await smallModel()];
    const streamed = await dataset(gpu, data(50), { shape: [12], deviceBytes: 1000 });
    for (const each of [model, untouched]) await each.fit(data(50), { steps: 3, optimizer: adam(0.01) });
    const before = gpu.memory().buffers;
    for (const optimizer of [sgd(0.1), adagrad()]) {
      const error = await errorOf(model.fit(streamed, { steps: 1, batchSize: 40, optimizer }));
      expect(error).toBeInstanceOf(OptionError);
      expect(error.message).toContain('fit: a batch of 40');
    }
    expect(gpu.memory().buffers).toBe(before);
    expect(await model.save()).toEqual(await untouched.save());
    for (const each of [model, untouched]) await each.fit(data(50), { steps: 3 });
    expect(await bits(model)).toEqual(await bits(untouched));
    for (const each of [model, untouched, streamed]) each.dispose();
  });

  it.each([
    [0.1, 'validate'],
    [0.9, 'train'],
  ])('for a validation of %s of four examples names that option and which part is empty', async (validation, part) => {
    const model = await smallModel();
    for (const train of [model.fit.bind(model), model.pretrain.bind(model)] as const) {
      const error = await errorOf(train(data(4), { epochs: 1, validation }));
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toMatch(
        new RegExp(`^(fit|pretrain): a validation of ${validation} of 4 examples leaves no example to ${part} on`),
      );
    }
    model.dispose();
  });
});

describe('divergence', () => {
  it('before the first update blames the data, with advice, and not the learning rate', async () => {
    const gpu = await sharedGpu();
    const bytes = data(40).map((value) => Math.round(255 * value));
    const spec = { encoder: [dense(32, 'relu'), gaussian(4)], decoder: [dense(12)], loss: 'mse' } as const;
    const fresh = (changes = {}) =>
      smallModel({ ...spec, encoder: [...spec.encoder], decoder: [...spec.decoder], ...changes });
    const start = 'no update of this fit has been made, so its learning rate is not the cause: the data';
    // So large that its square is too large for float32.
    const scale = 2 ** 70;
    for (const rate of [1e-3, 1e-9]) {
      const model = await fresh();
      const { message } = await errorOf(model.fit(bytes.map((v) => scale * v), { epochs: 1, optimizer: adam(rate) })); // prettier-ignore
      expect(message).toContain('at step 1;');
      expect(message).toContain(
        `${start}'s largest absolute value is ${(scale * Math.max(...bytes)).toPrecision(4)}; bring it near 1 with \`scale\` in dataset(), or with \`normalize\` in the model`,
      );
      expect(message).not.toContain('smaller');
      model.dispose();
    }
    // Classifiers have no such option.
    const [encoder, normalized] = [await fresh(), await fresh({ normalize: standardize() })];
    const linear = await classifier(gpu, { encoder: encoder.encoder, classes: 2 });
    const huge = bytes.map((v) => 1e30 * v);
    const labels = Array.from({ length: 40 }, (_, i) => i % 2);
    const { message } = await errorOf(linear.fit(huge, labels, { epochs: 1 }));
    expect(message).toMatch(/; bring it near 1 with `scale` in dataset\(\)$/);
    // Nor is it the data where they are normalised, or near 1.
    for (const model of [encoder, normalized]) {
      model.setWeights({ 'decoder.0.weight': { data: new Float32Array(48).fill(3e38), shape: [12, 4] } });
      expect((await errorOf(model.fit(data(40), { epochs: 1 }))).message).toMatch(
        /largest absolute value is 0\.\d+; the weights it starts from, or the factors of its penalties, are too large$/,
      );
    }
    for (const each of [encoder, normalized, linear]) each.dispose();
  });

  it('is a DivergedError with step and tensor; the weights are those of the step before', async () => {
    const model = await smallModel({ loss: 'mse', decoder: [dense(12)] });
    const error = (await errorOf(
      model.fit(data(64), { epochs: 200, batchSize: 8, optimizer: sgd(1e6) }),
    )) as DivergedError;
    expect(error).toBeInstanceOf(DivergedError);
    expect(error.name).toBe('DivergedError');
    expect(error.step).toBeGreaterThan(1);
    expect(error.tensor).toMatch(/^loss$|^(en|de)coder\.0\.(weight|bias)\.grad$/);
    const same = await smallModel({ loss: 'mse', decoder: [dense(12)] });
    await same.fit(data(64), { steps: error.step - 1, batchSize: 8, optimizer: sgd(1e6) });
    expect(await bits(model)).toEqual(await bits(same));
    model.dispose();
    same.dispose();
  });

  it.each(Object.entries({ sgd: sgd(1e-30), momentum: sgd(1e-30, { momentum: 0.9 }), adagrad: adagrad(), adam: adam(), adamw: adamw(), clipped: sgd(0.1, { clipNorm: 1 }) }))(
    'is told of gradients that are finite, but that %s would square in vain', async (_, optimizer) => {
      const model = await smallModel({ loss: 'mse', encoder: [dense(5)], decoder: [dense(12)] });
      const before = await bits(model);
      const error = (await errorOf(model.fit(data(64).map((value) => 1e12 * value), { steps: 1, optimizer }))) as DivergedError;
      expect(error).toBeInstanceOf(DivergedError);
      expect(error).toMatchObject({ step: 1, tensor: 'encoder.0.weight.grad', message: expect.stringContaining('or too large') as string });
      expect(await bits(model)).toEqual(before);
      model.dispose();
    },
  ); // prettier-ignore

  it('cannot come from rates beyond 10¹², which optimizers refuse', async () => {
    expect(() => adam(2e12)).toThrow(
      new OptionError('adam: learning rate: 2000000000000 is not a number of at least 0 and at most 1000000000000'),
    );
    const model = await smallModel();
    // 1e-30 and 1e-8 in the first epoch, 1e14 in the second.
    const rising = sgd(stepDecay(1e-30, { every: 1, factor: 1e22 }));
    let epochs = 0;
    const error = await errorOf(
      model.fit(data(64), { epochs: 2, batchSize: 32, optimizer: rising, onEpochEnd: () => void epochs++ }),
    );
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toContain('sgd: learning rate: ');
    expect(epochs).toBe(1);
    model.dispose();
  });
});
