/** The page, touched once everywhere: the quick part of what the `long` tests beside this one go through. */
import { expect, it } from 'vitest';
import { readSafetensors } from '../../../src/files/safetensors.ts';
import {
  changed,
  choice,
  choose,
  desktop,
  downloaded,
  has,
  number,
  onPlayground,
  page,
  savedPicture,
  says,
  shown,
  text,
  toMiddle,
  trained,
  until,
  uploadPictures,
  violations,
} from '../../support/playground.ts';

onPlayground({ train: 600, test: 100 });

it('shows a trained model before the first click, with labels', async () => {
  await says('#state', /^Already trained/);
  await says('#map-caption', /^700 examples/);
  await says('#verdict', /%/);
  expect(await text('#reconstructions-hint')).toMatch(/: test images \d+[16](, \d*[16])+\.$/);
  expect(await violations(page)).toEqual([]);
});

it('trains, pauses, and provides a program and a link', async () => {
  const steps = await number('#steps');
  await page.click('#play');
  await trained(steps + 10);
  await page.click('#play');
  await says('#state', /^Paused/);
  await page.click('#typescript');
  await says('#code', /gaussian\(2/);
  await page.click('#link');
  await says('#taken', /leads to this machine/);
});

it('saves pictures as they stand on the page, on its background, named by the model, what they show and the seed', async () => {
  await toMiddle('#samples');
  await has(6, '#samples canvas');
  for (const shows of ['latent map', 'reconstructions', 'loss', 'samples']) {
    const { corner, colors, name } = await savedPicture(shows);
    expect(name).toBe(`latentgpu-variational-${shows.replace(' ', '-')}-seed-0.png`);
    expect(corner, shows).toEqual([255, 255, 255, 255]);
    expect(colors, `${shows}: more than a title on an empty page`).toBeGreaterThan(60);
  }
  const [left, right] = await page.$eval('#loss', (chart) => {
    const { left, right } = chart.getBoundingClientRect();
    return [left, right];
  });
  const plain = await savedPicture('loss');
  expect(plain.width, 'as wide as the chart, with a margin').toBe(Math.round(right - left) + 28);
  // The second of the screen’s densities: twice as many pixels to the same picture.
  await page.setViewport({ ...desktop, deviceScaleFactor: 2 });
  expect((await savedPicture('loss')).width).toBe(2 * plain.width);
  await page.setViewport(desktop);
});

it('draws an example’s neighbours, decodes a place, and walks from one to another', async () => {
  await page.click('#example');
  await says('#drawn-state', /^test image \d+: At .* on the map/);
  expect(await text('#neighbors p')).toMatch(/^The examples with the nearest codes: .*image/);
  await page.click('#from');
  const before = await shown('#decoded');
  await page.focus('#over');
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowLeft');
  await changed('arrow keys', '#decoded', before);
  const walk = await shown('#walk');
  await page.click('#to');
  await changed('a way', '#walk', walk);
});

it('scores every example, and names the flagged ones', async () => {
  await page.click('#score');
  await has(14, '#strangest tbody tr');
  const first = await page.$eval('#strangest tbody th', (cell) => cell.textContent);
  expect((await downloaded('#flagged')).toString().split('\n')[1]).toContain(`${first},`);
});

it('has other models beside the first, alike in code size and loss or not, and the link has all of them', async () => {
  await toMiddle('#compare');
  await page.select('#rival', 'linear');
  await page.click('#compare');
  await figuresOf('First', 'Second: Linear = PCA, 2 numbers');
  expect(page.url()).toMatch(/#compared=linear$/);
  expect((await rowsOfFigures())[1].slice(0, 3)).toEqual(['Second: Linear = PCA, 2 numbers', '2', 'BCE']);
  expect(await text('.compared .unlike')).toMatch(/^Only the first one’s loss has a divergence in it/);
  await page.click('#alike');
  await says('.compared .widths', /784 – 32 – 784/);
  await figuresOf('First', 'Second: Linear = PCA, 32 numbers');
  expect((await rowsOfFigures())[1].slice(0, 3)).toEqual(['Second: Linear = PCA, 32 numbers', '32', 'MSE']);
  expect(await text('.compared .unlike')).toMatch(
    /^Its code has 32 numbers, the first one’s has 2 numbers. It learns by MSE, the first one by BCE/,
  );
  await page.click('#compare-this');
  await figuresOf('First', 'Second: Linear', 'Third: Variational');
  expect(page.url()).toMatch(/#alike=false&compared=linear&compared=variational$/);
  expect(await violations(page)).toEqual([]);
  await toMiddle('.compared button');
  await page.click('.compared button');
  await figuresOf('First', 'Second: Variational');
  expect(page.url()).toMatch(/#alike=false&compared=variational$/);
  expect((await rowsOfFigures()).map(([name]) => name)).toEqual([
    'First: Variational, 2 numbers, β 1',
    'Second: Variational, 2 numbers, β 1',
  ]);
  expect((await savedPicture('second model’s map')).name).toBe('latentgpu-variational-second-model-s-map-seed-0.png');
});

/** Waits until the table has models of names that begin like these, each with all of its figures. */
const figuresOf = (...names: string[]): Promise<void> =>
  until(
    `there were figures of ${names.join(', ')}`,
    `(() => {
      const names = ${JSON.stringify(names)};
      const rows = [...document.querySelectorAll('#compared-figures tbody tr')].map((row) => row.textContent);
      return rows.length === names.length && rows.every((row, i) => row.startsWith(names[i]) && /%/.test(row));
    })()`,
  );
const rowsOfFigures = (): Promise<string[][]> =>
  page.$$eval('#compared-figures tbody tr', (rows) =>
    rows.map((row) => [...row.children].map((cell) => cell.textContent)),
  );

it('trains a GAN: samples and both losses, and nothing that needs an encoder', async () => {
  await choose('preset', 'gan');
  const seen = await page.$$eval('h2', (titles) =>
    titles.filter((title) => title.checkVisibility()).map((title) => title.textContent),
  );
  expect(seen).toEqual(['Model', 'Samples', 'Loss', 'Your own data', 'Export', 'Speed', 'The jigsaw']);
  const fields = await page.$$eval('#choices [name]', (all) =>
    all.filter((field) => field.checkVisibility()).map((field) => (field as HTMLInputElement).name),
  );
  expect(fields).toEqual(['preset', 'generator', 'code', 'discriminator', 'discriminatorRate', 'batch', 'seed']);
  expect(await text('#shape-caption')).toMatch(/^32 – 128 – 784 – 128 – 1: /);
  await has(6, '#samples canvas');
  const before = await shown('#samples canvas');
  await page.click('#play');
  await says('#loss-caption', /discriminator’s 0/);
  await changed('training', '#samples canvas', before);
  await page.click('#play');
  await says('#state', /It is saved in this browser/);
  expect(await page.$$eval('#samples-earlier p', (lines) => lines[0].textContent)).toBe('untrained');
  expect(await violations(page)).toEqual([]);
  const { tensors } = readSafetensors(await downloaded('#safetensors'));
  expect(tensors['generator.0.weight'].shape).toEqual([128, 32]);

  const steps = await number('#steps');
  await page.reload();
  await says('#state', /^Restored/);
  expect([await number('#steps'), await choice('preset')]).toEqual([steps, 'gan']);
  await choose('preset', 'variational');
  await says('#map-caption', /^700 examples/);
});

it('quantises: a codebook, the entries of an example, and samples', async () => {
  await choose('preset', 'vector-quantised');
  await page.click('#step');
  await says('#state', /It is saved in this browser/);
  await page.$eval('#codebook', (panel) => panel.scrollIntoView());
  await has(64, '#entries li');
  // Both are read at one moment: the page may show the entries of a later step in between.
  const seen = () =>
    page.evaluate(() => ({
      framed: [...document.querySelectorAll('#entries .taken')].map((item) => Number(item.getAttribute('data-entry'))),
      inGrid: [...document.querySelectorAll('#index-map td')].map((cell) => Number(cell.textContent)),
    }));
  const framedAsInGrid = async () => {
    const { framed, inGrid } = await seen();
    expect(inGrid).toHaveLength(49);
    expect(framed).toEqual([...new Set(inGrid)].sort((a, b) => a - b));
  };
  await framedAsInGrid();
  await page.select('#index-example', '3');
  await framedAsInGrid();
  expect(await text('#verdict')).toMatch(/commitment0\.\d+perplexity\d/);
  expect(await page.$$('#samples canvas')).toEqual([]);
  await toMiddle('#draw-samples');
  await page.click('#draw-samples');
  await has(6, '#samples canvas');
  expect(await violations(page)).toEqual([]);
});

it('decomposes examples: a dictionary, page by page', async () => {
  await choose('preset', 'sparse-dictionary');
  await page.click('#step');
  await says('#state', /It is saved in this browser/);
  await page.$eval('#dictionary', (panel) => panel.scrollIntoView());
  await has(8, '#latents li');
  expect(await text('#latents-shown')).toBe('1 to 8 of 512, the most frequent first');
  expect(await text('#dictionary-caption')).toMatch(
    /^\d+ of the 512 latents are dead just now: none of the 700 examples has them/,
  );
  expect(await text('#verdict')).toMatch(/dead in training\d/);
  const shares = () =>
    page.$$eval('#latents li > figure:first-child figcaption', (captions) =>
      captions.map((caption) => Number(/([\d.]+) %$/.exec(caption.textContent)![1])),
    );
  // A page asked for now is of the model after the step, while the first one may still be of the model before it.
  await toMiddle('#latents-after');
  await page.click('#latents-after');
  await says('#latents-shown', /^9 to 16 of 512/);
  const second = await shares();
  await page.click('#latents-before');
  await says('#latents-shown', /^1 to 8 of 512/);
  const first = await shares();
  expect(first).toEqual(first.toSorted((a, b) => b - a));
  expect(second[0]).toBeLessThanOrEqual(first[7]);
  const activations = await page.$eval('#latents li', (item) =>
    [...item.querySelectorAll('figure:not(:first-child) figcaption')].map((caption) => Number(caption.textContent)),
  );
  expect(activations).toHaveLength(6);
  expect(activations).toEqual(activations.toSorted((a, b) => b - a));
  expect(await violations(page)).toEqual([]);
});

it('uses the classes: places, drawings and samples with the chosen label', async () => {
  await choose('preset', 'conditional');
  expect(await text('#samples-label')).toBe('each, a row a label0123456789');
  await page.$eval('#samples', (panel) => panel.scrollIntoView());
  await has(10, '#samples canvas');
  await page.select('#samples-label', '3');
  await has(6, '#samples canvas');
  expect(await text('#map-caption')).toMatch(/The model receives the classes/);
  const place = await shown('#decoded');
  await page.select('#map-label', '7');
  await changed('another label', '#decoded', place);
  expect(await page.$eval('#drawn-label', (field) => (field as HTMLSelectElement).value)).toBe('7');
  const drawn = await shown('#drawn');
  await page.click('#example');
  await changed('an example', '#drawn', drawn);
  const width = await page.$eval('#drawn-labels', (canvas) => (canvas as HTMLCanvasElement).width);
  expect(width, 'ten pictures side by side').toBe(10 * 28 + 9 * 2);
  expect(await violations(page)).toEqual([]);
  await choose('preset', 'variational');
});

it('reads pictures, names them by their files, and follows the theme', async () => {
  await uploadPictures(60);
  await says('#data-state', /^60 pictures: 60 examples, 28 × 28 pixels/);
  // Before its first step the model is as far from any picture as from any other.
  await page.click('#play');
  await trained(100);
  await page.click('#play');
  await says('#state', /^Paused/);
  await toMiddle('#score');
  await page.click('#score');
  await says('#strangest tbody tr', /square/);
  const light = await shown('#histogram canvas');
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await changed('the theme', '#histogram canvas', light);
  const { corner, colors, name } = await savedPicture('histogram of errors');
  expect(name).toMatch(/^latentgpu-variational-histogram-of-errors-seed-0\.png$/);
  expect(corner, 'the panel in the dark').toEqual([22, 26, 32, 255]);
  expect(colors).toBeGreaterThan(20);
  expect(await violations(page)).toEqual([]);
});

it('fits a phone, with a link to the anomalies', async () => {
  // Without touch, which would load the page anew.
  await page.setViewport({ width: 360, height: 780 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await page.click('.jump a[href="#anomalies-title"]');
  const top = await page.$eval('#anomalies', (panel) => panel.getBoundingClientRect().top);
  expect(Math.abs(top), 'the panel is at the top').toBeLessThan(60);
  expect(page.url(), 'the settings stay in the address').toContain('data=own');
  await page.setViewport(desktop);
});
