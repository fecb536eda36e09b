// Installs a Chrome on a machine that has none. Only Node's own modules are imported: this runs before any package is
// installed.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { findChrome, ownChromium } from './chrome.mjs';
import { Failure } from './failure.mjs';
import { run } from './run.mjs';

/** The newest version that does not require a newer Node than this project. */
const chromiumPackage = '@sparticuz/chromium@147.0.0';

/**
 * @param {(line: string) => void} say
 * @returns {Promise<import('./chrome.mjs').Chrome>}
 */
export async function installChrome(say) {
  if (process.getuid?.() === 0 && isDebian()) {
    say("no Chrome found: installing Debian's (apt-get install chromium)");
    installFromDebian();
  } else if (process.platform === 'linux' && process.arch === 'x64') {
    say(`no Chrome found: unpacking the one of ${chromiumPackage} into ${ownChromium}`);
    await installFromNpm();
  } else {
    throw new Failure('no Chrome found: install Chrome, Chromium or Edge, or name one in PUPPETEER_EXECUTABLE_PATH');
  }
  const chrome = findChrome();
  if (!chrome) throw new Failure('the Chrome just installed cannot be found: name one in PUPPETEER_EXECUTABLE_PATH');
  return chrome;
}

/**
 * Returns whether this is Debian. Ubuntu does not count: its package `chromium` only points to a snap, which containers
 * cannot install.
 */
function isDebian() {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    // Debian has this file; a system without it is not Debian.
    return false;
  }
}

function installFromDebian() {
  // A machine that has just started may be updating itself, so apt waits for the lock.
  const options = ['-qq', '-o', 'DPkg::Lock::Timeout=300'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', [...options, 'update'], { env });
  // The fonts are for the text in the pictures; Debian only recommends them.
  run('apt-get', [...options, 'install', '--yes', '--no-install-recommends', 'chromium', 'fonts-liberation'], { env });
}

/**
 * Installs the package, which contains a compressed headless Chromium with the libraries and the font that a bare
 * machine may lack.
 */
async function installFromNpm() {
  mkdirSync(path.dirname(ownChromium), { recursive: true });
  // Unpacked beside its place and then renamed, so that an interrupted set-up leaves no incomplete browser behind.
  const folder = mkdtempSync(`${ownChromium}-`);
  try {
    run('npm', [
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      chromiumPackage,
    ]);
    const bin = path.join(folder, 'node_modules', '@sparticuz', 'chromium', 'bin');
    await decompress(path.join(bin, 'chromium.br'), path.join(folder, 'chromium'));
    chmodSync(path.join(folder, 'chromium'), 0o755);
    for (const archive of ['swiftshader.tar', 'al2023.tar', 'fonts.tar']) {
      const file = path.join(folder, archive);
      await decompress(path.join(bin, `${archive}.br`), file);
      execFileSync('tar', ['-xf', file, '-C', folder]);
      rmSync(file);
    }
    rmSync(path.join(folder, 'node_modules'), { recursive: true });
    writeFileSync(path.join(folder, 'fonts.conf'), fontsConfiguration);
    writeFileSync(path.join(folder, 'chrome'), startScript, { mode: 0o755 });
    rmSync(ownChromium, { recursive: true, force: true });
    renameSync(folder, ownChromium);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
async function decompress(from, to) {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}

const startScript = `#!/bin/sh
# Starts the Chromium beside this file with the libraries and the font that came with it.
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="$here/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chromium" "$@"
`;

const fontsConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;
