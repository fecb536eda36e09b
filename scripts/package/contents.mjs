import { readFileSync } from 'node:fs';
import path from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { Failure } from '../failure.mjs';
import { run } from '../run.mjs';
import { root } from '../setup.mjs';

/** @typedef {import('./project.mjs').Project} Project */

const expected = /^(package\.json|README\.md|LICENSE|dist\/LICENSES\.md|dist\/.+\.(js|js\.map|d\.ts))$/;

export async function checkManifest() {
  const { messages, pkg } = await publint({ pkgDir: root, strict: true });
  if (messages.length > 0)
    throw new Failure(`publint: ${messages.map((message) => formatMessage(message, pkg)).join('; ')}`);
  console.log('package: publint finds nothing');
}

/**
 * Checks that the package has the right files and no others, and that its modules load outside of a page.
 * @param {Project} project
 */
export function checkContents({ folder, files }) {
  const surprising = files.filter((file) => !expected.test(file));
  if (surprising.length > 0) throw new Failure(`the package holds what it should not: ${surprising.join(', ')}`);
  for (const file of ['LICENSE', 'README.md', 'dist/LICENSES.md'])
    if (!files.includes(file)) throw new Failure(`the package holds no ${file}`);
  checkSelfContained(path.join(folder, 'node_modules', 'latentgpu'), files);
  // Servers that render pages import the modules.
  run(process.execPath, ['load.js'], { cwd: folder });
  console.log('package: modules load in Node');
}

/**
 * Checks that no import of another package is left in the modules, since there are no runtime dependencies.
 * @param {string} folder
 * @param {string[]} files
 */
function checkSelfContained(folder, files) {
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    const outside = [...text.matchAll(/^(?:import|export)\b[^'"`]*?['"]([^'"]+)['"]/gm)]
      .map((match) => match[1] ?? '')
      .filter((name) => !name.startsWith('.'));
    if (outside.length > 0)
      throw new Failure(`${file} imports ${outside.join(', ')}, which the package does not bring`);
  }
  console.log('package: imports nothing from outside');
}
