/** The page's state: every setting goes into the address, comes back from it, and is there after a reload; so is what the browser keeps. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fromHash, toHash } from '../../../app/playground/link.ts';
import { defaults, type Settings } from '../../../app/playground/settings.ts';
import {
  choice,
  fresh,
  open,
  page,
  start,
  stop,
  text,
  troubles,
  until,
  upload,
  url,
} from '../../support/playground.ts';

beforeAll(() => start({ train: 600, test: 100 }), 120_000);
afterAll(stop);

/** Where each setting stands on the page; those without a place there come with a preset, or belong to a GAN. */
const places: Partial<Record<keyof Settings, string>> = {
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
  second: '#rival',
  secondBeta: '#rival-beta',
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
const chosen: [keyof Settings, string | boolean][] = [
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

it('every setting on the page is in the address', async () => {
  await until('a model was open', `/^Trained already/.test(document.querySelector('#state').textContent)`);
  for (const [name, value] of chosen) {
    await set(places[name]!, value);
    expect(String(settings()[name]), name).toBe(String(value));
  }
  await set('#rate', '-2');
  await set('#without', true);
  await page.select('#rival', 'variational-wide');
  await set('#rival-beta', '0.5');
  await fresh('the last model was open');
  await page.click('#compare');
  await until('the second was open', `!document.querySelector('#rival-board').hidden`);
  const differ = Object.keys(places).filter(
    (name) => String(settings()[name as keyof Settings]) === String(defaults[name as keyof Settings]),
  );
  // Not chosen here: the preset has no hidden layers and no Gaussian code.
  expect(differ).toEqual(['beta']);
});

it('and after a reload, or on another page that follows the link, all are as they were', async () => {
  const [before, address, second] = [await onPage(), page.url(), await text('#rival-name')];
  await page.click('#link');
  await until('the link stood there', `document.querySelector('#code').textContent.includes('#')`);
  expect(await text('#code')).toBe(address);
  expect(await text('#taken')).toMatch(/^The link with the settings of both models/);
  await page.reload();
  await fresh('the model was open again');
  await until('the second, too', `!document.querySelector('#rival-board').hidden`);
  expect(await onPage()).toEqual(before);
  expect([page.url(), await text('#rival-name')]).toEqual([address, second]);

  const other = await open(address);
  await fresh('the link was followed', other);
  await until('the second was open', `!document.querySelector('#rival-board').hidden`, other);
  expect(await onPage(other)).toEqual(before);
  expect(other.url()).toBe(address);
  await other.close();
});

it('a rate that the slider cannot stand at is shown and kept as it is', async () => {
  const other = await open(`${url}#rate=0.0017&beta=2.5&batch=512`);
  await until('a model was open', `!document.querySelector('#play').disabled`, other);
  expect(await onPage(other)).toMatchObject({ rate: '0.0017', beta: '2.5', batch: '512' });
  expect(toHash(settings(other))).toBe('beta=2.5&rate=0.0017&batch=512');
  await other.close();
});

it('a trained model is kept though settings around it were changed since', async () => {
  await page.goto(`${url}?#preset=deep&codeKind=plain`);
  await fresh('a model was open');
  await page.click('#step');
  await until(
    'it was saved',
    `/^Paused after 1 steps. It is saved/.test(document.querySelector('#state').textContent)`,
  );
  await set('#contamination', '0.1');
  await set('#rate', '-3');
  await page.reload();
  await until('it was restored', `/^Restored/.test(document.querySelector('#state').textContent)`);
  expect([await text('#steps'), await text('#rate-value'), await text('#contamination-value')]).toEqual([
    '1',
    '0.001',
    '10.0 %',
  ]);
});

const table = (amount: number) =>
  [
    'time,a,b,state,note',
    ...Array.from(
      { length: 60 },
      (_, i) => `2026-01-${i},${amount * i},${Math.cos(i).toFixed(3)},${i % 3 ? 'ok' : 'bad'},n${i}`,
    ),
  ].join('\n');

it('a link to data of one’s own keeps its settings when the file is opened', async () => {
  await page.goto(`${url}?1#data=own&hidden=10&code=1&codeKind=plain&loss=mse`);
  await until('the data were missed', `/Open the file again/.test(document.querySelector('#notice').textContent)`);
  await upload('own.csv', table(1));
  const why =
    'own.csv is not read yet. These columns have values that are not numbers: time (“2026-01-0” in row 1), state (“bad” in row 1), note (“n0” in row 1). Under “Your own data”, choose which of them to leave out and which one has the classes.';
  await until(
    'the columns were named',
    `document.querySelector('#notice').textContent.startsWith(${JSON.stringify(why)})`,
  );
  // What the message asks for can be done where it is shown.
  expect(await page.$eval('#table-choice', (choice) => choice.checkVisibility())).toBe(true);
  expect(
    await page.$$eval('#left-out :checked', (boxes) => boxes.map((box) => (box as HTMLInputElement).value)),
  ).toEqual(['0', '4']);
  expect(await page.$eval('#label', (label) => (label as HTMLSelectElement).value)).toBe('3');
  await page.click('#reread');
  await until(
    'it was open',
    `/^own.csv: 60 examples, 2 columns/.test(document.querySelector('#data-state').textContent)`,
  );
  expect(await page.$eval('#notice', (notice) => (notice as HTMLElement).hidden)).toBe(true);
  expect(settings()).toMatchObject({ data: 'own', hidden: [10], code: 1, codeKind: 'plain', loss: 'mse' });
  expect(await text('#legend')).toBe('badok');
});

it('after a reload the columns are used as they were', async () => {
  await page.reload();
  await fresh('the table was open again');
  await until('its columns were there', `document.querySelector('#label').value === '3'`);
  expect(
    await page.$$eval('#left-out :checked', (boxes) => boxes.map((box) => (box as HTMLInputElement).value)),
  ).toEqual(['0', '4']);
  expect(await text('#legend')).toBe('badok');
  await page.click('#typescript');
  await until(
    'the program had the column with the classes',
    `/remove them from the file first: time, note\\..*label: 'state'.*labels: table\\.labels/s.test(document.querySelector('#code').textContent)`,
  );
  // Another column for the classes leaves the settings as they are.
  await page.select('#label', '');
  await page.click('#left-out [value="3"]');
  await page.click('#reread');
  await until('it was read without', `document.querySelector('#legend').textContent === ''`);
  expect(settings()).toMatchObject({ hidden: [10], code: 1 });
});

it('a model of other data is not taken for one of these after a reload', async () => {
  await page.click('#step');
  await until(
    'it was saved',
    `/^Paused after 1 steps. It is saved/.test(document.querySelector('#state').textContent)`,
  );
  await upload('own.csv', table(5));
  await until(
    'the columns were named',
    `document.querySelector('#table-choice').checkVisibility() && !document.querySelector('#notice').hidden`,
  );
  await page.click('#reread');
  await fresh('the other table was open');
  await page.reload();
  await fresh('a new model was made for it');
  expect(await text('#steps')).toBe('0');
});

it('panels and members for pictures are not there with a table, and the settings of digits come back with the digits', async () => {
  const visible = () =>
    page.$$eval('#drawing, #keep, #jigsaw, #example', (parts) => parts.map((part) => part.checkVisibility()));
  expect(await visible()).toEqual([false, true, false, false]);
  expect(
    await page.$$eval('[name=preset] option:disabled', (options) => options.map((option) => option.value)),
  ).toEqual(['gan', 'convolutional', 'residual', 'vector-quantised', 'super-resolution', 'tiles']);
  // Below the bar, which stays at the top.
  await page.$eval('#use-digits', (button) => button.scrollIntoView({ block: 'center' }));
  await page.click('#use-digits');
  await until('the digits were open', `/^MNIST digits/.test(document.querySelector('#data-state').textContent)`);
  expect(await visible()).toEqual([true, true, true, true]);
  expect([await choice('preset'), await choice('loss'), await choice('hidden')]).toEqual([
    'variational',
    'bce',
    '64, 32',
  ]);
  expect(settings().data).toBe('digits');
});

it('every canvas has the colours of the theme, whatever was drawn before', async () => {
  await page.goto(`${url}?2`);
  await until('a model was open', `!document.querySelector('#play').disabled`);
  await upload(
    'own.csv',
    table(1)
      .replace(/2026-01-/g, '')
      .replace(/,n\d+$/gm, '')
      .replace(',note', ''),
  );
  await until(
    'it was open',
    `/^own.csv: 60 examples, 3 columns/.test(document.querySelector('#data-state').textContent)`,
  );
  for (const button of ['#score', '#example', '#from', '#compare', '#step']) await page.click(button);
  await page.focus('#over');
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
  await page.click('#to');
  const drawn = ['#strangest canvas', '#neighbors canvas', '#histogram canvas', '#roc canvas', '#loss canvas'];
  await until(
    'all was drawn',
    `${JSON.stringify(drawn)}.every((canvas) => document.querySelector(canvas)) && /%/.test(document.querySelector('#rival-verdict').textContent)`,
  );
  await page.$eval('#traversed', (canvas) => canvas.scrollIntoView());
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const themes: Record<string, Record<string, string>> = {};
  for (const value of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    themes[value] = await inks();
  }
  const names = Object.keys(themes.light);
  expect(names.length).toBeGreaterThan(12);
  for (const name of names) expect(themes.dark[name], name).not.toBe(themes.light[name]);
  // Each colour of the bars is one of the theme's.
  expect(themes.light['strangest canvas 0']).toContain('0,104,164');
  expect(themes.dark['strangest canvas 0']).toContain('86,180,233');
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

it('complained of nothing', () => {
  expect(troubles).toEqual([]);
});
