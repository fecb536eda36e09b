import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { adapterName, launchChrome } from '../chrome.mjs';
import { root } from '../setup.mjs';
import { serveSite } from './site.mjs';

const options = { epochs: 60, frames: 25, dots: 1200 };

/** Trains the model that comes with the page, and records the training. */
export async function record() {
  const server = await serveSite(0);
  const chrome = await launchChrome();
  try {
    const page = await chrome.newPage();
    page.on('pageerror', (error) => console.error(`page: ${String(error)}`));
    await page.goto(`${server.url}record.html`);
    console.log(`Training on ${await adapterName(page)} …`);
    const { model, recording, losses } = await page.evaluate((given) => window.record(given), options);
    const folder = path.join(root, 'app', 'playground', 'bundled');
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries({ 'model.bin': model, 'recording.bin': recording })) {
      const bytes = Buffer.from(text, 'base64');
      await writeFile(path.join(folder, name), bytes);
      console.log(`${path.join('app/playground/bundled', name)}: ${(bytes.length / 1024).toFixed(0)} kB`);
    }
    const probe = losses.probe === undefined ? '' : `, k-NN of the code ${(100 * losses.probe).toFixed(1)} %`;
    console.log(`loss ${losses.loss.toFixed(2)}, held out ${losses.heldOut.toFixed(2)}${probe}`);
  } finally {
    await chrome.close();
    await server.close();
  }
}
