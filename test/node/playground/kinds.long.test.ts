/** Models with panels of their own: a GAN, a codebook, a dictionary, classes that the model receives. */
import { expect, it } from 'vitest';
import { readSafetensors } from '../../../src/files/safetensors.ts';
import {
  changed,
  choice,
  choose,
  downloaded,
  has,
  number,
  onPlayground,
  page,
  says,
  shown,
  text,
  toMiddle,
  violations,
} from '../../support/playground.ts';

onPlayground({ train: 600, test: 100 });

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
});
