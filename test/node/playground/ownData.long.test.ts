/** Pictures of a visitor’s own. */
import { expect, it } from 'vitest';
import {
  choice,
  choose,
  downloaded,
  onPlayground,
  page,
  says,
  text,
  trained,
  until,
  uploadPictures,
} from '../../support/playground.ts';

onPlayground({ train: 600, test: 100 });

it('learns the visitor’s pictures, and names the one that differs from the others', async () => {
  await uploadPictures(60);
  await says('#data-state', /^60 pictures: 60 examples, 28 × 28 pixels, 10 held out/);
  await choose('preset', 'simple');
  // By cross-entropy no error is small where pixels are grey.
  await choose('loss', 'mse');
  await page.click('#play');
  await trained(60);
  await page.click('#play');
  await says('#state', /^Paused/);
  await page.click('#score');
  await until('one was flagged', `document.querySelectorAll('#strangest tbody tr').length > 0`);
  expect(await page.$eval('#strangest tbody th', (cell) => cell.textContent)).toBe('square 7.bmp');
  expect((await downloaded('#flagged')).toString()).toMatch(
    /^picture,error,pixel 0,.*\nsquare 7.bmp,[\d.]+,1,1,0,0,1,/,
  );
});

it('normalises pictures as chosen, and names the normalisation that is incompatible with cross-entropy', async () => {
  await choose('loss', 'bce');
  expect(await choice('normalize')).toBe('none');
  await page.select('#choices [name=normalize]', 'standardize');
  expect(await text('#refused')).toMatch(/^Not changed: BCE asks for values from 0 to 1, and standardized ones/);
  await choose('loss', 'mse');
  await choose('normalize', 'standardize');
  expect(await text('#pixels')).toMatch(/^Of each pixel, its mean and deviation/);
  await page.click('#step');
  await says('#steps', /^1$/);
  expect(await page.$eval('#notice', (notice) => (notice as HTMLElement).hidden)).toBe(true);
});
