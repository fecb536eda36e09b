import path from 'node:path';
import { root } from '../setup.mjs';
import { withBuiltPlayground } from './built-page.mjs';

/** Writes the README's picture of the page while it trains; returns its path. */
export async function takePicture() {
  const file = path.join(root, 'docs', 'playground.png');
  await withBuiltPlayground(async (page) => {
    await page.click('#play');
    await new Promise((resolve) => setTimeout(resolve, 8000));
    await page.screenshot({ path: /** @type {`${string}.png`} */ (file) });
  });
  return file;
}
