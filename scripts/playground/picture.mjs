import path from 'node:path';
import { root } from '../setup.mjs';
import { withBuiltPlayground } from './built-page.mjs';

/** The steps of training after which the page also shows its speed. */
const steps = 150;

/** Writes the README's picture of the page while it trains; returns its path. */
export async function takePicture() {
  const file = path.join(root, 'docs', 'playground.png');
  await withBuiltPlayground(async (page) => {
    const done = () =>
      page.$eval('#steps', (element) => Number(/** @type {string} */ (element.textContent).replaceAll(',', '')));
    const least = steps + (await done());
    await page.click('#play');
    while ((await done()) < least) await new Promise((resolve) => setTimeout(resolve, 500));
    await page.screenshot({ path: /** @type {`${string}.png`} */ (file) });
  });
  return file;
}
