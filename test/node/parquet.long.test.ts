import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { withBuiltPage } from '../support/builtPage.ts';
import { root } from '../support/root.ts';

it('the guide on data reads a Parquet file', async () => {
  const guide = await readFile(path.join(root, 'docs/guide/data.md'), 'utf8');
  const program = [...guide.matchAll(/```js\n([\s\S]*?)```/g)]
    .map(([, code]) => code)
    .find((code) => code.includes("from 'hyparquet'"));
  const rows = 1000;
  const columns = {
    speed: Array.from({ length: rows }, (_, i) => i / 8),
    machine: Array.from({ length: rows }, (_, i) => `machine ${i % 7}`),
    temperature: Array.from({ length: rows }, (_, i) => Math.sin(i)),
    pressure: Array.from({ length: rows }, (_, i) => i - 500),
  };
  const parquet = parquetWriteBuffer({ columnData: Object.entries(columns).map(([name, data]) => ({ name, data })) });
  const source = path.join(root, 'node_modules/hyparquet/src');
  const modules = await Promise.all(
    (await readdir(source)).map(
      async (name) => [`/hyparquet/${name}`, await readFile(path.join(source, name))] as const,
    ),
  );
  const imports = { latentgpu: '/dist/index.js', hyparquet: '/hyparquet/index.js' };
  const html = `<!doctype html><link rel=icon href=data:,><script type=importmap>${JSON.stringify({ imports })}</script>
<script type=module>${program}
globalThis.result = { data: [...data], shape: [machine.length, ...machine.shape] };</script>`;
  const troubles = await withBuiltPage(
    { '/page.html': html, '/machine.parquet': new Uint8Array(parquet), ...Object.fromEntries(modules) },
    async (page, url) => {
      await page.goto(`${url}/page.html`);
      await page.waitForFunction('globalThis.result');
      const { data, shape } = (await page.evaluate('result')) as { data: number[]; shape: number[] };
      expect(shape).toEqual([rows, 3]);
      expect(data).toEqual(
        columns.speed.flatMap((speed, i) => [columns.temperature[i], columns.pressure[i], speed].map(Math.fround)),
      );
    },
  );
  expect(troubles).toEqual([]);
});
