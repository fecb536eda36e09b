// Builds the needed parts of Debian's Mesa from its source package, once, in a folder that Git ignores.
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../run.mjs';

/** The options of the build: only Vulkan drivers, without a window system, and the replacements of the kernel. */
const options = [
  '--buildtype=release',
  '-Dplatforms=',
  '-Dgallium-drivers=',
  '-Dvulkan-drivers=intel,freedreno',
  '-Dtools=drm-shim,intel',
  '-Dopengl=false',
  ...['glx', 'egl', 'gbm', 'gles1', 'gles2', 'llvm', 'valgrind', 'libunwind', 'zstd'].map(
    (name) => `-D${name}=disabled`,
  ),
];

/**
 * Builds the targets that are not built yet.
 * @param {string} cache
 * @param {readonly string[]} targets
 * @returns {Promise<string>} the folder in which they are, under their names
 */
export async function buildMesa(cache, targets) {
  const folder = path.join(cache, 'mesa');
  const build = path.join(folder, 'build');
  if (targets.every((target) => existsSync(path.join(build, target)))) return build;
  console.log("setup: building parts of Mesa from Debian's source package: some minutes, once");
  // Debian's tools need Debian's Python, even if another one comes first in PATH.
  const env = { ...process.env, PATH: `/usr/bin:${process.env.PATH}` };
  const source = path.join(folder, 'source');
  if (!existsSync(source)) await fetchSource(folder, source);
  if (!existsSync(path.join(build, 'build.ninja'))) run('meson', ['setup', build, ...options], { cwd: source, env });
  run('ninja', [...targets], { cwd: build, env });
  return build;
}

/**
 * Fetches the source with package lists of its own, so that those of the machine stay the same.
 * @param {string} folder
 * @param {string} source
 */
async function fetchSource(folder, source) {
  const parts = path.join(folder, 'package');
  await rm(parts, { recursive: true, force: true });
  await mkdir(path.join(parts, 'lists', 'partial'), { recursive: true });
  const format = 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)';
  const sources = run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages', 'Origin: Debian']);
  const list = path.join(parts, 'sources.list');
  await writeFile(list, [...new Set(sources.split('\n'))].join('\n'));
  const own = {
    'Dir::Etc::SourceList': list,
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': path.join(parts, 'lists'),
  };
  const apt = [
    '-q',
    ...Object.entries({ ...own, 'Debug::NoLocking': '1' }).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
  ];
  run('apt-get', [...apt, 'update'], { cwd: parts });
  run('apt-get', [...apt, '--download-only', 'source', 'mesa'], { cwd: parts });
  const description = /** @type {string} */ ((await readdir(parts)).find((file) => file.endsWith('.dsc')));
  // apt has checked the signature.
  run('dpkg-source', ['--no-check', '-x', description, 'mesa'], { cwd: parts });
  // Renamed last, since its presence means that it is complete.
  await rename(path.join(parts, 'mesa'), source);
}
