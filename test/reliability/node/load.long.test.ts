/** Many short episodes on one device: whatever a page does over and over must not add up. */
import type { Page } from 'puppeteer';
import { expect, it } from 'vitest';
import type { Gpu } from '../../../src/index.ts';
import { withLibraryPage } from '../../support/libraryPage.ts';
import { times, tried } from '../../support/thorough.ts';

/** In the page. */
declare global {
  interface Window {
    gpu: Gpu;
    /** What the device holds, and how many pipelines were ever made on it. */
    held(): { buffers: number; bytes: number; pipelines: number };
    /** Does so many episodes more. */
    episodes(count: number): Promise<void>;
    /** Does mixed work for so many milliseconds, at least one round of it; says how many rounds it was. */
    mixedWork(ms: number): Promise<number>;
  }
}

/** Opens the one device on which everything is done. */
const openCounting = (page: Page) =>
  page.evaluate(async () => {
    let pipelines = 0;
    const gpu = (window.gpu = await window.latentgpu.openGpu({ tuning: 'fixed' }));
    const compile = gpu.device.createComputePipelineAsync.bind(gpu.device);
    gpu.device.createComputePipelineAsync = (descriptor) => {
      pipelines++;
      return compile(descriptor);
    };
    window.held = () => {
      const { buffers, bytes } = gpu.memory();
      return { buffers, bytes, pipelines };
    };
  });

/** Defines what an episode is: data, a model of one kind after the other, a few steps, some questions, and all of it freed. */
const defineEpisodes = (page: Page) =>
  page.evaluate(async () => {
    const { autoencoder, classifier, dataset, dense, gaussian, gaussianNoise, loadAutoencoder, OptionError } =
      window.latentgpu;
    const { gpu } = window;
    const pixels = Uint8Array.from({ length: 16 * 24 }, (_, i) => (i * 37) % 256);
    const labels = Array.from({ length: 24 }, (_, i) => i % 2);
    const decoder = [dense(16, 'sigmoid')];
    const kinds = [
      () => autoencoder(gpu, { input: 16, encoder: [dense(4, 'relu')], decoder, loss: 'bce' }),
      () => autoencoder(gpu, { input: 16, encoder: [dense(4, 'relu'), gaussian(2)], decoder, loss: 'bce' }),
      () =>
        autoencoder(gpu, { input: 16, encoder: [dense(4, 'tanh')], decoder, loss: 'mse', corrupt: gaussianNoise(0.1) }),
    ];
    const episode = async (i: number) => {
      const set = await dataset(gpu, pixels, { shape: [16], labels });
      const model = await kinds[i % 3]();
      await model.fit(set, { steps: 2, batchSize: 8 });
      await model.encode(set.take(3));
      if (i % 4 === 0) (await loadAutoencoder(gpu, await model.save())).dispose();
      if (i % 4 === 1) {
        const probe = await classifier(gpu, { encoder: model.encoder, classes: 2, freeze: true });
        await probe.fit(set, labels, { steps: 1 });
        probe.dispose();
      }
      if (i % 4 === 2) {
        const refused: unknown = await model.fit(set, { steps: 1, batchSize: 100 }).catch((error: unknown) => error);
        if (!(refused instanceof OptionError)) throw new Error(`100 of 24 examples a batch: ${String(refused)}`);
      }
      for (const each of [model, set]) each.dispose();
    };
    let done = 0;
    window.episodes = async (count) => {
      for (let i = 0; i < count; i++) await episode(done++);
    };
  });

