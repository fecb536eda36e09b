/** The page, touched once everywhere: the quick part of what the `long` tests beside this one go through. */
import { expect, it } from 'vitest';
import {
  changed,
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

it('has another model beside the first, and the link has both', async () => {
  await toMiddle('#compare');
  await page.select('#rival', 'linear');
  await page.click('#compare');
  await until(
    'there were figures of both',
    `(() => {
      const rows = [...document.querySelectorAll('#compared-figures tbody tr')].map((row) => row.textContent);
      return rows.length === 2 && rows[1].startsWith('Second: Linear = PCA, 2 numbers') && rows.every((row) => /%/.test(row));
    })()`,
  );
  expect(page.url()).toMatch(/#compared=linear$/);
  await toMiddle('.compared button');
  await page.click('.compared button');
  await has(0, '.compared');
  expect(page.url()).not.toContain('#');
});

it('has a codebook, of which an example takes an entry', async () => {
  await choose('codeKind', 'vectorQuantizer');
  await page.$eval('#codebook', (panel) => panel.scrollIntoView());
  await has(64, '#entries li');
  // Both are read at one moment: the page may show the entries of a later look in between.
  const { framed, inGrid } = await page.evaluate(() => ({
    framed: [...document.querySelectorAll('#entries .taken')].map((item) => item.getAttribute('data-entry')),
    inGrid: [...document.querySelectorAll('#index-map td')].map((cell) => cell.textContent),
  }));
  expect(inGrid).toHaveLength(1);
  expect(framed).toEqual(inGrid);
});

it('tells the model the class: samples and places with the chosen label', async () => {
  await choose('preset', 'conditional');
  expect(await text('#samples-label')).toBe('each, a row a label0123456789');
  await page.$eval('#samples', (panel) => panel.scrollIntoView());
  await has(10, '#samples canvas');
  await page.select('#samples-label', '3');
  await has(6, '#samples canvas');
  const place = await shown('#decoded');
  await page.select('#map-label', '7');
  await changed('another label', '#decoded', place);
  await choose('preset', 'variational');
});

it('reads pictures, names them by their files, and follows the theme', async () => {
  await uploadPictures(60);
  await says('#data-state', /^60 pictures: 60 examples, 28 × 28 pixels/);
  // Before its first step the model is as far from any picture as from any other.
  await page.click('#step');
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
