// Which Firefox to run the tests in, and how. WebGPU there is wgpu, an implementation and a compiler of WGSL of its own.
import { existsSync } from 'node:fs';
import puppeteer from 'puppeteer';
import { adapterKind, installedPlaces } from './chrome.mjs';
import { Failure } from './failure.mjs';
import { nativeEnvironment } from './native-webgpu.mjs';

/**
 * The Firefox that LATENTGPU_FIREFOX names, else an installed one.
 * @returns {string | undefined}
 */
export function findFirefox() {
  const asked = process.env.LATENTGPU_FIREFOX;
  if (asked && !existsSync(asked)) throw new Failure(`LATENTGPU_FIREFOX is '${asked}', and there is no such file`);
  return asked ?? installedPlaces(firefoxes).find((place) => existsSync(place));
}

/** @returns {string} */
export function requireFirefox() {
  const found = findFirefox();
  if (found) return found;
  throw new Failure(
    'no Firefox found: install it (Debian: apt-get install firefox-esr), or name one in LATENTGPU_FIREFOX',
  );
}

const firefoxes = {
  macOS: ['Firefox.app/Contents/MacOS/firefox'],
  windows: ['Mozilla Firefox\\firefox.exe'],
  commands: ['firefox', 'firefox-esr'],
};

/** Opens a Firefox with WebGPU, which Linux gets only when asked for; where there is no GPU, on the software driver that comes with Chrome. */
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
 * A page of it. Firefox gives a software adapter only to those who ask for one.
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
