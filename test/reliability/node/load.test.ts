/** Many short episodes on one device: whatever a page does over and over must not add up. */
import type { Page } from 'puppeteer';
import { expect, it } from 'vitest';
import type * as Library from '../../../src/index.ts';
import { withBuiltPage } from '../../support/builtPage.ts';
import { times, tried } from '../../support/thorough.ts';

/** In the page. */
declare global {
  interface Window {
    latentgpu: typeof Library;
    /** Does so many episodes more. */
    episodes(count: number): Promise<{ buffers: number; bytes: number; pipelines: number }>;
  }
}

const html = `<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>episodes</title><script type=module>
window.latentgpu = await import('/dist/index.js');
</script>`;

/** Opens one device, and defines what an episode is: data, a model of one kind after the other, a few steps, some questions, and all of it freed. */
const prepare = (page: Page) =>
  page.evaluate(async () => {
    const { autoencoder, classifier, dataset, dense, gaussian, gaussianNoise, loadAutoencoder, openGpu } = window.latentgpu;
    let pipelines = 0;
    const gpu = await openGpu({ tuning: 'fixed' });
    const compile = gpu.device.createComputePipelineAsync.bind(gpu.device);
    gpu.device.createComputePipelineAsync = (descriptor) => {
      pipelines++;
      return compile(descriptor);
    };
    const pixels = Uint8Array.from({ length: 16 * 24 }, (_, i) => (i * 37) % 256);
    const labels = Array.from({ length: 24 }, (_, i) => i % 2);
    const decoder = [dense(16, 'sigmoid')];
    const kinds = [
      () => autoencoder(gpu, { input: 16, encoder: [dense(4, 'relu')], decoder, loss: 'bce' }),
      () => autoencoder(gpu, { input: 16, encoder: [dense(4, 'relu'), gaussian(2)], decoder, loss: 'bce' }),
      () => autoencoder(gpu, { input: 16, encoder: [dense(4, 'tanh')], decoder, loss: 'mse', corrupt: gaussianNoise(0.1) }),
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
      if (i % 4 === 2) await model.fit(set, { steps: 1, batchSize: 100 }).catch(() => {}); // Refused: more than there is.
      for (const each of [model, set]) each.dispose();
    };
    let done = 0;
    window.episodes = async (count) => {
      for (let i = 0; i < count; i++) await episode(done++);
      return { ...gpu.memory(), pipelines };
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

it('short episodes leave buffers, pipelines and the heap as they were', { timeout: 3_600_000 }, async ({ task }) => {
  const half = times(120, 32_500);
  const troubles = await withBuiltPage({ '/page.html': html }, async (page, url) => {
    await page.goto(`${url}/page.html`);
    await page.waitForFunction('window.latentgpu');
    await prepare(page);
    // All kinds of episodes have been seen: everything is compiled.
    const first = await page.evaluate(() => window.episodes(12));
    const middle = await page.evaluate((count) => window.episodes(count), half);
    const before = await heap(page);
    const last = await page.evaluate((count) => window.episodes(count), half);
    const grown = (await heap(page)) - before;
    const counts = ({ buffers, bytes, pipelines }: typeof first) => ({ buffers, bytes, pipelines });
    expect(counts(middle)).toEqual({ buffers: 0, bytes: 0, pipelines: first.pipelines });
    expect(counts(last)).toEqual(counts(middle));
    expect(grown / half).toBeLessThan(1024);
    const perEpisode = Math.max(0, Math.round(grown / half));
    tried(task, 'episodes on one device: data, a model, some steps, questions, a file or a probe, all freed', 12 + 2 * half, `no buffer and no pipeline more; JavaScript’s heap grew by ${perEpisode} bytes an episode over the last half`);
  });
  expect(troubles).toEqual([]);
});
