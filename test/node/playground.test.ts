import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, ElementHandle, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaults, type Settings } from '../../app/playground/settings.ts';
import { scaleOf } from '../../app/playground/views/lossLines.ts';
import { launchChrome } from '../../scripts/chrome.mjs';
import { buildSite } from '../../scripts/playground/site.mjs';
import { readSafetensors } from '../../src/files/safetensors.ts';

/** The page as it is published, in a folder of its own, in one Chrome; each test goes on where the one before left it. */
let out: string;
let server: Server;
let chrome: Browser;
let page: Page;
let url: string;
const troubles: string[] = [];

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const patience = { timeout: 45_000 };

beforeAll(async () => {
  out = await mkdtemp(path.join(tmpdir(), 'latentgpu-playground-'));
  await buildSite(out);
  server = createServer((request, response) => {
    const address = new URL(request.url ?? '/', 'http://page').pathname
      .replace(/^\/some\/folder\//, '')
      .replace(/^$/, 'index.html');
    readFile(path.join(out, address)).then(
      (body) =>
        response
          .writeHead(200, { 'content-type': types[path.extname(address)] ?? 'application/octet-stream' })
          .end(body),
      (error: unknown) => response.writeHead(404).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/folder/`;
  chrome = await launchChrome();
  page = await open(url);
}, 120_000);

afterAll(async () => {
  await chrome?.close();
  await new Promise((resolve) => server?.close(resolve));
  await rm(out, { recursive: true });
});

async function open(address: string, prepare?: (page: Page) => Promise<unknown>): Promise<Page> {
  const opened = await chrome.newPage();
  await opened.setViewport({ width: 1280, height: 900 });
  opened.on('pageerror', (error) =>
    troubles.push(error instanceof Error ? `${error.message} ${error.stack}` : String(error)),
  );
  opened.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  await prepare?.(opened);
  await opened.goto(address);
  return opened;
}

const text = (selector: string): Promise<string> => page.$eval(selector, (element) => element.textContent ?? '');
const number = async (selector: string): Promise<number> => Number((await text(selector)).replaceAll(',', ''));

/** Waits for the page to come to a state; says what was waited for if it does not. */
async function until(what: string, state: string, on = page): Promise<void> {
  await on.waitForFunction(state, patience).catch(async () => {
    const notice = await on.$eval('#notice', (element) => element.textContent);
    expect.fail(
      `the page never came so far that ${what}; it says: ${await on.$eval('#state', (element) => element.textContent)} ${notice}`,
    );
  });
}

const trained = (steps: number): Promise<void> =>
  until(
    `it had trained ${steps} steps`,
    `Number(document.querySelector('#steps').textContent.replaceAll(',', '')) >= ${steps}`,
  );

/** A number that stands for what a canvas shows. */
const shown = (selector: string): Promise<number> =>
  page.$eval(selector, (element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((hash, value) => (Math.imul(hash, 31) + value) | 0, 7);
  });

/** Until a canvas shows something else. */
async function changed(what: string, selector: string, before: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if ((await shown(selector)) !== before) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect.fail(`${what}: ${selector} still shows the same`);
}

async function violations(on: Page): Promise<string[]> {
  await on.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
  return (await on.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  )) as string[];
}

it('is alive before the first click: a trained model, ten thousand dots, its reconstructions', async () => {
  await until('a model was open', `/^Trained already/.test(document.querySelector('#state').textContent)`);
  await until(
    'all codes were looked at',
    `/^12,000 examples/.test(document.querySelector('#map-caption').textContent)`,
  );
  expect(await text('#reconstructions')).toBe('');
  expect(await page.$$eval('#reconstructions canvas', (canvases) => canvases.length)).toBe(2);
  await until('it was judged', `/%/.test(document.querySelector('#verdict').textContent)`);
});

it('decodes where one drags, and by the keyboard', async () => {
  const box = (await (await page.$('#over'))!.boundingBox())!;
  const before = await shown('#decoded');
  await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.7 * box.width, box.y + 0.3 * box.height, { steps: 4 });
  await page.mouse.up();
  await changed('dragging', '#decoded', before);
  expect(await page.$eval('#across', (slider) => Number((slider as HTMLInputElement).value))).toBeCloseTo(700, -1);
  const dragged = await shown('#decoded');
  await page.focus('#over');
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowLeft');
  await changed('arrow keys', '#decoded', dragged);
});

it('starts over, trains, pauses and takes single steps', async () => {
  await page.click('#again');
  await until('there was a new model', `/^A new model/.test(document.querySelector('#state').textContent)`);
  expect(await number('#steps')).toBe(0);
  await page.click('#play');
  await trained(80);
  const box = (await (await page.$('#over'))!.boundingBox())!;
  const before = await shown('#decoded');
  await page.mouse.click(box.x + 0.2 * box.width, box.y + 0.8 * box.height);
  await changed('clicking while it trains', '#decoded', before);
  await page.$eval('#rate', (slider) => {
    (slider as HTMLInputElement).value = '-2.5';
    slider.dispatchEvent(new Event('input'));
    slider.dispatchEvent(new Event('change'));
  });
  expect(page.url()).toContain('rate=0.0032');
  await trained((await number('#steps')) + 20);
  await page.click('#play');
  await until('it was paused', `/^Paused/.test(document.querySelector('#state').textContent)`);
  const [, first, last] = /from ([\d.]+) to ([\d.]+)/.exec(await text('#loss-caption')) ?? [];
  expect(Number(last), 'the loss fell').toBeLessThan(Number(first));
  const steps = await number('#steps');
  await page.click('#step');
  await until(
    'it took one step',
    `Number(document.querySelector('#steps').textContent.replaceAll(',', '')) === ${steps + 1}`,
  );
});

it('goes on after a reload where it was', async () => {
  const steps = await number('#steps');
  await until(
    'it was saved',
    `document.querySelector('#state').textContent.startsWith('Paused after ${steps} steps. It is saved')`,
  );
  await page.reload();
  await until('it was restored', `/^Restored/.test(document.querySelector('#state').textContent)`);
  expect(await number('#steps')).toBe(steps);
  expect(await page.$eval('#rate', (slider) => Number((slider as HTMLInputElement).value))).toBeCloseTo(-2.5);
});

it('reconstructs a drawing and marks its place', async () => {
  await page.$eval('#drawing', (element) => element.scrollIntoView({ block: 'center' }));
  const box = (await (await page.$('#drawing'))!.boundingBox())!;
  await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.2 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.8 * box.height, { steps: 6 });
  await page.mouse.up();
  await until('the drawing had a place', `/on the map/.test(document.querySelector('#drawn-state').textContent)`);
  expect(await page.$$('#neighbors canvas')).toHaveLength(1);
  await page.click('#keep');
  expect(await text('#train-drawings')).toBe('Train on my drawings (1)');
  expect(await page.$eval('#train-drawings', (button) => (button as HTMLButtonElement).disabled)).toBe(true);
});

/** What the page hands to the visitor when a button is pressed. */
async function downloaded(button: string): Promise<Buffer> {
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

it('hands over the weights, the model, a program and a link', async () => {
  const { tensors } = readSafetensors(await downloaded('#safetensors'));
  expect(tensors['encoder.0.weight'].shape).toEqual([64, 784]);
  expect((await downloaded('#onnx')).toString('latin1')).toContain('latentgpu');
  await page.click('#typescript');
  await until(
    'the program stood on the page',
    `/gaussian\\(2, { beta: 1 }\\)/.test(document.querySelector('#code').textContent)`,
  );
  await page.click('#pytorch');
  await until(
    'the PyTorch program stood on the page',
    `/torch.nn.Linear\\(784, 64\\)/.test(document.querySelector('#code').textContent)`,
  );
  await page.click('#link');
  await until('the link stood on the page', `/#rate=0.0032$/.test(document.querySelector('#code').textContent)`);
});

it('scores every example', async () => {
  await page.click('#score');
  await until(
    'the errors were divided',
    `/of 12,000 examples lie above/.test(document.querySelector('#histogram-caption').textContent)`,
  );
  expect(await text('#roc-caption')).toMatch(/area under the curve 0\.\d+/);
  expect((await downloaded('#flagged')).toString()).toMatch(/^row,error,class,pixel 0,/);
});

it('leaves a class out of training', async () => {
  await page.click('#without');
  await until('there was a new model', `/^A new model/.test(document.querySelector('#state').textContent)`);
  expect(page.url()).toContain('without=0');
  await page.click('#without');
  await until(
    'there was one for all classes',
    `!location.hash.includes('without') && /^A new model/.test(document.querySelector('#state').textContent)`,
  );
});

it('solves jigsaws', async () => {
  await page.click('#solve');
  await until(
    'puzzles were solved',
    `/held-out puzzles solved/.test(document.querySelector('#jigsaw-state').textContent)`,
  );
  await page.click('#solve');
  expect(await page.$$eval('#puzzles canvas', (canvases) => canvases.map((canvas) => canvas.width > 100))).toEqual([
    true,
    true,
    true,
  ]);
});

it('compares a second model', async () => {
  await page.click('#compare');
  await until('the second model was judged', `/%/.test(document.querySelector('#rival-verdict').textContent)`);
  expect(await text('#rival-name')).toBe('Deep, 2 numbers, seed 0: 784 – 64 – 32 – 2 – 32 – 64 – 784');
  await page.click('#play');
  await until('it trained with the first', `parseFloat(document.querySelector('#rival-verdict dd').textContent) > 1`);
  await page.click('#play');
  await until('it was paused', `/^Paused/.test(document.querySelector('#state').textContent)`);
});

/** Pixels of the loss chart in the ink of the page, which only the second model's lines have. */
const inked = (): Promise<number> =>
  page.$eval('#loss canvas', (element) => {
    const canvas = element;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: data.length / 4 }, (_, i) => data.subarray(4 * i, 4 * i + 4)).filter(
      ([r, g, b, a]) => r < 40 && g < 40 && b < 40 && a > 250,
    ).length;
  });
const legend = (): Promise<string[]> =>
  page.$$eval('#loss-legend li', (items) => items.map((item) => item.textContent));
const both = ['first model, training', 'first model, held out', 'second model, training', 'second model, held out'];

it('draws the losses of both models on the same axes, in the same unit, part by part', async () => {
  expect(await text('#loss-second')).toBe(
    'Second model: Deep, 2 numbers. Its loss, a mean over pixels, is multiplied by 784 here: nats an image, as the first one’s.',
  );
  expect(await legend()).toEqual(both);
  expect(await inked(), 'its lines').toBeGreaterThan(50);
  const [, first, last] =
    /The second model’s loss fell from ([\d.]+) to ([\d.]+)/.exec(await text('#loss-caption')) ?? [];
  expect(Number(last), 'its loss fell').toBeLessThan(Number(first));

  await page.click('section[aria-labelledby=loss-title] summary');
  await until('both tables stood there', `document.querySelectorAll('#loss-table caption').length === 2`);
  expect(
    await page.$$eval('#loss-table caption', (captions) => captions.map((caption) => caption.textContent)),
  ).toEqual(['First model', 'Second model, as in the chart']);
  const cells = await page.$$eval('#loss-table table', (tables) =>
    tables.map((table) => [...table.querySelector('tbody tr')!.children].map((cell) => cell.textContent)),
  );
  expect(cells[0][3], 'a divergence of the first').toMatch(/\d/);
  expect(cells[1].slice(2), 'a reconstruction and nothing else of the second').toEqual([cells[1][1], '–', '–']);
  // It is judged now and then: wait for the table and the board to speak of the same moment.
  await until(
    'the table agreed with the second model’s own figure',
    `(() => {
    const own = Number(document.querySelectorAll('#rival-verdict dd')[1].textContent);
    const shown = Number(/: ([\\d.]+)$/.exec(document.querySelector('#loss-table').textContent)?.[1]);
    return own > 0 && Math.abs(shown / (784 * own) - 1) < 1e-3;
  })()`,
  );
  expect(await violations(page)).toEqual([]);

  const parts = await page.$$eval('#loss-part option', (options) => options.map((option) => option.value));
  expect(parts).toEqual(['loss', 'reconstruction', 'kl']);
  const before = await shown('#loss canvas');
  await page.select('#loss-part', 'reconstruction');
  await changed('another part', '#loss canvas', before);
  expect(await legend()).toEqual(both);
  await page.select('#loss-part', 'kl');
  expect(await legend(), 'only the first one has a divergence').toEqual(both.slice(0, 2));
  expect(await inked()).toBe(0);
});

it('compares no longer once the data are others', async () => {
  await page.click('#without');
  await until('there was a new model', `/^A new model/.test(document.querySelector('#state').textContent)`);
  expect(
    await page.$$eval('#rival-board, #loss-second, #loss-part-choice', (parts) =>
      parts.map((part) => (part as HTMLElement).hidden),
    ),
  ).toEqual([true, true, true]);
  expect(await legend()).toEqual(['training', 'held out', 'divergence, right axis']);
  await page.click('#without');
  await until(
    'there was one for all classes',
    `!location.hash.includes('without') && /^A new model/.test(document.querySelector('#state').textContent)`,
  );
});

it('brings means and sums of a second model to the first one’s', () => {
  const image = { kind: 'image', shape: [28, 28, 1] } as const;
  const plain = { ...defaults, gaussian: false };
  const scale = (second: Settings, first: Settings) => scaleOf(second, first, { ...image, shape: [...image.shape] });
  expect(scale(plain, defaults)).toBe(784);
  expect(scale(defaults, plain)).toBe(1 / 784);
  // A Gaussian likelihood counts half of a squared error.
  expect(scale({ ...plain, loss: 'mse' }, defaults)).toBe(392);
  expect(scale({ ...defaults, loss: 'mse' }, defaults)).toBe(1);
});

const choice = (name: string): Promise<string> =>
  page.$eval(`#choices [name=${name}]`, (field) => (field as HTMLSelectElement).value);

async function choose(name: string, value: string): Promise<void> {
  await page.select(`#choices [name=${name}]`, value);
  await until(
    `there was a model with ${name} ${value}`,
    `/^A new model/.test(document.querySelector('#state').textContent)`,
  );
  expect(await text('#refused')).toBe('');
}

it('normalises as the visitor chooses: in the link, in the program and after a reload', async () => {
  expect(await text('#normalizing')).toBe('Pixels go in as they are.');
  await choose('normalize', 'minMax');
  expect(page.url()).toContain('normalize=minMax');
  expect(await text('#normalizing')).toMatch(/^Each pixel goes in scaled to 0 … 1/);
  expect(await page.$$eval('#columns canvas', (canvases) => canvases.map((canvas) => canvas.ariaLabel))).toEqual([
    'The pixels’ least and largest, as pictures',
  ]);
  await page.click('#typescript');
  await until(
    'the program normalised',
    `/import {.* minMax,.* normalize: minMax\\(\\),/s.test(document.querySelector('#code').textContent)`,
  );
  await page.click('#link');
  await until('the link did', `/#.*normalize=minMax/.test(document.querySelector('#code').textContent)`);
  await page.click('#step');
  await until(
    'it was saved',
    `document.querySelector('#state').textContent.startsWith('Paused after 1 steps. It is saved')`,
  );
  await page.reload();
  await until('it was restored', `/^Restored/.test(document.querySelector('#state').textContent)`);
  expect([await choice('normalize'), await number('#steps')]).toEqual(['minMax', 1]);
  expect(await text('#normalizing')).toMatch(/^Each pixel goes in scaled to 0 … 1/);
});

it('says why cross-entropy and standardized values do not go together, and leaves both as they were', async () => {
  const why = 'BCE asks for values from 0 to 1, and standardized ones lie on both sides of 0. MSE takes them.';
  await page.select('#choices [name=normalize]', 'standardize');
  expect(await text('#refused')).toBe(`Left as it was: ${why}`);
  expect(await choice('normalize')).toBe('minMax');
  expect(await violations(page)).toEqual([]);
  await choose('loss', 'mse');
  await choose('normalize', 'standardize');
  await page.click('#step');
  await until('it took a step', `document.querySelector('#steps').textContent === '1'`);
  await page.select('#choices [name=loss]', 'bce');
  expect(await text('#refused')).toBe(`Left as it was: ${why}`);
  expect([await choice('loss'), await choice('normalize')]).toEqual(['mse', 'standardize']);
  expect(page.url()).toContain('normalize=standardize');
  // A preset with another loss leaves it to the data again.
  await choose('preset', 'simple');
  expect([await choice('loss'), await choice('normalize')]).toEqual(['bce', 'auto']);

  await page.goto(`${url}?#normalize=standardize`);
  await until(
    'the link was explained',
    `document.querySelector('#notice').textContent.startsWith('The normalisation of this link was left out. ${why}')`,
  );
  expect([await choice('loss'), await choice('normalize')]).toEqual(['bce', 'auto']);
  await page.goto(url);
});

it('trains every member of the family', async () => {
  // The second model goes with its page.
  await page.reload();
  await until('a model was open', `!document.querySelector('#play').disabled`);
  const names = await page.$$eval('#choices [name=preset] option', (options) => options.map((option) => option.value));
  expect(names.length).toBeGreaterThan(10);
  for (const name of names.filter((name) => name !== 'variational')) {
    await page.select('#choices [name=preset]', name);
    await until(`${name} was open`, `/^A new model/.test(document.querySelector('#state').textContent)`);
    await page.click('#step');
    await until(`${name} took a step`, `document.querySelector('#steps').textContent === '1'`);
    expect(await page.$eval('#notice', (notice) => (notice as HTMLElement).hidden), name).toBe(true);
  }
}, 120_000);

it('learns a table of the visitor’s own, standardized, and says which column is to blame', async () => {
  const rows = Array.from({ length: 240 }, (_, i) =>
    [Math.sin(i), 100 + 10 * Math.cos(i), i === 7 ? 90 : 2 * Math.sin(i) + 5, i % 2 ? 'odd' : 'even'].join(),
  );
  const file = path.join(out, 'own.csv');
  await writeFile(file, ['depth,width,height,kind', ...rows].join('\n'));
  await ((await page.$('input#files')) as ElementHandle<HTMLInputElement>).uploadFile(file);
  await until(
    'the table was open',
    `/^own.csv: 240 examples, 3 columns, 40 held out/.test(document.querySelector('#data-state').textContent)`,
  );
  expect(await text('#columns')).toMatch(/standardized.*depth.*width/);
  expect(await text('#legend')).toBe('evenodd');
  await page.click('#play');
  await trained(100);
  await page.click('#play');
  await until('it was paused', `/^Paused/.test(document.querySelector('#state').textContent)`);
  await page.click('#score');
  await until(
    'a column was blamed',
    `/height: 90.0, expected about/.test(document.querySelector('#strangest').textContent)`,
  );
  await until(
    'the columns were decoded',
    `/depth.*width.*height/.test(document.querySelector('#decoded-columns').textContent)`,
  );
});

it('says where a table cannot be read, with advice that a visitor can follow', async () => {
  const file = path.join(out, 'two-texts.csv');
  await writeFile(file, 'time,depth,kind\n2026-01-01T00:00:00Z,1,odd\n2026-01-02T00:00:00Z,2,even\n');
  await ((await page.$('input#files')) as ElementHandle<HTMLInputElement>).uploadFile(file);
  await until('it was refused', `/line 2/.test(document.querySelector('#data-state').textContent)`);
  expect(await text('#data-state')).toBe(
    "csv, line 2: '2026-01-01T00:00:00Z' in row 0, column time (offset 16) is no number. Mend that in the file, or take the column out of it.",
  );
});

it('normalises a table as it is asked to, and says which column cross-entropy cannot take', async () => {
  expect([await choice('normalize'), await choice('loss')]).toEqual(['auto', 'mse']);
  await choose('normalize', 'none');
  expect(await text('#columns')).toMatch(/^columnleastlargestdepth.*width90.0110height/);
  await page.select('#choices [name=loss]', 'bce');
  expect(await text('#refused')).toMatch(
    /^Left as it was: BCE asks for values from 0 to 1, and the column (depth|width) has others/,
  );
  expect(await choice('loss')).toBe('mse');
  await choose('normalize', 'minMax');
  await choose('loss', 'bce');
  expect(await text('#columns')).toMatch(/^column, scaled to 0 … 1leastlargest/);
  await page.click('#step');
  await until('it took a step', `document.querySelector('#steps').textContent === '1'`);
  expect(await page.$eval('#notice', (notice) => (notice as HTMLElement).hidden)).toBe(true);
  // A link knows nothing of the data that are open here.
  await page.goto(page.url().replace(/#/, '?#').replace('normalize=minMax', 'normalize=none'));
  await until(
    'the column was named',
    `/BCE asks for values from 0 to 1, and the column (depth|width) has others/.test(document.querySelector('#notice').textContent)`,
  );
  await choose('normalize', 'auto');
  expect(await text('#columns')).toMatch(/^column, scaled to 0 … 1leastlargest/);
});

it('finds nothing for axe to complain of, light and dark', async () => {
  expect(await violations(page)).toEqual([]);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  expect(await violations(page)).toEqual([]);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
});

it('fits a phone', async () => {
  await page.setViewport({ width: 360, height: 780, hasTouch: true, isMobile: true });
  const widest = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(widest, 'no scrolling sideways').toBeLessThanOrEqual(360);
  expect(await violations(page)).toEqual([]);
  await page.setViewport({ width: 1280, height: 900 });
});

it('shows a recorded run where there is no WebGPU, and says so', async () => {
  const bare = await open(url, (opened) =>
    opened.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'gpu', { value: undefined })),
  );
  await until('the recorded run was there', `/recorded run/.test(document.querySelector('#notice').textContent)`, bare);
  await until(
    'its codes were shown',
    `/1,200 examples/.test(document.querySelector('#map-caption').textContent)`,
    bare,
  );
  await bare.click('#play');
  await until('it played', `document.querySelector('#play').textContent === 'Pause'`, bare);
  expect(await violations(bare)).toEqual([]);
  await bare.close();
});

it('complained of nothing', () => {
  expect(troubles).toEqual([]);
});
