/** Tables and series in the playground: what a visitor can change, the examples, and files that are not read at once. */
import { expect, it } from 'vitest';
import { downloaded, onPlayground, page, text, url, violations } from '../../support/playground.ts';
import { dropped, learned, machine, shownRows } from '../../support/table-view.ts';

onPlayground({ train: 600, test: 100 });

/** A page that knows nothing of the one before, with a link to the view of tables. */
async function follow(hash: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${url}#${hash}`);
  await page.waitForSelector('#t-file');
}

const use = (column: string, as: string) => page.select(`#t-columns [data-column="${column}"]`, as);

/** Until a change has been taken over, and what it asks for is learned. */
async function relearned(change: () => Promise<unknown>): Promise<void> {
  await change();
  await page.waitForFunction(`!/^Learned/.test(document.querySelector('#t-state').textContent)`);
  await learned();
}

it('a CSV that is dropped on the page of pictures is read and learned at once, as long as its rows need', async () => {
  await dropped('machine.csv', machine());
  await learned();
  expect(new URL(page.url()).hash).toBe('#tables=own&file=machine.csv');
  expect(await page.$eval('#t-progress', (bar) => (bar as HTMLProgressElement).max)).toBe(2000);
  const [first] = await shownRows();
  expect(first.head).toMatch(/^row 78score/);
  expect(await page.$eval('#choices', (choices) => choices.checkVisibility())).toBe(false);
});

it('one column is left out, another is the label, and the link stores both', async () => {
  await follow('tables=own&file=machine.csv&steps=300');
  await dropped('machine.csv', machine());
  await learned();
  await relearned(() => use('time', 'leave'));
  await relearned(() => use('state', 'label'));
  expect(new URL(page.url()).hash).toBe('#tables=own&file=machine.csv&steps=300&column.time=leave&column.state=label');
  expect(await text('#t-columns tbody')).toMatch(/state.*2 classes/);
  const [first] = await shownRows();
  expect(first.head).toMatch(/^row 78/);
  expect(first.cells, 'what the model does not see is shown').toMatchObject({ state: 'high', id: 'id-77' });
  const onnx = (await downloaded('#t-onnx')).toString('latin1');
  expect([onnx.includes('reconstruction.heat'), onnx.includes('reconstruction.time')]).toEqual([true, false]);
  expect(await page.$eval('#t-views', (views) => views.checkVisibility()), 'without a time there is no series').toBe(
    false,
  );

  await page.reload();
  await page.waitForSelector('#t-file');
  await dropped('machine.csv', machine());
  await learned();
  expect(await page.$eval('#t-columns [data-column="state"]', (field) => (field as HTMLSelectElement).value)).toBe(
    'label',
  );
});

it('another file starts without the choices for the one before', async () => {
  await dropped('other.tsv', machine().replaceAll(';', '\t').replaceAll(',', '.'));
  await learned();
  expect(new URL(page.url()).hash).toBe('#tables=own&file=other.tsv');
  expect(await text('#t-understood-about')).toMatch(/separated by tabs, decimal point/);
});

it('an unreadable file shows the reason in the page’s terms, and is read with the right choice', async () => {
  const numbers = Array.from({ length: 20_000 }, (_, i) => `${i},${i === 19_000 ? 'broken' : Math.sin(i)},${i % 7}`);
  await follow('tables=own&file=broken.csv&steps=100');
  await dropped('broken.csv', ['a,b,c', ...numbers].join('\n'));
  await page.waitForFunction(`!document.querySelector('#t-refused').hidden`);
  expect(await text('#t-why')).toMatch(/^line 19002, column b: 'broken' .* write “broken” into “a word for a blank”/);
  expect(await text('#t-columns tbody')).toMatch(/^a.*b.*c/);
  expect(await violations(page)).toEqual([]);
  await page.type('#t-dialect [name=missing]', 'broken');
  await page.keyboard.press('Tab');
  await learned();
  expect(await page.$eval('#t-refused', (panel) => (panel as HTMLElement).hidden)).toBe(true);
  expect(await text('#t-blanks-about')).toMatch(/^1 blank\./);
});

it('training can be stopped, and the model is kept', async () => {
  await follow('tables=machines&steps=100000');
  await page.waitForFunction(`!document.querySelector('#t-stop').hidden`);
  await page.click('#t-stop');
  await learned();
  expect(await text('#t-state')).toMatch(/^Learned until you stopped it after/);
  expect((await shownRows()).length).toBeGreaterThan(3);
});

it('the example of a series has its three planted stretches, and a click shows one', async () => {
  await follow('tables=building&view=series');
  await learned();
  expect(await page.$$eval('#t-board h2', (titles) => titles.filter((title) => title.checkVisibility()).length)).toBe(
    3,
  );
  const stretches = await text('#t-stretches tbody');
  for (const day of ['2026-02-05', '2026-02-24', '2026-03-15']) expect(stretches).toContain(day);
  await page.click('#t-stretches button');
  expect((await downloaded('#t-scores')).toString().split('\n').length).toBe(14 * 168 + 2);
  expect(await violations(page)).toEqual([]);
  await relearned(() => page.click('#t-views [value=rows]'));
  expect(await page.$eval('#t-strange', (panel) => panel.checkVisibility())).toBe(true);
});
