import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import * as playground from '../playground/site.mjs';
import { root } from '../setup.mjs';

/** Writes the whole site into a folder, and deletes its other contents. @param {string} out */
export async function buildSite(out) {
  // TypeDoc comes first, since it empties the folder.
  const typedoc = path.join(root, 'node_modules', 'typedoc', 'bin', 'typedoc');
  const options = ['--options', path.join(root, 'typedoc.site.json'), '--out', out, '--logLevel', 'Warn'];
  execFileSync(process.execPath, [typedoc, ...options], { cwd: root, stdio: 'inherit' });
  linkFromEveryPage(out);
  await playground.buildSite(path.join(out, 'playground'));
  await build({
    root: path.join(root, 'bench', 'visitor'),
    base: './',
    configFile: false,
    logLevel: 'error',
    build: { outDir: path.join(out, 'benchmark'), emptyOutDir: true, target: 'es2022' },
  });
}

/** Makes a link `site:x` of a page lead to x in the site's folder, at any depth of the page. @param {string} out */
function linkFromEveryPage(out) {
  for (const file of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.html')) continue;
    const up = '../'.repeat(file.split(path.sep).length - 1);
    const page = path.join(out, file);
    writeFileSync(page, readFileSync(page, 'utf8').replaceAll('href="site:', `href="${up}`));
  }
}
