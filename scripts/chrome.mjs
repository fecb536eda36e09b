// Finds and launches Chrome, for `npm start` and the tests. Only Node's own modules are imported at the top, because
// the set-up runs before any package is installed.
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { Failure } from './failure.mjs';

/** @typedef {{ path: string, from: string }} Chrome `from` says in words where it was found. */

/**
 * The folder in which scripts/install-chrome.mjs unpacks a Chromium on a machine without one and without root rights.
 */
export const ownChromium = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'),
  'latentgpu',
  'chromium',
);

/**
 * Returns the first Chrome of these: the requested one, an installed one, Puppeteer's download, the one that the set-up
 * unpacked.
 * @returns {Chrome | undefined}
 */
export function findChrome() {
  const asked = process.env.PUPPETEER_EXECUTABLE_PATH;
  if (asked) {
    // A user who names a browser wants no other.
    if (!existsSync(asked)) throw new Failure(`PUPPETEER_EXECUTABLE_PATH is '${asked}', a file that does not exist`);
    return { path: asked, from: 'PUPPETEER_EXECUTABLE_PATH' };
  }
  const places = [
    ...installedPlaces(chromes).map((place) => ({ path: place, from: 'installed' })),
    ...puppeteerPlaces().map((place) => ({ path: place, from: "Puppeteer's cache" })),
    { path: path.join(ownChromium, 'chrome'), from: 'set up by this project' },
  ];
  return places.find((place) => existsSync(place.path));
}

/** @type {Names} */
const chromes = {
  macOS: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `${name}.app/Contents/MacOS/${name}`),
  windows: [
    'Google\\Chrome\\Application\\chrome.exe',
    'Chromium\\Application\\chrome.exe',
    'Microsoft\\Edge\\Application\\msedge.exe',
  ],
  commands: [
    'google-chrome-stable',
    'google-chrome',
    'chromium',
    'chromium-browser',
    'microsoft-edge-stable',
    'microsoft-edge',
  ],
};

/**
 * Returns the places where a program may be installed, the preferred one first.
 * @typedef {{ macOS: string[], windows: string[], commands: string[] }} Names below the folders that the systems have
 * for programs; elsewhere commands
 * @param {Names} names
 * @returns {string[]}
 */
export function installedPlaces({ macOS, windows, commands }) {
  if (process.platform === 'darwin') return inEach(['/Applications', path.join(homedir(), 'Applications')], macOS);
  if (process.platform === 'win32')
    return inEach([process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA], windows);
  return inEach((process.env.PATH ?? '').split(path.delimiter), commands);
}

/** @param {(string | undefined)[]} folders @param {string[]} names */
const inEach = (folders, names) =>
  names.flatMap((name) => folders.flatMap((folder) => (folder ? [path.join(folder, name)] : [])));

/**
 * Returns the places of Puppeteer's downloads, such as <cache>/chrome/linux-149.0.1.2/chrome-linux64/chrome, the newest
 * first.
 * @returns {string[]}
 */
function puppeteerPlaces() {
  const cache = process.env.PUPPETEER_CACHE_DIR ?? path.join(homedir(), '.cache', 'puppeteer');
  const chrome = path.join(cache, 'chrome');
  if (!existsSync(chrome)) return [];
  const files = ['chrome', 'chrome.exe', 'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing'];
  const builds = readdirSync(chrome)
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .flatMap((version) => readdirSync(path.join(chrome, version)).map((build) => path.join(chrome, version, build)));
  return builds.flatMap((build) => files.map((file) => path.join(build, file)));
}

/**
 * Returns the kind of adapter: 'swiftshader' is WebGPU on the CPU, 'hardware' a GPU. LATENTGPU_ADAPTER overrides the
 * guess. Only Linux needs the guess, since Chrome on macOS and Windows chooses by itself.
 * @returns {'swiftshader' | 'hardware'}
 */
