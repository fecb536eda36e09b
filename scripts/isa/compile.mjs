import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Failure } from '../failure.mjs';
import { run } from '../run.mjs';
import { root } from '../setup.mjs';
import { driverFile } from './machine.mjs';

/** @typedef {import('./report.ts').Report} Report */

const sources = path.join(root, 'scripts', 'isa');
/** Git ignores it. */
const cache = path.join(root, 'out', 'isa');
const layerName = 'VK_LAYER_LATENTGPU_isa';

/** The newest family that Mesa 22.3 knows well: of the next it believes that it has half of the registers that it has. */
const family = 'navi21';
const card = 'AMD Navi 21, as in the Radeon RX 6800 XT';

/**
 * Compiles the kernels of the works whose names begin like one of those given, or of all.
 * @param {string[]} [only]
 * @returns {Promise<Report>}
 */
export async function compileWorks(only = []) {
  await mkdir(cache, { recursive: true });
  const layers = await buildLayer();
  const folder = await mkdtemp(path.join(cache, 'run-'));
  try {
    const program = path.join(folder, 'collect.mjs');
    await build({
      entryPoints: [path.join(sources, 'collect.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['webgpu'],
      logLevel: 'error',
    });
    const report = path.join(folder, 'report.json');
    await promisify(execFile)(process.execPath, [program, report, ...only], {
      cwd: root,
      env: { ...process.env, ...environment(layers, path.join(folder, 'told.json')) },
      maxBuffer: 1 << 28,
    }).catch((/** @type {Error & { stderr?: string }} */ error) => {
      const lines = `${error.stderr ?? ''}`
        .split('\n')
        .filter((line) => /error/i.test(line) && !/XDG_RUNTIME/.test(line));
      throw new Failure(`the kernels cannot be compiled here: ${lines[0]?.trim() ?? error.message}`, { cause: error });
    });
    return { card, ...JSON.parse(await readFile(report, 'utf8')) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param {string} layers @param {string} told @returns {Record<string, string>} */
const environment = (layers, told) => ({
  VK_ICD_FILENAMES: /** @type {string} */ (driverFile('radeon_icd')),
  VK_LAYER_PATH: layers,
  VK_INSTANCE_LAYERS: layerName,
  RADV_FORCE_FAMILY: family,
  // What was compiled before would take no time.
  MESA_SHADER_CACHE_DISABLE: 'true',
  LATENTGPU_ISA: told,
});

/** The folder of the Vulkan layer, which is compiled when it is first used, or has changed. */
async function buildLayer() {
  const names = ['layer.c', 'null-device.c'];
  const texts = await Promise.all([...names, 'layer.h'].map((name) => readFile(path.join(sources, name))));
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text);
  const folder = path.join(cache, `layer-${hash.digest('hex').slice(0, 12)}`);
  const manifest = path.join(folder, 'layer.json');
  if (existsSync(manifest)) return folder;
  await mkdir(folder, { recursive: true });
  const library = path.join(folder, 'liblayer.so');
  run('gcc', [
    '-std=gnu11',
    '-O1',
    '-fPIC',
    '-shared',
    '-o',
    library,
    ...names.map((name) => path.join(sources, name)),
    '-lpthread',
  ]);
  const layer = {
    name: layerName,
    type: 'GLOBAL',
    library_path: library,
    api_version: '1.3.0',
    implementation_version: '1',
    description: 'what compilers say of pipelines, on a device that computes nothing',
  };
  // Last, as its being there says that the rest is.
  await writeFile(manifest, JSON.stringify({ file_format_version: '1.2.0', layer }));
  return folder;
}
