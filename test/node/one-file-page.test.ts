import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChrome } from '../../scripts/chrome.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };
let built: string;
let server: Server;

beforeAll(async () => {
  // Built anew and elsewhere: an old dist would test an old library, and a test has no business replacing it.
  built = await mkdtemp(path.join(tmpdir(), 'latentgpu-one-file-'));
  await build({ root, logLevel: 'error', build: { outDir: built } });
  const folders: [address: string, folder: string][] = [
    ['/examples/', path.join(root, 'examples')],
    ['/dist/', built],
  ];
  server = createServer((request, response) => {
    const address = new URL(request.url ?? '/', 'http://page').pathname;
    const [prefix, folder] = folders.find(([start]) => address.startsWith(start)) ?? ['', ''];
    const file = path.join(folder, address.slice(prefix.length));
    const type = types[path.extname(file)];
    if (!prefix || !type || !existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': type });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(built, { recursive: true });
});

test('a page of one HTML file, without a bundler, trains with the built library', async () => {
  const chrome = await launchChrome();
  try {
    const page = await chrome.newPage();
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warn') troubles.push(message.text());
    });
    page.on('response', (response) => {
      if (!response.ok()) troubles.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/examples/one-file.html`);
    const state = await page
      .waitForFunction(() => /fell|Error/.exec(document.querySelector('#state')!.textContent) && document.querySelector('#state')!.textContent, { timeout: 50_000 })
      .then((handle) => handle.jsonValue());

    expect(troubles).toEqual([]);
    const [, first, last] = /The loss fell from ([\d.]+) to ([\d.]+) on \w+/.exec(state || '') ?? [];
    expect(Number(last), state || '').toBeLessThan(0.5 * Number(first));
  } finally {
    await chrome.close();
  }
});
