/**
 * Does some work in a new page, when that page has set its global.
 * @template T
 * @param {Pick<import('puppeteer').Browser, 'newPage'>} opener a browser, or a new context of one
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