/** Defines what mixed work is: everything that the library does, one after the other, with devices that come and go beside it. */
const defineMixedWork = (page: Page) =>
  page.evaluate(async () => {
    const {
      adamw,
      autoencoder,
      classifier,
      conv2d,
      convTranspose2d,
      dataset,
      dense,
      flatten,
      gaussian,
      jigsaw,
      loadAutoencoder,
      maskNoise,
      minMax,
      openGpu,
      reshape,
      stochasticContractive,
    } = window.latentgpu;
    const { gpu } = window;
    const pixels = Uint8Array.from({ length: 500 * 144 }, (_, i) => (i * i) % 256);
    const labels = Array.from({ length: 500 }, (_, i) => i % 5);
    const images = (on = gpu, deviceBytes?: number) => dataset(on, pixels, { shape: [12, 12, 1], labels, deviceBytes });
    const flat = {
      encoder: [flatten(), dense(32, 'relu'), dense(8)],
      decoder: [dense(32, 'relu'), dense(144, 'sigmoid'), reshape([12, 12, 1])],
      loss: 'bce' as const,
    };
    const half = { stride: 2, padding: 'same' as const };

    const work = [
      async () => {
        const set = await images();
        const model = await autoencoder(gpu, {
          input: [12, 12, 1],
          ...flat,
          encoder: [flatten(), dense(32, 'relu'), gaussian(8)],
          normalize: minMax(),
        });
        await model.fit(set, { epochs: 3, validation: 0.2, patience: 2, restoreBest: true, optimizer: adamw(1e-3) });
        await Promise.all([model.sample(20, { seed: 1 }), model.errors(set), model.evaluate(set), model.toOnnx()]);
        for (const each of [model, set]) each.dispose();
      },
      async () => {
        const set = await images();
        const encoder = [conv2d(4, 3, 'relu', half), flatten(), dense(8)];
        const decoder = [dense(144, 'relu'), reshape([6, 6, 4]), convTranspose2d(1, 3, 'sigmoid', half)];
        const model = await autoencoder(gpu, {
          input: [12, 12, 1],
          encoder,
          decoder,
          loss: 'mse',
          corrupt: maskNoise(0.2),
        });
        await model.fit(set, { epochs: 2 });
        const again = await loadAutoencoder(gpu, await model.save());
        await again.fit(set, { steps: 5 });
        const probe = await classifier(gpu, { encoder: again.encoder, classes: 5 });
        await probe.fit(set, labels, { epochs: 1 });
        await probe.predict(set);
        for (const each of [probe, again, model, set]) each.dispose();
      },
      async () => {
        const set = await images(gpu, 2 * 144 * 200);
        const model = await autoencoder(gpu, { input: [12, 12, 1], ...flat, penalty: stochasticContractive(0.1, 0.1) });
        const stop = new AbortController();
        const ended: unknown = await model
          .fit(set, { epochs: 50, signal: stop.signal, onEpochEnd: ({ epoch }) => void (epoch === 2 && stop.abort()) })
          .catch((error: unknown) => error);
        if (!stop.signal.aborted || ended !== stop.signal.reason) throw new Error(`not aborted: ${String(ended)}`);
        for (const each of [model, set]) each.dispose();
      },
      async () => {
        const set = await images();
        const puzzle = await jigsaw(gpu, {
          input: [12, 12, 1],
          tiles: 2,
          permutations: 8,
          encoder: [flatten(), dense(16, 'relu')],
          head: [dense(16, 'relu')],
        });
        await puzzle.fit(set, { epochs: 2 });
        for (const each of [puzzle, set]) each.dispose();
      },
      async () => {
        const own = await openGpu();
        const set = await images(own);
        const model = await autoencoder(own, { input: [12, 12, 1], ...flat });
        await model.fit(set, {
          epochs: 4,
          recover: true,
          onEpochEnd: ({ epoch }) => void (epoch === 2 && own.device.destroy()),
        });
        own.close();
      },
    ];
    window.mixedWork = async (ms) => {
      const until = performance.now() + ms;
      let rounds = 0;
      do {
        for (const each of work) await each();
        rounds++;
      } while (performance.now() < until);
      return rounds;
    };
  });

/** Bytes of JavaScript's heap after a collection. */
async function heap(page: Page): Promise<number> {
  const session = await page.createCDPSession();
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

/**
 * Warms up, does one half and the other; what the device holds must not change after the warm-up, when everything is compiled. Returns what the three
 * came to, and by how much JavaScript's heap has grown over the last half.
 */
async function halves<T>(
  define: (page: Page) => Promise<void>,
  warmUp: (page: Page) => Promise<T>,
  half: (page: Page) => Promise<T>,
): Promise<{ done: T[]; grown: number }> {
  const done: T[] = [];
  let grown = 0;
  const troubles = await withLibraryPage(async (page) => {
    await openCounting(page);
    await define(page);
    const held = () => page.evaluate(() => window.held());
    done.push(await warmUp(page));
    const { pipelines } = await held();
    done.push(await half(page));
    expect(await held()).toEqual({ buffers: 0, bytes: 0, pipelines });
    const before = await heap(page);
    done.push(await half(page));
    grown = (await heap(page)) - before;
    expect(await held()).toEqual({ buffers: 0, bytes: 0, pipelines });
  });
  expect(troubles).toEqual([]);
  return { done, grown };
}

it('short episodes leave no buffers, pipelines or heap behind', { timeout: 3_600_000 }, async ({ task }) => {
  const half = times(120, 32_500);
  const episodes = (count: number) => (page: Page) => page.evaluate((count) => window.episodes(count), count);
  const { grown } = await halves(defineEpisodes, episodes(12), episodes(half));
  expect(grown / half).toBeLessThan(1024);
  const perEpisode = Math.max(0, Math.round(grown / half));
  tried(
    task,
    'episodes on one device: data, a model, some steps, calls for results, a file or a probe, all freed',
    12 + 2 * half,
    `no additional buffers or pipelines; JavaScript’s heap grew by ${perEpisode} bytes for each episode over the last half`,
  );
});

it('mixed work leaves no buffers, pipelines or heap behind', { timeout: 2 * 3_600_000 }, async ({ task }) => {
  const half = times(5_000, 1_800_000);
  const work = (ms: number) => (page: Page) => page.evaluate((ms) => window.mixedWork(ms), ms);
  const { done, grown } = await halves(defineMixedWork, work(0), work(half));
  const pieces = 5 * done[2];
  // In a short run, what the page itself keeps outweighs what a round leaves.
  expect(grown).toBeLessThan(1024 * Math.max(pieces, 500));
  tried(
    task,
    `mixed pieces of work, for ${(2 * half) / 60_000} minutes: training of all kinds, files, calls for results, streamed data, puzzles, a lost and recovered device`,
    5 * done.reduce((sum, rounds) => sum + rounds, 0),
    `no additional buffers or pipelines; JavaScript’s heap grew by ${Math.max(0, Math.round(grown / pieces))} bytes for each piece over the last half`,
  );
});
