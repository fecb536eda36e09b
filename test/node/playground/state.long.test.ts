/** The page's state: every setting goes into the address, comes back from it, and is there after a reload; so is what the browser keeps. */
import { expect, it } from 'vitest';
import { fromHash, toHash } from '../../../app/playground/link.ts';
import { defaults, type OwnSetting, type Settings } from '../../../app/playground/settings.ts';
import {
  fresh,
  onPlayground,
  open,
  page,
  ready,
  says,
  text,
  toMiddle,
  until,
  uploadPictures,
  url,
} from '../../support/playground.ts';

onPlayground({ train: 600, test: 100 });

/** Where each setting stands on the page; those without a place there come with a preset, or belong to a GAN. */
const places: Partial<Record<OwnSetting, string>> = {
  preset: '#choices [name=preset]',
  hidden: '#choices [name=hidden]',
  code: '#choices [name=code]',
  codeKind: '#choices [name=codeKind]',
  beta: '#choices [name=beta]',
  samples: '#choices [name=samples]',
  conditional: '#choices [name=conditional]',
  entries: '#choices [name=entries]',
  active: '#choices [name=active]',
  activation: '#choices [name=activation]',
  loss: '#choices [name=loss]',
  corruption: '#choices [name=corruption]',
  amount: '#choices [name=amount]',
  penalty: '#choices [name=penalty]',
  weight: '#choices [name=weight]',
  prior: '#choices [name=prior]',
  judged: '#choices [name=judged]',
  normalize: '#choices [name=normalize]',
  tied: '#choices [name=tied]',
  optimizer: '#choices [name=optimizer]',
  rate: '#rate-value',
  batch: '#choices [name=batch]',
  seed: '#choices [name=seed]',
  without: '#without',
  slow: '#slow',
  alike: '#alike',
  contamination: '#contamination',
  strange: '#strange',
};

/** As they stand on the page, by name. */
const onPage = (on = page): Promise<Record<string, string | boolean>> =>
  on.evaluate(
    (given) =>
      Object.fromEntries(
        Object.entries(given).map(([name, selector]) => {
          const field = document.querySelector<HTMLInputElement>(selector)!;
          return [name, field.type === 'checkbox' ? field.checked : (field.value ?? field.textContent)];
        }),
      ),
    places,
  );

const settings = (on = page): Settings => fromHash(new URL(on.url()).hash).settings;

/** As a visitor sets it. */
const set = (selector: string, value: string | boolean): Promise<void> =>
  page.$eval(
    selector,
    (element, value) => {
      const field = element as HTMLInputElement;
      if (typeof value === 'boolean') field.checked = value;
      else field.value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.dispatchEvent(new Event('change', { bubbles: true }));
    },
    value,
  );

/** In an order in which each may be changed; a penalty of the slope and a Gaussian code exclude each other. */
const chosen: [OwnSetting, string | boolean][] = [
  ['preset', 'tied'],
  ['optimizer', 'adamw'],
  ['activation', 'tanh'],
  ['loss', 'mse'],
  ['normalize', 'standardize'],
  ['code', '12'],
  ['conditional', true],
  ['samples', '4'],
  ['entries', '16'],
  ['active', '3'],
  ['corruption', 'maskNoise'],
  ['amount', '0.25'],
  ['penalty', 'sparsity'],
  ['weight', '0.002'],
  ['prior', 'uniform'],
  ['judged', 'output'],
  ['batch', '64'],
  ['seed', '7'],
  ['slow', true],
  ['contamination', '0.05'],
  ['strange', '2'],
];

/** Two models beside the first. */
const othersAreOpen = `[...document.querySelectorAll('.compared .widths')].filter((line) => / – /.test(line.textContent)).length === 2`;

const othersOnPage = (): Promise<string[]> =>
  page.$$eval('.compared :is(h3, .widths)', (lines) => lines.map((line) => line.textContent));

it('every setting on the page is in the address', async () => {
  await says('#state', /^Already trained/);
  for (const [name, value] of chosen) {
    await set(places[name]!, value);
    expect(String(settings()[name]), name).toBe(String(value));
  }
  await set('#rate', '-2');
  await set('#without', true);
  await set('#alike', false);
  await page.select('#rival', 'variational-wide');
  await set('#rival-beta', '0.5');
  await fresh('the last model was open');
  await page.click('#compare');
  await page.click('#compare-this');
  await until('the others were open', othersAreOpen);
  const differ = Object.keys(places).filter(
    (name) => String(settings()[name as OwnSetting]) === String(defaults[name as OwnSetting]),
  );
  // Not chosen here: the preset has no hidden layers and no Gaussian code.
  expect(differ).toEqual(['beta']);
});

