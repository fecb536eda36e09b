// Finds and launches Firefox for the tests. Its WebGPU is wgpu, another implementation with another compiler of WGSL.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import puppeteer from 'puppeteer';
import { adapterKind, adapterName, installedPlaces } from './chrome.mjs';
import { Failure } from './failure.mjs';
import { nativeEnvironment } from './native-webgpu.mjs';

/**
 * Returns the Firefox that LATENTGPU_FIREFOX names, otherwise an installed one.
 * @returns {string | undefined}
 */
export function findFirefox() {
  const asked = process.env.LATENTGPU_FIREFOX;
  if (asked && !existsSync(asked)) throw new Failure(`LATENTGPU_FIREFOX is '${asked}', a file that does not exist`);
  return asked ?? installedPlaces(firefoxes).find((place) => existsSync(place));
}

/** @returns {string} */
export function requireFirefox() {
  const found = findFirefox();
  if (found) return found;
  throw new Failure(
    'no Firefox found: install 141 or newer (Debian: apt-get update, then apt-get install firefox-esr), or name one in LATENTGPU_FIREFOX',
  );
}

const firefoxes = {
  macOS: ['Firefox.app/Contents/MacOS/firefox'],
  windows: ['Mozilla Firefox\\firefox.exe'],
  commands: ['firefox', 'firefox-esr'],
};

/**
 * Opens a Firefox with WebGPU, which has to be enabled on Linux; without a GPU it runs on the software driver that
 * comes with Chrome.
 */
export function launchFirefox() {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: requireFirefox(),
    protocolTimeout: 0,
    timeout: 60_000,
    extraPrefsFirefox: { 'dom.webgpu.enabled': true, 'gfx.webgpu.ignore-blocklist': true },
    env: { ...process.env, ...nativeEnvironment() },
  });
}

/**
 * Opens a page. Firefox returns a software adapter only on request.
 * @param {import('puppeteer').Browser} firefox
 */
export async function firefoxPage(firefox) {
  const page = await firefox.newPage();
  if (adapterKind() === 'swiftshader') {
    await page.evaluateOnNewDocument(() => {
      const { requestAdapter } = GPU.prototype;
      GPU.prototype.requestAdapter = /** @this {GPU} @param {GPURequestAdapterOptions} [options] */ function (options) {
        return requestAdapter.call(this, { ...options, forceFallbackAdapter: true });
      };
    });
  }
  return page;
}

/**
 * Opens Firefox once to check that it exists and has WebGPU; Vitest would report this in the middle of a stack trace.
 * @returns {Promise<string>} which one it is, with its adapter
 */
export async function checkFirefox() {
  const place = requireFirefox();
  const firefox = await launchFirefox().catch((/** @type {unknown} */ error) => {
    throw new Failure(
      `${place} does not start: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    );
  });
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const page = await firefoxPage(firefox);
    await page.goto(`http://127.0.0.1:${port}/`);
    return `${await firefox.version()} (${place}), adapter ${await adapterName(page)}`;
  } finally {
    await firefox.close();
    server.close();
  }
}
