/**
 * Does something in a page of its own, once that page has set its global.
 * @template T
 * @param {Pick<import('puppeteer').Browser, 'newPage'>} opener a browser, or a context of one, in which nothing is remembered from before
 * @param {string} url
 * @param {string} global
 * @param {(page: import('puppeteer').Page) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function inFreshPage(opener, url, global, work) {
  const page = await opener.newPage();
  page.on('pageerror', (error) => console.error(`page: ${error instanceof Error ? error.message : String(error)}`));
  try {
    await page.goto(url);
    await page.waitForFunction((name) => name in globalThis, {}, global);
    return await work(page);
  } finally {
    await page.close();
  }
}
