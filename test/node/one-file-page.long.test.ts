import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { withBuiltPage } from '../support/builtPage.ts';
import { root } from '../support/root.ts';

test('a page of one HTML file, without a bundler, trains with the built library', async () => {
  const served = { '/examples/one-file.html': await readFile(path.join(root, 'examples/one-file.html')) };
  const troubles = await withBuiltPage(served, async (page, url) => {
    await page.goto(`${url}/examples/one-file.html`);
    const ended = await page.waitForFunction(
      "/fell|Error/.test(document.querySelector('#state').textContent) && document.querySelector('#state').textContent",
      { timeout: 50_000 },
    );
    const state = String(await ended.jsonValue());
    const [, first, last] = /The loss fell from ([\d.]+) to ([\d.]+) on \w+/.exec(state) ?? [];
    expect(Number(last), state).toBeLessThan(0.5 * Number(first));
  });
  expect(troubles).toEqual([]);
});
