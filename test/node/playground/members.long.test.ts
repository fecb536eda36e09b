/** Every member of the family, every normalisation. */
import { expect, it } from 'vitest';
import {
  choice,
  choose,
  fresh,
  number,
  onPlayground,
  page,
  ready,
  says,
  text,
  trained,
  until,
  url,
  violations,
} from '../../support/playground.ts';

onPlayground({ train: 2000, test: 400 });

it('normalises as chosen: in the link, in the program and after a reload', async () => {
  expect(await text('#normalizing')).toBe('Pixels go in as they are.');
  await choose('normalize', 'minMax');
  expect(page.url()).toContain('normalize=minMax');
  expect(await text('#normalizing')).toMatch(/^Each pixel goes in scaled to 0 … 1/);
  expect(await page.$$eval('#pixels canvas', (canvases) => canvases.map((canvas) => canvas.ariaLabel))).toEqual([
    'The pixels’ least and largest, as pictures',
  ]);
  await page.click('#typescript');
  await says('#code', /import {.* minMax,.* normalize: minMax\(\),/s);
  await page.click('#link');
  await says('#code', /#.*normalize=minMax/);
  await page.click('#step');
  await says('#state', /^Paused after 1 steps\. It is saved/);
  await page.reload();
  await says('#state', /^Restored/);
  expect([await choice('normalize'), await number('#steps')]).toEqual(['minMax', 1]);
  expect(await text('#normalizing')).toMatch(/^Each pixel goes in scaled to 0 … 1/);
});

it('explains why cross-entropy and standardized values are incompatible, and changes neither', async () => {
  const why = 'BCE asks for values from 0 to 1, and standardized ones lie on both sides of 0. MSE takes them.';
  await page.select('#choices [name=normalize]', 'standardize');
  expect(await text('#refused')).toBe(`Not changed: ${why}`);
  expect(await choice('normalize')).toBe('minMax');
  expect(await violations(page)).toEqual([]);
  await choose('loss', 'mse');
  await choose('normalize', 'standardize');
  await page.click('#step');
  await says('#steps', /^1$/);
  await page.select('#choices [name=loss]', 'bce');
  expect(await text('#refused')).toBe(`Not changed: ${why}`);
  expect([await choice('loss'), await choice('normalize')]).toEqual(['mse', 'standardize']);
  expect(page.url()).toContain('normalize=standardize');
  // A preset with another loss begins without.
  await choose('preset', 'simple');
  expect([await choice('loss'), await choice('normalize')]).toEqual(['bce', 'none']);

  await page.goto(`${url}?#normalize=standardize`);
  await until(
    'the link was explained',
    `document.querySelector('#notice').textContent.startsWith('The normalisation of this link was left out. ${why}')`,
  );
  expect([await choice('loss'), await choice('normalize')]).toEqual(['bce', 'none']);
  await page.goto(url);
});

it('trains every member of the family', async () => {
  // The second model goes with its page.
  await page.reload();
  await ready();
  const names = await page.$$eval('#choices [name=preset] option', (options) => options.map((option) => option.value));
  expect(names.length).toBeGreaterThan(10);
  for (const name of names.filter((name) => name !== 'variational')) {
    await page.select('#choices [name=preset]', name);
    await fresh(`${name} was open`);
    await page.click('#step');
    await until(`${name} took a step`, `document.querySelector('#steps').textContent === '1'`);
    expect(await page.$eval('#notice', (notice) => (notice as HTMLElement).hidden), name).toBe(true);
  }
}, 180_000);

it('trains a contractive member to more than one blurred reconstruction for all digits', async () => {
  await page.select('#choices [name=preset]', 'contractive');
  await fresh('it was open');
  await page.click('#play');
  await trained(300);
  await page.click('#play');
  await says('#state', /^Paused/);
  const figures = `Object.fromEntries([...document.querySelectorAll('#verdict div')].map((pair) => [pair.firstChild.textContent, Number(pair.lastChild.textContent)]))`;
  // The mean of all digits is the blur; whoever tells them apart has a smaller error.
  await until('it was better than the mean', `(${figures})['squared error'] < 0.8 * (${figures})['the mean alone']`);
});
