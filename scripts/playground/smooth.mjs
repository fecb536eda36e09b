import { withBuiltPlayground } from './built-page.mjs';

const seconds = 6;

/**
 * Prints the frame rate of the page's main thread: at rest, during training, and during training with dragging on the
 * map.
 */
export async function measureSmoothness() {
  await withBuiltPlayground(async (page, about) => {
    console.log(`${about}, ${seconds} s each`);
    await report(page, 'at rest');
    await page.click('#play');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await report(page, 'training');
    const dragging = drag(page);
    await report(page, 'training, dragging');
    await dragging;
    const rate = await page.$eval('#images-per-second', (place) => place.textContent);
    console.log(`images a second meanwhile: ${rate}`);
  });
}

/**
 * @param {import('puppeteer').Page} page
 * @param {string} what
 */
async function report(page, what) {
  const times = await page.evaluate(
    (forMs) =>
      /** @type {Promise<number[]>} */ (
        new Promise((resolve) => {
          /** @type {number[]} */
          const times = [];
          const tick = (/** @type {number} */ time) => {
            times.push(time);
            if (time - (times[0] ?? time) < forMs) requestAnimationFrame(tick);
            else resolve(times);
          };
          requestAnimationFrame(tick);
        })
      ),
    1000 * seconds,
  );
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? time));
  const sorted = [...gaps].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(0);
  const rate = (1000 * gaps.length) / gaps.reduce((sum, gap) => sum + gap, 0);
  console.log(
    `${what.padEnd(20)} ${rate.toFixed(1)} frames/s; a frame: median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, longest ${at(1)} ms`,
  );
}

/** @param {import('puppeteer').Page} page */
async function drag(page) {
  const map = await page.$('#over');
  const box = await map?.boundingBox();
  if (!box) throw new Error('the page has no map');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  const until = performance.now() + 1000 * seconds;
  for (let angle = 0; performance.now() < until; angle += 0.15) {
    await page.mouse.move(
      box.x + box.width * (0.5 + 0.35 * Math.cos(angle)),
      box.y + box.height * (0.5 + 0.35 * Math.sin(angle)),
    );
    await new Promise((resolve) => setTimeout(resolve, 16));
  }
  await page.mouse.up();
}
