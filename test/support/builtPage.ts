import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'puppeteer';
import { build } from 'vite';
import { launchChrome } from '../../scripts/chrome.mjs';

export const root = path.resolve(import.meta.dirname, '../..');
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };

/**
 * Builds the library anew, serves it under /dist/ beside the folders and files given by address, and runs `work` in a page of Chrome.
 * Built anew and elsewhere: an old dist would test an old library, and a test has no business replacing it.
 * Returns what went wrong in the page: errors, warnings, missing files.
 */
export async function withBuiltPage(
  served: Record<string, string | Uint8Array>,
  work: (page: Page, url: string) => Promise<void>,
  flags?: string[],
): Promise<string[]> {
  const dist = await mkdtemp(path.join(tmpdir(), 'latentgpu-'));
  await build({ root, logLevel: 'error', build: { outDir: dist } });
  const contents = async (address: string): Promise<string | Uint8Array | undefined> => {
    if (address.startsWith('/dist/')) return readFile(path.join(dist, address.slice('/dist/'.length)));
    return served[address];
  };
  try {
    return await withServedPage(contents, work, flags);
  } finally {
    await rm(dist, { recursive: true });
  }
}

/** Serves what `contents` finds at an address, and runs `work` in a page of Chrome, with more flags if given; returns what went wrong in the page. */
export async function withServedPage(
  contents: (address: string) => Promise<string | Uint8Array | undefined>,
  work: (page: Page, url: string) => Promise<void>,
  flags?: string[],
): Promise<string[]> {
  const server = createServer((request, response) => {
    const address = new URL(request.url ?? '/', 'http://page').pathname;
    contents(address).then(
      (body) =>
        response
          .writeHead(body === undefined ? 404 : 200, {
            'content-type': types[path.extname(address)] ?? 'application/octet-stream',
          })
          .end(body),
      (error: unknown) => response.writeHead(404).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const chrome = await launchChrome({ flags });
  const troubles: string[] = [];
  try {
    const page = await chrome.newPage();
    page.on('pageerror', (error) => troubles.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warn') troubles.push(message.text());
    });
    page.on('response', (response) => {
      if (!response.ok()) troubles.push(`${response.status()} ${response.url()}`);
    });
    await work(page, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    await chrome.close();
    await new Promise((resolve) => server.close(resolve));
  }
  return troubles;
}
