/** Tables and pictures of a visitor’s own. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  choice,
  choose,
  downloaded,
  page,
  start,
  stop,
  text,
  trained,
  troubles,
  until,
  upload,
} from '../../support/playground.ts';

beforeAll(() => start({ train: 2000, test: 400 }), 120_000);
afterAll(stop);

it('learns a table of the visitor’s own, standardized, and says which column is to blame', async () => {
  const rows = Array.from({ length: 240 }, (_, i) =>
    [Math.sin(i), 100 + 10 * Math.cos(i), i === 7 ? 12 : 2 * Math.sin(i) + 5, i % 2 ? 'odd' : 'even'].join(),
  );
  await upload('own.csv', ['depth,width,height,kind', ...rows].join('\n'));
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
  await until('a column was blamed', `/row 8.*even|row 8.*odd/.test(document.querySelector('#strangest').textContent)`);
  // The eighth row is the one that was made strange, and it stands first.
  const [first] = await page.$$eval('#strangest tbody tr', (rows) =>
    rows.map((row) => [...row.children].map((cell) => cell.textContent)),
  );
  expect([first[0], first[2], first[3], first[4]]).toEqual(['row 8', 'odd', 'height', '12.0']);
  expect((await downloaded('#flagged')).toString().split('\n').slice(0, 2)).toEqual([
    'data row (from 1),error,most blamed column,expected there,share of the error,depth,width,height,kind',
    expect.stringMatching(/^8,[\d.]+,height,[-\d.]+,[\d.]+,0\.656\d*,107\.\d+,12,odd$/),
  ]);
  await until(
    'the columns were decoded',
    `/depth.*width.*height/.test(document.querySelector('#decoded-columns').textContent)`,
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

it('complained of nothing', () => {
  expect(troubles).toEqual([]);
});
