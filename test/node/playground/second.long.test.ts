/** Two models beside each other. */
import { expect, it } from 'vitest';
import {
  changed,
  fresh,
  has,
  onPlayground,
  page,
  savedPicture,
  says,
  shown,
  text,
  toMiddle,
  until,
  violations,
} from '../../support/playground.ts';

onPlayground({ train: 600, test: 100 });

const figuresOfSecond = `document.querySelectorAll('#compared-figures tbody tr')[1]`;

it('compares a second model', async () => {
  await page.click('#compare');
  await until('the second model was judged', `/%/.test(${figuresOfSecond}?.textContent)`);
  expect(await text('.compared h3')).toBe('Second: Deep, 2 numbers');
  expect(await text('.compared .widths')).toBe('784 – 64 – 32 – 2 – 32 – 64 – 784');
  await page.click('#play');
  await until('it trained with the first', `Number(${figuresOfSecond}.cells[4].textContent) > 4`);
  await page.click('#play');
  await says('#state', /^Paused/);
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
  expect(await text('#loss-others')).toBe(
    'Second model: Deep, 2 numbers. Its loss, a mean over pixels, is multiplied by 784 here: nats an image, as the first one’s.',
  );
  expect(await legend()).toEqual(both);
  // They grow while it trains.
  await expect.poll(inked, { message: 'its lines', timeout: 20_000 }).toBeGreaterThan(50);
  const [, first, last] =
    /The second model’s loss fell from ([\d.]+) to ([\d.]+)/.exec(await text('#loss-caption')) ?? [];
  expect(Number(last), 'its loss fell').toBeLessThan(Number(first));

  await page.click('section[aria-labelledby=loss-title] summary');
  await has(2, '#loss-table caption');
  expect(
    await page.$$eval('#loss-table caption', (captions) => captions.map((caption) => caption.textContent)),
  ).toEqual(['First model', 'Second model, as in the chart']);
  const cells = await page.$$eval('#loss-table table', (tables) =>
    tables.map((table) => [...table.querySelector('tbody tr')!.children].map((cell) => cell.textContent)),
  );
  expect(cells[0][3], 'a divergence of the first').toMatch(/\d/);
  expect(cells[1].slice(2), 'a reconstruction and nothing else of the second').toEqual([cells[1][1]]);
  // It is judged now and then: wait for the table and the board to speak of the same moment.
  await until(
    'the table agreed with the second model’s own figure',
    `(() => {
    const own = Number(${figuresOfSecond}.cells[8].textContent);
    const shown = Number(/loss ([\\d.]+)$/.exec(document.querySelector('#loss-table').textContent)?.[1]);
    return own > 0 && shown === own;
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

it('stops the comparison when the data change', async () => {
  await page.click('#without');
  await fresh('there was a new model');
  expect(
    await page.$$eval('#compared-board, #loss-others, #loss-part-choice', (parts) =>
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
