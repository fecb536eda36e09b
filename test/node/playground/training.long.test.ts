/** A model from the first click to the file it leaves, with all twelve thousand digits. */
import { expect, it } from 'vitest';
import { readSafetensors } from '../../../src/files/safetensors.ts';
import {
  changed,
  desktop,
  downloaded,
  fresh,
  number,
  onPlayground,
  open,
  page,
  says,
  shown,
  text,
  toMiddle,
  trained,
  until,
  url,
  violations,
} from '../../support/playground.ts';

onPlayground();

it('is alive before the first click: a trained model, ten thousand dots, its reconstructions', async () => {
  await says('#state', /^Already trained/);
  await says('#map-caption', /^12,000 examples/);
  expect(await text('#reconstructions')).toBe('');
  expect(await page.$$eval('#reconstructions canvas', (canvases) => canvases.length)).toBe(2);
  await says('#verdict', /%/);
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
  await says('#state', /^Paused/);
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
  await says('#state', new RegExp(`^Paused after ${steps} steps\\. It is saved`));
  await page.reload();
  await says('#state', /^Restored/);
  expect(await number('#steps')).toBe(steps);
  expect(await page.$eval('#rate', (slider) => Number((slider as HTMLInputElement).value))).toBeCloseTo(-2.5);
});

it('reconstructs a drawing and marks its place', async () => {
  await toMiddle('#drawing');
  const box = (await (await page.$('#drawing'))!.boundingBox())!;
  await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.2 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.8 * box.height, { steps: 6 });
  await page.mouse.up();
  await says('#drawn-state', /on the map/);
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
  await says('#code', /gaussian\(2, { beta: 1 }\)/);
  await page.click('#pytorch');
  await says('#code', /torch.nn.Linear\(784, 64\)/);
  await page.click('#link');
  await says('#code', /#rate=0.0032$/);
});

it('scores every example', async () => {
  await page.click('#score');
  await says('#histogram-caption', /of 12,000 examples lie above/);
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
  await says('#jigsaw-state', /held-out puzzles solved/);
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
  await says('#notice', /recorded run/, bare);
  await says('#map-caption', /1,200 examples/, bare);
  await bare.click('#play');
  await says('#play', /^Pause$/, bare);
  expect(await violations(bare)).toEqual([]);
  await bare.close();
});