it('says what was copied last, also where the clipboard accepts an earlier text later', async () => {
  await page.evaluate(() => {
    const { clipboard } = navigator;
    const write = clipboard.writeText.bind(clipboard);
    clipboard.writeText = () => {
      clipboard.writeText = write;
      return new Promise((resolve) => Object.assign(window, { acceptLate: resolve }));
    };
  });
  await toMiddle('#link');
  await page.click('#typescript');
  await says('#code', /autoencoder\(/);
  await page.click('#link');
  await says('#taken', /^The link/);
  await page.evaluate(() => {
    (window as unknown as { acceptLate(): void }).acceptLate();
    return new Promise((resolve) => setTimeout(resolve));
  });
  expect(await text('#taken')).toMatch(/^The link/);
});

it('and after a reload, or on another page that follows the link, all are as they were', async () => {
  const [before, address, others] = [await onPage(), page.url(), await othersOnPage()];
  await toMiddle('#link');
  await page.click('#link');
  await says('#taken', /^The link with the settings of all 3 models/);
  expect(await text('#code')).toBe(address);
  await page.reload();
  await fresh('the model was open again');
  await until('the others, too', othersAreOpen);
  expect(await onPage()).toEqual(before);
  expect([page.url(), await othersOnPage()]).toEqual([address, others]);

  const other = await open(address);
  await fresh('the link was followed', other);
  await until('the others were open', othersAreOpen, other);
  expect(await onPage(other)).toEqual(before);
  expect(other.url()).toBe(address);
  await other.close();
});

it('a rate between the slider’s steps is shown and kept', async () => {
  const other = await open(`${url}#rate=0.0017&beta=2.5&batch=512`);
  await ready(other);
  expect(await onPage(other)).toMatchObject({ rate: '0.0017', beta: '2.5', batch: '512' });
  expect(toHash(settings(other))).toBe('beta=2.5&rate=0.0017&batch=512');
  await other.close();
});

it('a trained model is kept after changes of other settings', async () => {
  await page.goto(`${url}?#preset=deep&codeKind=plain`);
  await fresh('a model was open');
  await page.click('#step');
  await says('#state', /^Paused after 1 steps. It is saved/);
  await set('#contamination', '0.1');
  await set('#rate', '-3');
  await page.reload();
  await says('#state', /^Restored/);
  expect([await text('#steps'), await text('#rate-value'), await text('#contamination-value')]).toEqual([
    '1',
    '0.001',
    '10.0 %',
  ]);
});

it('a table that an earlier version of the page kept is asked for again', async () => {
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('latentgpu playground', 1);
        opening.onsuccess = () => {
          const objects = opening.result.transaction('saved', 'readwrite').objectStore('saved');
          const table = { name: 't.csv', kind: 'table', shape: [3], values: new Float32Array(60), id: 'old' };
          const put = objects.put(table, 'own');
          put.onsuccess = resolve;
          put.onerror = reject;
        };
      }),
  );
  await page.goto(`${url}?0#preset=table&data=own&hidden=16,8&code=4&loss=mse`);
  await says('#notice', /Open the file again/);
});

it('a link to the visitor’s data keeps its settings when the files are opened', async () => {
  await page.goto(`${url}?1#data=own&hidden=10&code=1&codeKind=plain`);
  await says('#notice', /Open the file again/);
  await uploadPictures(40);
  await says('#data-state', /^40 pictures: 40 examples, 28 × 28 pixels/);
  expect(await page.$eval('#notice', (notice) => (notice as HTMLElement).hidden)).toBe(true);
  expect(settings()).toMatchObject({ data: 'own', hidden: [10], code: 1, codeKind: 'plain' });
});

it('a model of other data is not restored after a reload', async () => {
  await page.reload();
  await fresh('the pictures were open again');
  await page.click('#step');
  await says('#state', /^Paused after 1 steps. It is saved/);
  await uploadPictures(50);
  await fresh('the other pictures were open');
  await page.reload();
  await fresh('a new model was made for them');
  expect([await text('#steps'), await text('#data-state')]).toEqual(['0', expect.stringMatching(/^50 pictures/)]);
});

it('the digits return with the current settings', async () => {
  await toMiddle('#use-digits');
  await page.click('#use-digits');
  await says('#data-state', /^MNIST digits/);
  expect(settings()).toMatchObject({ data: 'digits', hidden: [10], code: 1 });
});

it('every canvas has the colours of the theme after a change', async () => {
  await page.goto(`${url}?2`);
  await ready();
  for (const button of ['#score', '#example', '#from', '#compare', '#step']) await page.click(button);
  await page.focus('#over');
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
  await page.click('#to');
  const drawn = ['#histogram canvas', '#roc canvas', '#loss canvas'];
  await until(
    'all was drawn',
    `${JSON.stringify(drawn)}.every((canvas) => document.querySelector(canvas)) && /%/.test(document.querySelectorAll('#compared-figures tbody tr')[1]?.textContent)`,
  );
  await page.$eval('#traversed', (canvas) => canvas.scrollIntoView());
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const themes: Record<string, Record<string, string>> = {};
  for (const value of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    themes[value] = await inks();
  }
  // Pictures look alike on every paper.
  const names = Object.keys(themes.light).filter((name) =>
    /^(points|over|compared-1 canvas 0|histogram|roc|loss)\b/.test(name),
  );
  expect(names.length).toBeGreaterThanOrEqual(5);
  for (const name of names) expect(themes.dark[name], name).not.toBe(themes.light[name]);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
});

/** The colours of each canvas that is drawn on, the most frequent first. */
const inks = (): Promise<Record<string, string>> =>
  page.evaluate(() => {
    const found: Record<string, string> = {};
    for (const [i, canvas] of [...document.querySelectorAll('canvas')]
      .filter((canvas) => canvas.checkVisibility())
      .entries()) {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const counts = new Map<string, number>();
      for (let at = 0; at < data.length; at += 4)
        if (data[at + 3] === 255) {
          const color = data.subarray(at, at + 3).join();
          counts.set(color, (counts.get(color) ?? 0) + 1);
        }
      const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 3);
      const { id } = canvas;
      const inner = canvas.closest('[id]:not(canvas)')!;
      const name = id || `${inner.id} canvas ${[...inner.querySelectorAll('canvas')].indexOf(canvas)}`;
      if (most.length) found[name || `${i}`] = most.map(([color]) => color).join(' ');
    }
    return found;
  });
