import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listeners, withChrome } from '../reproduce/session.mjs';
import { adapter as adapterWords, counted, duration } from '../start/words.mjs';
import { amount, facts } from './options.mjs';
import { palettePng } from './png.mjs';

/** @typedef {import('./options.mjs').Options} Options */

/** @param {Options} options */
export async function drawPictures(options) {
  await withChrome(options, (browser, url) => drawAll(browser, url, options));
}

/**
 * @param {import('../start/browser.mjs').Browser} browser
 * @param {string} url
 * @param {Options} options
 */
async function drawAll(browser, url, { picture: names, out, quick }) {
  const begun = performance.now();
  const { version, path: program } = await browser.open(`${url}app/guide/guide.html`, 'pictures', listeners('images'));
  const { adapter } = await browser.call((given) => window.pictures.open(given), { quick });
  console.log(`${version} (${program}), WebGPU adapter: ${adapterWords(adapter)}`);
  for (const name of names) {
    console.log(`\n${name}: ${facts[name].about}, after ${quick ? 'hardly any training' : amount(name)}`);
    const start = performance.now();
    const { width, height, rgba } = await browser.call((given) => window.pictures.draw(given), name);
    const png = palettePng({ width, height, rgba: Buffer.from(rgba, 'base64') });
    const file = path.join(out, `${name}.png`);
    await writeFile(file, png);
    console.log(
      `written: ${file} (${width} × ${height}, ${(png.length / 1000).toFixed(0)} kB; ${duration((performance.now() - start) / 1000)})`,
    );
  }
  console.log(`\n${counted(names.length, 'picture')} in ${duration((performance.now() - begun) / 1000)}`);
}
