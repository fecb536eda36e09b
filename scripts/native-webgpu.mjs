// WebGPU outside of browsers: Node has it through the package `webgpu` (Dawn, Chrome's engine), and Deno has its own
// (wgpu).
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { adapterKind, findChrome } from './chrome.mjs';

/**
 * Returns the environment variables with which a process finds an adapter: none if there is a GPU, otherwise those of
 * the software driver that comes with Chrome.
 * @returns {Record<string, string>}
 */
export function nativeEnvironment() {
  if (adapterKind() === 'hardware' || process.env.VK_ICD_FILENAMES) return {};
  const chrome = findChrome();
  // If Chrome is a script in /usr/bin, its files are elsewhere.
  const folders = [
    ...(chrome ? [path.dirname(realpathSync(chrome.path))] : []),
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/opt/google/chrome',
  ];
  const found = folders.find((folder) => existsSync(path.join(folder, 'vk_swiftshader_icd.json')));
  if (!found) return {};
  const libraries = [found, process.env.LD_LIBRARY_PATH].filter(Boolean).join(path.delimiter);
  return { VK_ICD_FILENAMES: path.join(found, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: libraries };
}
