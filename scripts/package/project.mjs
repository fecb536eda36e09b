import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../run.mjs';
import { root } from '../setup.mjs';

/**
 * A user's project in another folder, with the packed package installed.
 * @typedef {object} Project
 * @property {string} folder
 * @property {string} packed the file that `npm publish` would send
 * @property {string[]} files paths inside of the package
 */

/**
 * Packs as `npm publish` would, and installs the package in a project; removes everything after the work.
 * @param {(project: Project) => Promise<void>} work
 */
export async function withProject(work) {
  // The real path, since bundlers compare paths, and the system's temporary folder may be a link.
  const parent = realpathSync(mkdtempSync(path.join(tmpdir(), 'latentgpu-package-')));
  try {
    const folder = path.join(parent, 'project');
    mkdirSync(folder);
    cpSync(path.join(import.meta.dirname, 'project'), folder, { recursive: true });
    /** @type {[{ filename: string, size: number, files: { path: string }[] }]} */
    const [{ filename, size, files }] = JSON.parse(
      run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', parent], { cwd: root }),
    );
    const packed = path.join(parent, filename);
    const webgpuTypes = path.join(root, 'node_modules', '@webgpu', 'types');
    const quietly = ['--offline', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'];
    run('npm', ['install', ...quietly, packed, webgpuTypes], { cwd: folder });
    console.log(`package: ${files.length} files, ${Math.ceil(size / 1024)} KiB packed, installed in a project`);
    await work({ folder, packed, files: files.map((file) => file.path) });
  } finally {
    rmSync(parent, { recursive: true });
  }
}
