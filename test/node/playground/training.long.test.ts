/** A model from the first click to the file it leaves, with all twelve thousand digits. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSafetensors } from '../../../src/files/safetensors.ts';
import {
  changed,
  desktop,
  downloaded,
  fresh,
  number,
  open,
  page,
  shown,
  start,
  stop,
  text,
  trained,
  troubles,
  until,
  url,
  violations,
} from '../../support/playground.ts';

beforeAll(() => start(), 120_000);
afterAll(stop);

it('is alive before the first click: a trained model, ten thousand dots, its reconstructions', async () => {
  await until('a model was open', `/^Already trained/.test(document.querySelector('#state').textContent)`);
  await until(
    'all codes were looked at',
    `/^12,000 examples/.test(document.querySelector('#map-caption').textContent)`,
  );
  expect(await text('#reconstructions')).toBe('');
  expect(await page.$$eval('#reconstructions canvas', (canvases) => canvases.length)).toBe(2);
  await until('it was judged', `/%/.test(document.querySelector('#verdict').textContent)`);
});

it('decodes at the dragged place, and by the keyboard', async () => {
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
  await fresh('there was a new model');
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

it('continues after a reload', async () => {
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

it('provides the weights, the model, a program and a link', async () => {
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
  expect((await downloaded('#flagged')).toString()).toMatch(
    /^picture,error,class,pixel 0,.*\n(training|test) image \d+,\d+/,
  );
});

it('leaves a class out of training', async () => {
  await page.click('#without');
  await fresh('there was a new model');
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

it('has no violations for axe, light and dark', async () => {
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
  await page.setViewport(desktop);
});

it('shows a recorded run without WebGPU, and states it', async () => {
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

it('has no errors in the console', () => {
  expect(troubles).toEqual([]);
});
