import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Where the Vulkan loader looks for drivers. */
const driverFolders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'];

/**
 * The file that tells the loader of a driver, such as AMD's of the name `radeon_icd`.
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
 * The Debian packages of which something is missing here.
 * @param {{ folders?: string[], include?: string, compiler?: string }} [places]
 * @returns {string[]}
 */
function missingPackages({ folders, include = '/usr/include', compiler = 'gcc' } = {}) {
  const has = { include: (/** @type {string} */ name) => existsSync(path.join(include, name)) };
  return [
    ...(driverFile('radeon_icd', folders) ? [] : ['mesa-vulkan-drivers']),
    ...(spawnSync(compiler, ['--version']).status === 0 ? [] : ['gcc']),
    ...(has.include('stdio.h') ? [] : ['libc6-dev']),
    ...(has.include('vulkan/vk_layer.h') ? [] : ['libvulkan-dev']),
  ];
}

/**
 * What is missing on this machine, as a sentence that says what to install; undefined where nothing is.
 * @param {Parameters<typeof missingPackages>[0] & { platform?: string }} [places]
 * @returns {string | undefined}
 */
export function missing({ platform = process.platform, ...places } = {}) {
  if (platform !== 'linux')
    return `the compilers of Mesa's drivers run without a GPU on Linux only, and this is ${platform}`;
  const packages = missingPackages(places);
  if (!packages.length) return undefined;
  return `${packages.join(', ')} ${packages.length > 1 ? 'are' : 'is'} missing (Debian: apt-get install ${packages.join(' ')})`;
}
