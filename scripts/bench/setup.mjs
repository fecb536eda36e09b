import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { run } from '../run.mjs';
import { root } from '../setup.mjs';

const folder = path.join(root, 'bench');

/** Installs the compared libraries. Only the benchmark uses them, so they have a package.json of their own. */
export function setupPeers() {
  const installed = path.join(folder, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(path.join(folder, 'package-lock.json')).mtimeMs)
    return;
  console.log('setup: installing the libraries to compare with (npm ci in bench)');
  run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
}
