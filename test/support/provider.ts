import { defineBrowserProvider } from '@vitest/browser';
import type { Browser, CDPSession, Page } from 'puppeteer';
import type { BrowserProvider } from 'vitest/node';
import { adapterName, launchChrome } from '../../scripts/chrome.mjs';
import { firefoxPage, launchFirefox } from '../../scripts/firefox.mjs';

/** Lets Vitest run the browser tests in our Chrome, or in Firefox: one browser, and with `isolate: false` one page over all test files. */
export function chrome() {
  return defineBrowserProvider({
    name: 'puppeteer',
    supportedBrowser: ['chrome'],
    providerFactory: () => new PuppeteerProvider(),
  });
}

class PuppeteerProvider implements BrowserProvider {
  readonly name = 'puppeteer';
  readonly supportsParallelism = false;
  #browser: Browser | undefined;
  readonly #pages = new Map<string, Page>();

  async openPage(sessionId: string, url: string): Promise<void> {
    const inFirefox = process.env.LATENTGPU_BROWSER === 'firefox';
    this.#browser ??= await (inFirefox ? launchFirefox() : launchChrome());
    const page = await (inFirefox ? firefoxPage(this.#browser) : this.#browser.newPage());
    this.#pages.set(sessionId, page);
    await page.goto(url);
    console.log(`${await this.#browser.version()}, adapter ${await adapterName(page)}`);
  }

  getCommandsContext(sessionId: string): { page: Page } {
    return { page: this.#page(sessionId) };
  }

  async getCDPSession(sessionId: string): Promise<CDPSession> {
    return this.#page(sessionId).createCDPSession();
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    this.#browser = undefined;
    this.#pages.clear();
  }

  #page(sessionId: string): Page {
    const page = this.#pages.get(sessionId);
    if (!page) throw new Error(`no page is open for the session ${sessionId}`);
    return page;
  }
}
