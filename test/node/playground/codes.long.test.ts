/** Codes that are no plain numbers, and models that are told labels: what is kept of them, and with which data they go. */
import { expect, it } from 'vitest';
import {
  choice,
  choose,
  fresh,
  has,
  number,
  onPlayground,
  page,
  says,
  text,
  trained,
  uploadPictures,
  url,
} from '../../support/playground.ts';

onPlayground({ train: 600, test: 100 });

const press = (selector: string): Promise<void> => page.$eval(selector, (button) => (button as HTMLElement).click());
const paused = (): Promise<void> => says('#state', /It is saved in this browser/);

it('samples of a quantised code are drawn during training, which continues', async () => {
  await choose('preset', 'vector-quantised');
  await page.click('#play');
  await trained(3);
  await press('#draw-samples');
  await has(6, '#samples canvas');
  await trained((await number('#steps')) + 3);
  await page.click('#play');
  await paused();
});

it('a quantised model is restored after a reload, with its codebook and its entries', async () => {
  const steps = await number('#steps');
  await page.reload();
  await says('#state', /^Restored/);
  expect([await number('#steps'), await choice('codeKind'), await choice('entries')]).toEqual([
    steps,
    'vectorQuantizer',
    '64',
  ]);
  await page.$eval('#codebook', (panel) => panel.scrollIntoView());
  await has(64, '#entries li');
  expect(await page.$$('#entries .taken')).not.toHaveLength(0);
});

it('a kind of code can be chosen, with as many numbers as it needs', async () => {
  await choose('preset', 'deep');
  await choose('codeKind', 'topK');
  expect([await choice('code'), await choice('active')]).toEqual(['512', '20']);
  expect(await text('#shape-caption')).toMatch(/^784 – 64 – 32 – 512 – 512 – 32 – 64 – 784: /);
  await press('#step');
  await paused();
  await choose('codeKind', 'vectorQuantizer');
  expect(await text('#shape-caption')).toMatch(/^784 – 64 – 32 – 32 – 32 – 32 – 64 – 784: /);
  await page.$eval('#codebook', (panel) => panel.scrollIntoView());
  // Without a grid of places, an example is one entry as a whole.
  await has(1, '#index-map td');
});

it('a conditional model receives the classes of the digits, and none for pictures without classes', async () => {
  await page.goto(`${url}?1#preset=conditional&conditional=true`);
  await fresh('the link was followed');
  expect(await page.$eval('#choices [name=conditional]', (box) => (box as HTMLInputElement).checked)).toBe(true);
  await uploadPictures(60);
  await says('#data-state', /^60 pictures: 60 examples/);
  const box = await page.$eval('#choices [name=conditional]', (field) => {
    const { checked, disabled } = field as HTMLInputElement;
    return { checked, disabled };
  });
  expect(box).toEqual({ checked: false, disabled: true });
});
