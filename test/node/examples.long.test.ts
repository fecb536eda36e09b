import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'puppeteer';
import { build } from 'vite';
import { beforeAll, expect, it } from 'vitest';
import { nativeEnvironment } from '../../scripts/native-webgpu.mjs';
import { withServedPage } from '../support/builtPage.ts';
import { root } from '../support/root.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder('examples');
/** A project of a user's: the packed package and what else the examples need, and nothing of this repository. */
const project = path.join(folder, 'project');

beforeAll(async () => {
  const packing = path.join(folder, 'packing');
  const modules = path.join(project, 'node_modules');
  await mkdir(modules, { recursive: true });
  await mkdir(packing);
  // Built anew and elsewhere: an old dist would test an old library.
  await build({ root, logLevel: 'error', build: { outDir: path.join(packing, 'dist') } });
  run(
    process.execPath,
    [
      path.join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      'tsconfig.build.json',
      '--outDir',
      path.join(packing, 'dist/types'),
    ],
    root,
  );
  for (const file of ['package.json', 'README.md', 'LICENSE'])
    await cp(path.join(root, file), path.join(packing, file));
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], packing);
  const [packed] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  run('tar', ['-xzf', path.join(folder, packed), '-C', folder], folder);
  await cp(path.join(folder, 'package'), path.join(modules, 'latentgpu'), { recursive: true });
  for (const name of [
    'vite',
    'react',
    'react-dom',
    'scheduler',
    'webgpu',
    '@webgpu',
    '@types',
    'csstype',
    'debug',
    'ms',
  ])
    await symlink(path.join(root, 'node_modules', name), path.join(modules, name));
  await cp(path.join(root, 'examples'), path.join(project, 'examples'), { recursive: true });
});

function run(program: string, args: string[], cwd: string, env = process.env): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  expect(status, `${program} ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

/** What a loss fell from and to, as an example says it. */
function expectFall(text: string): void {
  const [, first, last] = /fell from ([\d.]+) to ([\d.]+)/.exec(text) ?? [];
  expect(Number(last), text).toBeLessThan(0.5 * Number(first));
}

const outside = { ...process.env, ...nativeEnvironment() };

it('examples/node.mjs trains in Node', () => {
  expectFall(run(process.execPath, ['examples/node.mjs'], project, outside));
});

it('examples/deno.ts trains in Deno', () => {
  expectFall(
    run(
      process.execPath,
      [
        path.join(root, 'node_modules/deno/bin.cjs'),
        'run',
        '--allow-all',
        '--node-modules-dir=manual',
        'examples/deno.ts',
      ],
      project,
      outside,
    ),
  );
});

/** A bundled example, in a page. */
async function inPage(name: string, work: (page: Page) => Promise<void>): Promise<void> {
  const folder = path.join(project, 'examples', name);
  run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], folder);
  await build({ root: folder, configFile: path.join(folder, 'vite.config.ts'), logLevel: 'error', base: './' });
  const contents = (address: string) => readFile(path.join(folder, 'dist', address));
  const troubles = await withServedPage(contents, async (page, url) => {
    await page.goto(`${url}/index.html`);
    await work(page);
  });
  expect(troubles).toEqual([]);
}

it('examples/vite is type-checked, bundled, and trains in a worker', async () => {
  await inPage('vite', async (page) => {
    const ended = await page.waitForFunction(
      "/fell|Error/.test(document.querySelector('#state').textContent) && document.querySelector('#state').textContent",
      { timeout: 50_000 },
    );
    const text = String(await ended.jsonValue());
    expectFall(text);
    expect(Number(/scores (\d+) times/.exec(text)?.[1])).toBeGreaterThan(5);
  });
});

it('examples/react is type-checked, bundled, trains in a component, and closes the worker with the component', async () => {
  await inPage('react', async (page) => {
    const state = async (pattern: string) =>
      String(
        await (
          await page.waitForFunction(
            `/${pattern}/.test(document.querySelector('#state')?.textContent) && document.querySelector('#state').textContent`,
            { timeout: 50_000 },
          )
        ).jsonValue(),
      );
    expect(await state('^ready|Error')).toBe('ready');
    await page.click('button');
    const text = await state('^trained|Error');
    const [, last, first] = /loss ([\d.]+), at first ([\d.]+)/.exec(text) ?? [];
    expect(Number(last), text).toBeLessThan(0.5 * Number(first));
  });
});
