import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { preview } from 'vite';
import { launchChrome } from '../../scripts/chrome.mjs';
import { buildSite } from '../../scripts/site/build.mjs';
import { root } from '../support/root.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const out = temporaryFolder('reference');
const textOf = (file: string): string => readFileSync(path.join(out, file), 'utf8');

/** As `npm run site`. It fails where a public function, class or type has no description, or refers to what is left out. */
beforeAll(() => buildSite(out), 300_000);

const pages = (): string[] =>
  readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'));

it('has a page for every entry point and every guide, each under a unique name', () => {
  const titles = pages()
    .filter((file) => /^(modules|documents)/.test(file))
    .map((file) => /<title>(.*?) \|/.exec(textOf(file))?.[1]);
  const guides = readdirSync(path.join(root, 'docs/guide')).filter((file) => file.endsWith('.md'));
  expect(titles).toEqual(expect.arrayContaining(['latentgpu', 'latentgpu/worker', 'Guides', 'Data', 'Training']));
  expect(titles.length).toBeGreaterThanOrEqual(4 + guides.length);
  expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([]);
});

it('links every page to the playground and the benchmark, and the benchmark back', () => {
  for (const file of ['index.html', 'documents/docs_guide_data.html', 'functions/latentgpu.autoencoder.html']) {
    const up = file.includes('/') ? '../' : '';
    for (const page of ['playground', 'benchmark']) expect(textOf(file)).toContain(`href="${up}${page}/index.html"`);
  }
  expect(textOf('benchmark/index.html')).toContain('href="../index.html"');
});

it('measures models in the visitor’s browser', async () => {
  const server = await preview({
    configFile: false,
    logLevel: 'error',
    build: { outDir: out },
    preview: { host: '127.0.0.1', port: 0 },
  });
  const chrome = await launchChrome({ headless: true });
  try {
    const page = await chrome.newPage();
    await page.goto(`${server.resolvedUrls!.local[0]}benchmark/index.html`);
    await page.click('#run');
    const cells = await page.waitForSelector('#result tbody tr', { timeout: 120_000 });
    const row = await cells!.$$eval('td', (found) => found.map(({ textContent }) => textContent));
    expect(row[0]).toBe('784-32-784, batch 256');
    for (const figure of row.slice(1)) expect(Number(figure.replaceAll(',', ''))).toBeGreaterThan(0);
    expect(await page.$eval('#adapter', ({ textContent }) => textContent)).toMatch(/^Adapter: \w/);
  } finally {
    await chrome.close();
    await server.close();
  }
});

it('has no broken links to pages or pictures', () => {
  const dead = pages().flatMap((file) =>
    [...textOf(file).matchAll(/(?:href|src)="([^"#]+)/g)]
      .map(([, target]) => target)
      .filter((target) => !/^([a-z][a-z+.-]*:|\/\/)/i.test(target))
      .filter((target) => !existsSync(path.resolve(out, path.dirname(file), decodeURI(target))))
      .map((target) => `${file}: ${target}`),
  );
  expect(pages().length).toBeGreaterThan(100);
  expect(dead).toEqual([]);
});

it.each(['autoencoder', 'classifier', 'dataset', 'jigsaw', 'loadAutoencoder', 'openGpu'])(
  'shows an example of %s and describes each of its parameters',
  (name) => {
    const page = textOf(`functions/latentgpu.${name}.html`);
    expect(page).toMatch(/tsd-tag-example[\s\S]*<pre><code class="ts">/);
    const parameters = page.match(/<li><span><span class="tsd-kind-parameter">[\s\S]*?<\/li>/g) ?? [];
    expect(parameters.length).toBeGreaterThan(0);
    for (const parameter of parameters) expect(parameter).toMatch(/tsd-comment[^>]*><p>\w/);
  },
);

it('describes a method in the worker like the same method without a worker', () => {
  const fit = /Trains the model further, from its present weights/;
  expect(textOf('interfaces/latentgpu.Autoencoder.html')).toMatch(fit);
  expect(textOf('interfaces/latentgpu_worker.Autoencoder.html')).toMatch(fit);
});

it('highlights programs, but not formulas', () => {
  const page = textOf(pages().find((file) => /documents.*simple/.test(file)) ?? '');
  const blocks = [...page.matchAll(/<pre><code class="(\w+)">([\s\S]*?)<\/code>/g)].map(([, language, code]) => ({
    language,
    coloured: code.includes('class="hl-'),
  }));
  expect(blocks).toContainEqual({ language: 'text', coloured: false });
  expect(blocks).toContainEqual({ language: 'js', coloured: true });
});
