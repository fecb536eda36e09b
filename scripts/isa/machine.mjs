import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { compilers } from './compilers.mjs';

/** The folders in which the Vulkan loader looks for drivers. */
const driverFolders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'];

/**
 * The places of drivers, headers and programs on this machine.
 * @typedef {{ drivers?: string[], include?: string, programs?: string[] }} Places
 */

/**
 * Returns the manifest of a driver for the loader, such as AMD's with the name `radeon_icd`.
 * @param {string} name
 * @param {string[]} [folders]
 * @returns {string | undefined}
 */
export function driverFile(name, folders = driverFolders) {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => path.join(folder, file)))
    .find((file) => path.basename(file).startsWith(name));
}

/**
 * Returns the Debian packages that are missing here.
 * @param {string} name of the compiler
 * @param {Places} places
 * @returns {string[]}
 */
function missingPackages(name, { drivers, include = '/usr/include', programs = (process.env.PATH ?? '').split(':') }) {
  const { driver, built } = compilers[name];
  const header = (/** @type {string} */ file) => existsSync(path.join(include, file));
  const program = (/** @type {string} */ file) => programs.some((folder) => existsSync(path.join(folder, file)));
  const module = (/** @type {string} */ file) => existsSync(path.join('/usr/lib/python3/dist-packages', file));
  /** @type {[there: boolean, name: string][]} */
  const needed = [
    [!!built?.driver || !!driverFile(driver, drivers), 'mesa-vulkan-drivers'],
    [program('gcc'), 'gcc'],
    [header('stdio.h'), 'libc6-dev'],
    [header('vulkan/vk_layer.h'), 'libvulkan-dev'],
  ];
  if (built)
    needed.push(
      [program('g++'), 'g++'],
      [program('meson'), 'meson'],
      [program('ninja'), 'ninja-build'],
      [program('pkg-config'), 'pkg-config'],
      [program('bison'), 'bison'],
      [program('flex'), 'flex'],
      [program('dpkg-source'), 'dpkg-dev'],
      [module('mako'), 'python3-mako'],
      [header('libdrm/drm.h'), 'libdrm-dev'],
      [header('expat.h'), 'libexpat1-dev'],
      [header('zlib.h'), 'zlib1g-dev'],
    );
  return needed.flatMap(([there, name]) => (there ? [] : [name]));
}

/**
 * Returns a sentence that says what to install on this machine; undefined if nothing is missing.
 * @param {string} [name] of the compiler
 * @param {Places & { platform?: string }} [places]
 * @returns {string | undefined}
 */
export function missing(name = 'amd', { platform = process.platform, ...places } = {}) {
  if (platform !== 'linux')
    return `the compilers of Mesa's drivers run without a GPU on Linux only, and this is ${platform}`;
  const packages = missingPackages(name, places);
  if (!packages.length) return undefined;
  return `${packages.join(', ')} ${packages.length > 1 ? 'are' : 'is'} missing (Debian: apt-get install ${packages.join(' ')})`;
}
