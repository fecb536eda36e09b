/** The playground in a browser, as its tests press and read it; each test goes on where the one before left it. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Browser, ElementHandle, Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { launchChrome } from '../../scripts/chrome.mjs';
import { buildSite } from '../../scripts/playground/site.mjs';
import { serveContents } from './static-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** for the files that the page is given */
let out: string;
let server: Awaited<ReturnType<typeof serveContents>>;
let chrome: Browser;
export let page: Page;
export let url: string;
/** what the page has complained of since the last test */
const troubles: string[] = [];

export const desktop = { width: 1280, height: 900 };
const patience = { timeout: 45_000 };

/**
 * Opens the page before the tests of a file, and closes it after them. A test fails where the page has an error in its console.
 * @param counts how many digits the page has; one with fewer is ready sooner
 * @param tables a link to the view of tables, which opens without a model of the digits
 */
export function onPlayground(counts?: { train: number; test: number }, tables?: string): void {
  out = temporaryFolder('playground');
  beforeAll(() => start(counts, tables), 120_000);
  afterEach(() => expect(troubles.splice(0)).toEqual([]));
  afterAll(stop);
}

/** The page as static files, built by the first test file of a run that asks. */
async function built(counts?: { train: number; test: number }): Promise<string> {
  const site = path.join(inject('sites'), counts ? `${counts.train}-${counts.test}` : 'all');
  if (existsSync(site)) return site;
  const own = await mkdtemp(`${site}-`);
  await buildSite(own, counts);
  await rename(own, site).catch((error: unknown) => {
    // Another worker has built it in the meantime.
    if (!existsSync(site)) throw error;
  });
  return site;
}

