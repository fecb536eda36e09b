/** Pages beside each other and out of sight, and the library minified. */
import { build } from 'esbuild';
import type { Page } from 'puppeteer';
import { expect, it } from 'vitest';
import { withBuiltPage } from '../../support/builtPage.ts';
import { root } from '../../support/root.ts';
import { libraryHtml, openLibrary, withLibraryPage } from '../../support/libraryPage.ts';
import { tried } from '../../support/thorough.ts';

/** Trains for some seconds, so that the tuner has time to measure, and says what came out. */
const train = (page: Page, tuning: 'measured' | 'fixed' = 'measured') =>
  page.evaluate(async (tuning) => {
    const { openGpu, autoencoder, dense } = window.latentgpu;
    const gpu = await openGpu({ tuning });
    const model = await autoencoder(gpu, {
      input: 64,
      encoder: [dense(24, 'relu')],
      decoder: [dense(64, 'sigmoid')],
      loss: 'bce',
    });
    const data = Float32Array.from({ length: 64 * 512 }, (_, i) => ((i * 7919) % 101) / 101);
    const { loss } = await model.fit(data, { epochs: 30, batchSize: 64 });
    gpu.close();
    return { loss, hidden: document.hidden };
  }, tuning);

it(
  'two pages tune at once, and a hidden one keeps training, all to the same losses',
  { timeout: 200_000 },
  async ({ task }) => {
    const troubles = await withLibraryPage(async (first, url) => {
      const second = await first.browser().newPage();
      await openLibrary(second, url);
      // The newest page lies over the other one.
      const [hidden, seen] = await Promise.all([train(first), train(second)]);
      expect(hidden.hidden).toBe(true);
      expect(hidden.loss).toEqual(seen.loss);
      // What both have written is good for the next one.
      expect((await train(second)).loss).toEqual(seen.loss);
      expect((await train(second, 'fixed')).loss).toEqual(seen.loss);
    });
    expect(troubles).toEqual([]);
    tried(
      task,
      'two pages of one origin that tune at once, one of them hidden',
      1,
      'the same losses in both, and in a page that starts with their stored results',
    );
  },
);

it('minified, errors keep their names, and training gives the same losses', { timeout: 200_000 }, async ({ task }) => {
  const bundle = await build({
    stdin: { contents: "export * from './src/index.ts'", resolveDir: root, loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  const served = {
    '/page.html': libraryHtml('/min.js'),
    '/min.js': bundle.outputFiles[0].contents,
    '/whole.html': libraryHtml(),
  };
  const troubles = await withBuiltPage(served, async (page, url) => {
    await openLibrary(page, url);
    const minified = await train(page, 'fixed');
    const names = await page.evaluate(async () => {
      const { openGpu, autoencoder, dense, readIdx, LatentGpuError } = window.latentgpu;
      const gpu = await openGpu();
      const wrongs = [
        () => autoencoder(gpu, { input: 4, encoder: [dense(2)], decoder: [dense(3)], loss: 'mse' }),
        () => autoencoder(gpu, { input: 4, encoder: [], decoder: [], loss: 'huber' }),
        async () => readIdx(new Uint8Array(3)),
      ];
      const errors = await Promise.all(
        wrongs.map((wrong) =>
          wrong().then(String, (error: Error) => `${error.name} ${error instanceof LatentGpuError}`),
        ),
      );
      gpu.close();
      return errors;
    });
    expect(names).toEqual(['ShapeError true', 'OptionError true', 'FormatError true']);
    await page.goto(`${url}/whole.html`);
    await page.waitForFunction('window.latentgpu');
    expect((await train(page, 'fixed')).loss).toEqual(minified.loss);
  });
  expect(troubles).toEqual([]);
  tried(task, 'the library as one minified module', 1, 'errors keep their names, and training gives the same losses');
});