export function adapterKind() {
  const asked = process.env.LATENTGPU_ADAPTER;
  if (asked === 'swiftshader' || asked === 'hardware') return asked;
  if (asked) throw new Failure(`LATENTGPU_ADAPTER is '${asked}'; it can be 'swiftshader' or 'hardware'`);
  if (process.platform !== 'linux') return 'hardware';
  const devices = existsSync('/dev/dri') ? readdirSync('/dev/dri') : [];
  const found = existsSync('/dev/nvidia0') || devices.some((name) => name.startsWith('renderD'));
  return found ? 'hardware' : 'swiftshader';
}

/** @returns {string[]} */
export function chromeFlags() {
  const flags = [
    '--enable-unsafe-webgpu',
    // A hidden or covered window has to train as fast as a visible one, so throttling is turned off.
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
    // The pages are local. Without these flags Chrome connects to its servers at every start, which costs time without
    // a network.
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-quic',
    '--disable-sync',
    '--no-first-run',
  ];
  if (adapterKind() === 'swiftshader') flags.push('--use-webgpu-adapter=swiftshader');
  else if (process.platform === 'linux') flags.push('--enable-features=Vulkan', '--use-angle=vulkan');
  // Chrome's sandbox does not run as root, nor in many containers of CI.
  if (process.getuid?.() === 0 || process.env.CI) flags.push('--no-sandbox');
  return flags;
}

/**
 * Opens a Chrome with WebGPU, or throws a Failure with the reason.
 * @param {{ headless?: boolean, signals?: boolean, flags?: string[] }} [options] with `signals: false` the caller
 * handles Ctrl-C, which otherwise ends Chrome; `flags` are added to the usual ones
 */
export async function launchChrome({ headless = true, signals = true, flags = [] } = {}) {
  const chrome = findChrome();
  if (!chrome) throw new Failure('no Chrome found: run `npm run setup`, or name one in PUPPETEER_EXECUTABLE_PATH');
  const { default: puppeteer } = await import('puppeteer');
  /** @param {string[]} args */
  const launch = (args) =>
    puppeteer.launch({
      executablePath: chrome.path,
      headless,
      args,
      timeout: 60_000,
      // No limit on a single call, which may wait for a whole training.
      protocolTimeout: 0,
      handleSIGINT: signals,
      handleSIGTERM: signals,
      handleSIGHUP: signals,
    });
  try {
    return await launch([...chromeFlags(), ...flags]).catch((/** @type {unknown} */ error) => {
      // Many containers and newer Linux systems allow a sandbox only to browsers that root has installed.
      if (!String(error).includes('No usable sandbox')) throw error;
      console.error(
        "Chrome's sandbox does not work for this user here: going on without it, as only this project's own pages are opened",
      );
      return launch([...chromeFlags(), ...flags, '--no-sandbox']);
    });
  } catch (error) {
    throw new Failure(`${chrome.path} does not start: ${launchTrouble(error)}`, { cause: error });
  }
}

/**
 * Returns the first line of Puppeteer's message that reports an error; the message is the browser's whole log.
 * @param {unknown} error
 */
function launchTrouble(error) {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const log = lines.slice(lines.indexOf('stderr:') + 1).filter((line) => !line.startsWith('TROUBLESHOOTING'));
  return log.find((line) => /error|fatal|cannot/i.test(line)) ?? log[0] ?? text;
}

/**
 * Returns the WebGPU adapter of a page in words, or throws a Failure if there is none. The page has to be local or
 * served over https, because browsers hide WebGPU elsewhere.
 * @param {import('puppeteer').Page} page
 * @returns {Promise<string>}
 */
export async function adapterName(page) {
  const { name, trouble } = await page.evaluate(async () => {
    try {
      const adapter = await navigator.gpu?.requestAdapter();
      if (!adapter) return {};
      const { vendor, architecture, description } = adapter.info;
      // Firefox does not name its adapter.
      return { name: [vendor, architecture, description].filter(Boolean).join(' ') || 'without a name' };
    } catch (error) {
      return { trouble: String(error) };
    }
  });
  if (name) return name;
  const remedy = adapterKind() === 'hardware' ? '; LATENTGPU_ADAPTER=swiftshader computes on the CPU' : '';
  throw new Failure(
    `${await page.browser().version()} finds no WebGPU adapter on this machine${trouble ? `: ${trouble}` : remedy}`,
  );
}
