import { defineBrowserProvider } from '@vitest/browser';
import type { Browser, CDPSession, Page } from 'puppeteer';
import type { BrowserProvider } from 'vitest/node';
import { adapterName, launchChrome } from '../../scripts/chrome.mjs';
import { firefoxPage, launchFirefox } from '../../scripts/firefox.mjs';

/** Lets Vitest run the browser tests in our Chrome, or in Firefox: a browser for each worker, and with `isolate: false` one page over all its test files. */
export function chrome() {
  return defineBrowserProvider({
    name: 'puppeteer',
    supportedBrowser: ['chrome'],
    providerFactory: () => new PuppeteerProvider(),
  });
}

class PuppeteerProvider implements BrowserProvider {
  readonly name = 'puppeteer';
  /** What is known of Firefox was found with one. */
  readonly supportsParallelism = process.env.LATENTGPU_BROWSER !== 'firefox';
  /** One for each session, so that each has a process of its own for the GPU, and stores of its own. */
  readonly #browsers: Browser[] = [];
  /** By session. */
  readonly #pages = new Map<string, Page>();

  async openPage(sessionId: string, url: string): Promise<void> {
    const inFirefox = process.env.LATENTGPU_BROWSER === 'firefox';
    const browser = await (inFirefox ? launchFirefox() : launchChrome());
    this.#browsers.push(browser);
    const page = await (inFirefox ? firefoxPage(browser) : browser.newPage());
    const isFirst = this.#pages.size === 0;
    this.#pages.set(sessionId, page);
    await page.goto(url);
    if (isFirst) console.log(`${await browser.version()}, adapter ${await adapterName(page)}`);
  }

  getCommandsContext(sessionId: string): { page: Page } {
    return { page: this.#page(sessionId) };
  }

  async getCDPSession(sessionId: string): Promise<CDPSession> {
    return this.#page(sessionId).createCDPSession();
  }

  async close(): Promise<void> {
    await Promise.all(this.#browsers.splice(0).map((browser) => browser.close()));
    this.#pages.clear();
  }

  #page(sessionId: string): Page {
    const page = this.#pages.get(sessionId);
    if (!page) throw new Error(`no page is open for the session ${sessionId}`);
    return page;
  }
}
