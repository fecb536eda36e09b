/** What must not change a bit of what a training comes to, tried with models that draw noise, sample and convolve. What one model shows is in test/models. */
import { afterAll, describe, expect, it } from 'vitest';
import {
  autoencoder,
  loadAutoencoder,
  type Autoencoder,
  type AutoencoderSpec,
  type Dataset,
  type FitOptions,
  type Gpu,
} from '../../src/index.ts';
import { Gpu as OwnGpu } from '../../src/runtime/device.ts';
import { openRecall } from '../../src/runtime/recall.ts';
import { sharedGpu } from '../support/gpu.ts';
import { images, specs } from '../support/members.ts';
import { errorOf, stepOf } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { times, tried } from '../support/thorough.ts';

const models: Record<string, AutoencoderSpec> = {
  denoising: specs.denoising,
  variational: specs.variational,
  convolutional: specs.convolutional,
  adversarial: specs.adversarial,
};

/** Two epochs of eight steps, the last batch of each a short one. */
const options: FitOptions = { epochs: 2, batchSize: 8 };
const steps = 16;

const { device, info } = await sharedGpu();
const set = await images(await sharedGpu());
afterAll(() => set.dispose());

const make = (gpu: Gpu, spec: AutoencoderSpec) => autoencoder(gpu, { ...spec, seed: 4 });

/** A model's file: weights, moments and how far it has come. */
async function trained(
  gpu: Gpu,
  spec: AutoencoderSpec,
  own: Dataset,
  work: (model: Autoencoder, set: Dataset) => Promise<unknown>,
): Promise<Uint8Array> {
  const model = await make(gpu, spec);
  try {
    await work(model, own);
    return await model.save();
  } finally {
    model.dispose();
  }
}

describe.each(Object.entries(models))('%s', (name, spec) => {
  const usual = async () => trained(await sharedGpu(), spec, set, (model) => model.fit(set, options));

  it('for any length of a submit', async ({ task }) => {
    const expected = await usual();
    const budgets = [0.001, 1e6, ...Array.from({ length: times(1, 20) }, (_, i) => 2 ** (i / 2))];
    for (const frameBudgetMs of budgets)
      expect(
        await trained(await sharedGpu(), spec, set, (model) => model.fit(set, { ...options, frameBudgetMs })),
        `${frameBudgetMs} ms`,
      ).toEqual(expected);
    tried(
      task,
      `${name}: submits from one step to a whole epoch, by frameBudgetMs`,
      budgets.length,
      'the same file, byte by byte',
    );
  });

  it('aborted repeatedly, and resumed from a file', async ({ task }) => {
    const gpu = await sharedGpu();
    const expected = await usual();
    const draw = new Draw(6);
    let aborts = 0;
    for (let round = 0; round < times(1, 20); round++) {
      let model = await make(gpu, spec);
      for (let done = 0; done < steps;) {
        const controller = new AbortController();
        const until = draw.whole(done + 1, steps);
        const reason = new Error('enough');
        const training = model.fit(set, {
          steps: steps - done,
          batchSize: options.batchSize,
          frameBudgetMs: 0.001,
          signal: controller.signal,
          onProgress: ({ step }) => void (done + step >= until && until < steps && controller.abort(reason)),
        });
        if (until < steps) {
          expect(await errorOf(training)).toBe(reason);
          aborts++;
        } else await training;
        const file = await model.save();
        model.dispose();
        model = await loadAutoencoder(gpu, file);
        expect(stepOf(file)).toBeGreaterThan(done);
        done = stepOf(file);
      }
      expect(await model.save()).toEqual(expected);
      model.dispose();
    }
    tried(
      task,
      `${name}: fit aborted after a random step, saved, loaded and resumed, to its end`,
      aborts,
      'the same file, byte by byte',
    );
  });

  it('with other calls reading', async ({ task }) => {
    const expected = await usual();
    const probe = new Draw(7).floats(64 * 5, 0, 1);
    let answers = 0;
    for (let round = 0; round < times(1, 10); round++) {
      const file = await trained(await sharedGpu(), spec, set, async (model) => {
        let running = true;
        let begun = () => {};
        const first = new Promise<void>((resolve) => (begun = resolve));
        const training = model
          .fit(set, { ...options, frameBudgetMs: 0.001, onProgress: begun })
          .finally(() => (running = false));
        await first; // Before, there is no normalisation.
        const readers = [
          () => model.encode(probe),
          () => model.evaluate(set),
          () => model.weights(),
          () => model.save(),
          () => model.errors(probe),
          () => model.decode(new Float32Array(model.codeSize)),
        ];
        const reading = readers.map(async (read) => {
          for (; running; answers++) await read();
        });
        await Promise.all([training, ...reading]);
      });
      expect(file).toEqual(expected);
    }
    expect(answers).toBeGreaterThan(6);
    tried(
      task,
      `${name}: encode, evaluate, weights, save, errors and decode all at once during training`,
      answers,
      'the same file, byte by byte',
    );
  });

  // Where a compiler treats tilings differently, their bits differ: docs/SPEED.md.
  it.runIf(info.isFallback || info.architecture === 'swiftshader')(
    'with a cold, a warm, another and a damaged tuning cache (on software adapters, whose compiler treats all ways alike)',
    async ({ task }) => {
      const expected = await usual();
      const adapter = { vendor: 'test', architecture: `${name} ${Date.now()}`, description: '', isFallback: true };
      const key = [adapter.vendor, adapter.architecture, adapter.description, navigator.userAgent].join(' ');
      const ways = new Map<string, readonly string[]>();
      const measured = async () => {
        const gpu = new OwnGpu(device, adapter, false, 'measured');
        gpu.tuner.eager = true; // It measures at once.
        const first = gpu.tuner.first.bind(gpu.tuner);
        gpu.tuner.first = (choice) => {
          ways.set(choice.problem, choice.ways);
          return first(choice);
        };
        const own = await images(gpu);
        try {
          return await trained(gpu, spec, own, (model) => model.fit(own, options));
        } finally {
          own.dispose();
        }
      };
      const { read, write } = openRecall();
      expect(await read(key)).toEqual({});
      expect(await measured(), 'cold').toEqual(expected);
      const winners = await read(key);
      expect(Object.keys(winners).length).toBeGreaterThan(0);
      expect(await measured(), 'warm').toEqual(expected);
      expect(await read(key)).toEqual(winners);
      const choosing = (choose: (ways: readonly string[]) => string) =>
        Object.fromEntries([...ways].map(([problem, ways]) => [problem, choose(ways)]));
      const others = [1, 2, 3, 4, 5]
        .slice(0, times(1, 5))
        .map((n) => choosing((ways) => ways[Math.min(n, ways.length - 1)]));
      const damaged: unknown[] = [
        choosing(() => 'no way'),
        'text',
        5,
        null,
        [1, 2],
        { 'NN 1x1x1': 7 },
        choosing((ways) => ways[0].slice(1)),
        true,
      ].slice(0, times(2, 8));
      for (const content of [...others, ...damaged]) {
        await write(key, content as Record<string, string>);
        expect(await measured(), JSON.stringify(content)).toEqual(expected);
      }
      tried(
        task,
        `${name}: a cold tuning cache, a warm one, ${others.length} with other winners, ${damaged.length} damaged ones`,
        2 + others.length + damaged.length,
        'the same file, byte by byte',
      );
    },
  );
});