/** As it is published, in one Chrome. */
async function start(counts?: { train: number; test: number }, tables?: string): Promise<void> {
  // Chrome starts while the page is built.
  const [site] = await Promise.all([built(counts), launchChrome().then((launched) => (chrome = launched))]);
  server = await serveContents((address) => readFile(path.join(site, address.replace(/^\/some\/folder\//, ''))));
  url = `${server.url}/some/folder/`;
  page = await open(`${url}${tables ?? ''}`);
  await (tables === undefined ? ready() : page.waitForSelector('#t-file', patience));
}

async function stop(): Promise<void> {
  await chrome?.close();
  await server?.close();
}

export async function open(address: string, prepare?: (page: Page) => Promise<unknown>): Promise<Page> {
  const opened = await chrome.newPage();
  await opened.setViewport(desktop);
  opened.on('pageerror', (error) =>
    troubles.push(error instanceof Error ? `${error.message} ${error.stack}` : String(error)),
  );
  opened.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  await prepare?.(opened);
  await opened.goto(address);
  return opened;
}

export const text = (selector: string): Promise<string> => page.$eval(selector, (element) => element.textContent ?? '');
export const number = async (selector: string): Promise<number> => Number((await text(selector)).replaceAll(',', ''));

/** Waits for the page to come to a state; says what was waited for if it does not. */
export async function until(what: string, state: string, on = page): Promise<void> {
  await on.waitForFunction(state, patience).catch(async () => {
    const notice = await on.$eval('#notice', (element) => element.textContent);
    expect.fail(
      `the page never came so far that ${what}; it says: ${await on.$eval('#state', (element) => element.textContent)} ${notice}`,
    );
  });
}

/** Waits until the text of an element matches. */
export const says = (selector: string, words: RegExp, on = page): Promise<void> =>
  until(`${selector} said ${words}`, `${words}.test(document.querySelector('${selector}')?.textContent ?? '')`, on);

/** Waits until there are so many elements. */
export const has = (count: number, selector: string): Promise<void> =>
  until(`there were ${count} of ${selector}`, `document.querySelectorAll('${selector}').length === ${count}`);

/** Waits until a model is open. */
export const ready = (on = page): Promise<void> =>
  until('a model was open', `!document.querySelector('#play').disabled`, on);

/** Scrolls an element to the middle, below the bar that stays at the top. */
export const toMiddle = (selector: string): Promise<void> =>
  page.$eval(selector, (element) => element.scrollIntoView({ block: 'center' }));

export const trained = (steps: number): Promise<void> =>
  until(
    `it had trained ${steps} steps`,
    `Number(document.querySelector('#steps').textContent.replaceAll(',', '')) >= ${steps}`,
  );

/** A number that stands for what a canvas shows. */
export const shown = (selector: string): Promise<number> =>
  page.$eval(selector, (element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((hash, value) => (Math.imul(hash, 31) + value) | 0, 7);
  });

/** Until a canvas shows something else. */
export async function changed(what: string, selector: string, before: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if ((await shown(selector)) !== before) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect.fail(`${what}: ${selector} still shows the same`);
}

export async function violations(on: Page): Promise<string[]> {
  if (!(await on.evaluate('typeof axe === "object"')))
    await on.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
  return (await on.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  )) as string[];
}

/** What the page hands to the visitor when a button is pressed. */
export async function downloaded(button: string): Promise<Buffer> {
  const base64 = await page.evaluate(`new Promise((resolve, reject) => {
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      URL.createObjectURL = make;
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result.replace(/^[^,]*,/, ''));
      reader.readAsDataURL(blob);
      return make(blob);
    };
    document.querySelector('${button}').click();
    setTimeout(() => reject(new Error('${button} hands over nothing')), 20000);
  })`);
  return Buffer.from(base64 as string, 'base64');
}

/** What the button of a figure saves, read back: its sides, the colour in its corner, how many others there are, and the name of its file. */
export async function savedPicture(shows: string): Promise<SavedPicture> {
  const png = await downloaded(`[data-picture="${shows}"]`);
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
  await until(`the ${shows} was saved`, `/^latentgpu-.* is among your downloads/.test(${saidAloud})`);
  return (await page.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${png.toString('base64')}'), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
    const corner = [...new Uint8Array(pixels.buffer, 0, 4)];
    return { width: image.width, height: image.height, corner, colors: new Set(pixels).size, name: ${saidAloud}.split(' ')[0] };
  })()`)) as SavedPicture;
}
const saidAloud = `document.querySelector('#live').textContent`;
export interface SavedPicture {
  width: number;
  height: number;
  /** red, green, blue, opacity */
  corner: number[];
  colors: number;
  name: string;
}

export const choice = (name: string): Promise<string> =>
  page.$eval(`#choices [name=${name}]`, (field) => (field as HTMLSelectElement).value);

export async function choose(name: string, value: string): Promise<void> {
  await page.select(`#choices [name=${name}]`, value);
  await fresh(`there was a model with ${name} ${value}`);
  expect(await text('#refused')).toBe('');
}

/** A model is open that nobody has trained. */
export const fresh = (what: string, on = page): Promise<void> =>
  until(what, `/^A new model/.test(document.querySelector('#state').textContent)`, on);

/** The visitor's own pictures are read: squares, each of its own grey, but the seventh has stripes of black and white. */
export async function uploadPictures(count: number): Promise<void> {
  const files = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const file = path.join(out, `square ${i + 1}.bmp`);
      // No two alike: the page does not call an example strange if others share its error.
      const grey = 195 + (i % 60);
      await writeFile(
        file,
        bitmap((x) => (i !== 6 ? grey : x % 4 < 2 ? 255 : 0)),
      );
      return file;
    }),
  );
  await ((await page.$('input#files')) as ElementHandle<HTMLInputElement>).uploadFile(...files);
}

/** A picture of 28 × 28 pixels, as Windows writes it: 24 bits a pixel, not packed. */
function bitmap(greyAt: (x: number) => number): Buffer {
  const [side, head] = [28, 54];
  const bytes = Buffer.alloc(head + 3 * side * side);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(head, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(side, 18);
  bytes.writeInt32LE(side, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let i = 0; i < 3 * side * side; i++) bytes[head + i] = greyAt(Math.floor(i / 3) % side);
  return bytes;
}
