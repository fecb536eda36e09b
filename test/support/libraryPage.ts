/** Pages that have the library, built anew, as `window.latentgpu`. */
import type { Page } from 'puppeteer';
import type * as Library from '../../src/index.ts';
import { withBuiltPage } from './builtPage.ts';

declare global {
  interface Window {
    latentgpu: typeof Library;
  }
}

/** To be served as /page.html; the script is the library as one of its builds. */
export const libraryHtml = (
  script = '/dist/index.js',
) => `<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>latentgpu</title><script type=module>
window.latentgpu = await import('${script}');
</script>`;

export async function openLibrary(page: Page, url: string, address = '/page.html'): Promise<void> {
  await page.goto(url + address);
  await page.waitForFunction('window.latentgpu');
}

/** Runs `work` in such a page of Chrome; returns what went wrong in it. */
export function withLibraryPage(work: (page: Page, url: string) => Promise<void>, flags?: string[]): Promise<string[]> {
  const opened = async (page: Page, url: string) => {
    await openLibrary(page, url);
    await work(page, url);
  };
  return withBuiltPage({ '/page.html': libraryHtml() }, opened, flags);
}
