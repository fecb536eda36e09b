// Installs what is missing on this machine: the dependencies and a Chrome. `npm start` and `npm test` begin with it. It
// imports only Node's own modules and its neighbours, because it runs before any package is installed.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { adapterKind, findChrome } from './chrome.mjs';
import { Failure, runMain } from './failure.mjs';
import { installChrome } from './install-chrome.mjs';
import { run } from './run.mjs';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const sayIt = (/** @type {string} */ line) => console.log(`setup: ${line}`);

/** Sets up only the dependencies, for commands that need no Chrome. @param {(line: string) => void} [say] */
export function setupPackages(say = sayIt) {
  checkNode();
  if (!dependenciesAreStale()) return;
  say('installing the dependencies of package-lock.json (npm ci)');
  run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
}

/** @param {(line: string) => void} [say] */
export async function setup(say = sayIt) {
  checkNode();
  adapterKind(); // reports a wrong LATENTGPU_ADAPTER before anything is installed or run
  setupPackages(say);
  const chrome = findChrome() ?? (await installChrome(say));
  say(`Chrome is ${chrome.path} (${chrome.from})`);
}

/** Does the same without the line on Chrome, which the command prints later with the adapter. */
export const setupBeforeChrome = () => setup((line) => line.startsWith('Chrome is ') || console.log(`setup: ${line}`));

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Failure(`Node ${process.versions.node} is too old: 20.19 or newer is needed`);
}

/**
 * Returns whether the dependencies have to be installed. npm writes the inner lockfile last, so it is missing or old
 * also after an interrupted install.
 */
function dependenciesAreStale() {
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  return !existsSync(installed) || statSync(installed).mtimeMs < statSync(path.join(root, 'package-lock.json')).mtimeMs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(() => setup());
