import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'puppeteer';
import { build } from 'vite';
import { launchChrome } from '../../scripts/chrome.mjs';
import { root } from './root.ts';
import { serveContents, type Contents } from './static-server.ts';

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
  const contents: Contents = async (address) => {
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
  contents: Contents,
  work: (page: Page, url: string) => Promise<void>,
  flags?: string[],
): Promise<string[]> {
  const server = await serveContents(contents);
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
    await work(page, server.url);
  } finally {
    await chrome.close();
    await server.close();
  }
  return troubles;
}
