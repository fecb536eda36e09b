/** A visitor's table: dropped on the page, learned, explained and taken away. */
import { expect, it } from 'vitest';
import { downloaded, onPlayground, page, savedPicture, says, text, violations } from '../../support/playground.ts';
import { dropped, learned, machine, shownRows } from '../../support/table-view.ts';

// Fewer steps than it takes by itself are enough for this table.
onPlayground({ train: 600, test: 100 }, '#tables=own&file=machine.csv&steps=400');

it('a dropped CSV is read and learned at once, and its strange row is first, with the responsible column', async () => {
  await dropped('machine.csv', machine());
  await learned();
  const panels = await page.$$eval('h2', (titles) =>
    titles.filter((title) => title.checkVisibility()).map((title) => title.textContent),
  );
  expect(panels).toEqual([
    'machine.csv',
    'The strangest rows',
    'How the file was read',
    'Export',
    'Map of the rows',
    'Blanks filled in',
  ]);
  expect(await text('#t-understood-about')).toMatch(
    /^200 rows, 5 columns: separated by semicolons, decimal comma, the first line names the columns/,
  );
  expect(await text('#t-columns tbody')).toMatch(/idnumbers.*left out: most rows have a text of their own there/);
  const [first] = await shownRows();
  expect(first.head).toMatch(/^row 78score/);
  expect(first.why).toMatch(/^heat is 40, expected/);
  expect(first.cells).toMatchObject({ id: 'id-77', state: 'high', heat: '40', power: '15.5' });
  expect(first.guilty).toContain('heat');
});

it('a blank is filled in, on the page and in the file', async () => {
  expect(await text('#t-blanks-about')).toMatch(/^1 blank\. /);
  const [row, column, value] = await page.$$eval('#t-blanks-table tbody tr > *', (cells) =>
    cells.map((cell) => cell.textContent),
  );
  expect([row, column]).toEqual(['51', 'power']);
  expect(Math.abs(Number(value) - 15.5)).toBeLessThan(3);
  const lines = (await downloaded('#t-filled')).toString().split('\n');
  expect(lines[0]).toBe('id,time,state,heat,power');
  expect(Number(lines[51].split(',')[4]).toPrecision(5)).toBe(Number(value).toPrecision(5));
});

it('provides the scores with the reasons of all strange rows, the weights and the model', async () => {
  const [head, first, ...others] = (await downloaded('#t-scores')).toString().trim().split('\n');
  expect(head).toBe('row,score,column,found,expected,id,time,state,heat,power');
  expect(first).toMatch(/^78,[\d.]+,heat,40,[\d.]+,id-77,2026-01-01T00:17:00.000Z,high,40,15.5$/);
  expect(others.length).toBe(199);
  expect((await downloaded('#t-weights')).subarray(8).toString('latin1')).toMatch(/^\{"/);
  expect((await downloaded('#t-onnx')).includes('reconstruction.heat')).toBe(true);
});

it('draws only visible rows, marks the selected one, and colours the map by a column', async () => {
  expect(await page.$$eval('.t-row', (rows) => rows.length)).toBeLessThan(40);
  const last = await page.$eval('.t-row', (row) => row.getAttribute('aria-setsize'));
  expect(last).toBe('200');
  await page.click('.t-row[data-index="1"]');
  expect(await page.$eval('.t-row[aria-current]', (row) => row.getAttribute('aria-posinset'))).toBe('2');
  await page.select('#t-color', 'state');
  await says('#t-legend', /^highlow$/);
  expect(page.url()).toMatch(/#tables=own&file=machine.csv&steps=400&color=state$/);
  const { name, colors } = await savedPicture('map of the rows');
  expect(name).toBe('latentgpu-machine-map-of-the-rows-seed-0.png');
  expect(colors).toBeGreaterThan(20);
});

it('fits a phone, with the strange rows near the top', async () => {
  await page.setViewport({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  const top = await page.$eval('#t-strange', (panel) => panel.getBoundingClientRect().top + scrollY);
  expect(top).toBeLessThan(500);
  expect(await violations(page)).toEqual([]);
});

it('after a reload keeps the choices, and asks for the file again', async () => {
  await page.reload();
  await says('#t-state', /^The choices for machine.csv are remembered, the file is not/);
});
