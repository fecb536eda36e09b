import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { withLibraryPage } from '../../support/libraryPage.ts';
import { times, tried } from '../../support/thorough.ts';

/** In the page. */
declare global {
  interface Window {
    progress: { step: number; steps: number };
    outcome: Promise<{ bits: string } | { error: string; message: string; seconds: number }>;
    lostAt: number;
  }
}

/** Starts a training; what it has come to in the end is in `outcome`. */
function start(page: Page): Promise<void> {
  return page.evaluate(() => {
    const { openGpu, dataset, autoencoder, dense, gaussian } = window.latentgpu;
    const train = async () => {
      const gpu = await openGpu({ tuning: 'fixed' });
      const note = () => void gpu.lost.then(() => (window.lostAt = performance.now()));
      note();
      const pixels = Uint8Array.from({ length: 64 * 4000 }, (_, i) => (i * 2654435761) >>> 24);
      const set = await dataset(gpu, pixels, { shape: [64] });
      const model = await autoencoder(gpu, {
        input: 64,
        encoder: [dense(32, 'relu'), gaussian(4)],
        decoder: [dense(64, 'sigmoid')],
        loss: 'bce',
      });
      await model.fit(set, {
        epochs: 60,
        recover: true,
        validation: 0.1,
        frameBudgetMs: 20,
        onEpochEnd: note,
        onProgress: ({ step, steps }) => (window.progress = { step, steps }),
      });
      const file = await model.save();
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', file));
      gpu.close();
      return { bits: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('') };
    };
    window.progress = { step: 0, steps: Infinity };
    window.outcome = train().catch((error: Error) => ({
      error: error.name,
      message: error.message,
      seconds: (performance.now() - window.lostAt) / 1000,
    }));
  });
}

const outcome = (page: Page) => page.evaluate(() => window.outcome);

/** Crashes the browser's GPU process when the training has come that far. */
async function crashAt(page: Page, share: number): Promise<void> {
  await page.waitForFunction(
    (share: number) => window.progress.step >= share * window.progress.steps,
    { timeout: 120_000, polling: 5 },
    share,
  );
  const session = await page.browser().target().createCDPSession();
  // The process that should answer may be the one that ends.
  await session
    .send('Browser.crashGpuProcess')
    .catch((error: unknown) => expect(String(error)).toContain('Target closed'));
  await session.detach();
}

/** Without what Chrome itself says of each crash. */
const ofOurs = (troubles: string[]) =>
  troubles.filter((line) => line !== 'A valid external Instance reference no longer exists.');

describe('a GPU process that crashes during training', () => {
  it('does not change a bit of the results, if the browser restarts it', { timeout: 400_000 }, async ({ task }) => {
    const crashes = times(3, 12);
    const troubles = await withLibraryPage(
      async (page) => {
        await start(page);
        const expected = await outcome(page);
        expect(expected).toHaveProperty('bits');
        await start(page);
        for (let i = 0; i < crashes; i++) await crashAt(page, (i + 0.5) / crashes);
        expect(await outcome(page)).toEqual(expected);
      },
      ['--disable-domain-blocking-for-3d-apis', '--disable-gpu-process-crash-limit'],
    );
    expect(ofOurs(troubles)).toEqual([]);
    tried(
      task,
      'the GPU process crashed during a fit with `recover` (`Browser.crashGpuProcess`), with Chrome set to restart it each time',
      crashes,
      'the fit continued to the same file, byte by byte',
    );
  });

  it(
    'ends training as a GpuUnavailableError within 30 s if the browser gives no adapter again',
    { timeout: 400_000 },
    async ({ task }) => {
      let crashes = 0;
      await withLibraryPage(async (page) => {
        await start(page);
        const ended = outcome(page).then((result) => ({ result }));
        for (; crashes < 6; crashes++) {
          await crashAt(page, (crashes + 0.5) / 6);
          const early = await Promise.race([
            ended,
            new Promise<undefined>((resolve) => setTimeout(resolve, 35_000, undefined)),
            page
              .waitForFunction(
                (at: number) => window.progress.step >= at * window.progress.steps,
                { timeout: 0 },
                (crashes + 1) / 6,
              )
              .then(() => undefined),
          ]);
          if (early) break;
        }
        const { result } = await ended;
        expect(result).toMatchObject({ error: 'GpuUnavailableError' });
        expect((result as { seconds: number }).seconds).toBeLessThan(30);
        expect((result as { message: string }).message).toContain('could not be opened again');
      });
      tried(
        task,
        'the same, with Chrome’s own limits on restarts',
        1,
        `no adapter after crash ${crashes + 1}: GpuUnavailableError within 30 s`,
      );
    },
  );
});
