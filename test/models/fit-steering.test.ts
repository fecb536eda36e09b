import { describe, expect, it } from 'vitest';
import { sharedGpu } from '../support/gpu.ts';
import { bits, errorOf, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const data = (examples: number, seed = 1) => new Draw(seed).floats(12 * examples, 0, 1);

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
  });

  it('ends with the reason of an aborted signal, even if it is paused after that', async () => {
    const model = await smallModel();
    const controller = new AbortController();
    const reason = new Error('enough');
    const training = model.fit(data(400), {
      epochs: 100,
      batchSize: 1,
      signal: controller.signal,
      onProgress: ({ step }) => {
        if (step <= 50 || controller.signal.aborted) return;
        controller.abort(reason);
        training.pause();
      },
    });
    expect(await errorOf(training)).toBe(reason);
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
  });

  it('refuses a second fit during training', async () => {
    const model = await smallModel();
    const first = model.fit(data(50), { epochs: 2 });
    expect((await errorOf(model.fit(data(50), { epochs: 1 }))).message).toMatch('being trained already');
    expect((await first).stopped).toBe('finished');
  });
});

describe('reading while training', () => {
  it('returns results between submits and changes no bit', async () => {
    const gpu = await sharedGpu();
    const alone = await smallModel();
    await alone.fit(data(600), { epochs: 1, batchSize: 2 });
    const model = await smallModel();
    const probe = data(30, 9);
    await model.reconstruct(probe); // compiled
    let running = true;
    const training = model
      .fit(data(600), { epochs: 1, batchSize: 2, frameBudgetMs: 2 })
      .finally(() => (running = false));
    const answers: Float32Array[] = [];
    // Its own two, and those of the training that were on their way: more in Firefox and Node, which notice late that one is done, above all on a busy machine.
    const most = (navigator as Partial<Navigator>).userAgent?.includes('Chrome') ? 8 : 16;
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
  });
});
