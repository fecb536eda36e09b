import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Failure } from '../failure.mjs';
import { root } from '../setup.mjs';
import { compilers } from './compilers.mjs';
import { buildLayer, layerName } from './layer.mjs';
import { driverFile } from './machine.mjs';
import { buildMesa } from './mesa.mjs';

/** @typedef {import('./report.ts').Report} Report */
/** @typedef {import('./report.ts').PeerReport} PeerReport */

/** The folder of built files, which Git ignores. */
const cache = path.join(root, 'out', 'isa');

/**
 * Compiles the kernels of the works whose names begin with one of the given names, or of all works.
 * @param {readonly string[]} [only]
 * @param {string} [compiler]
 * @returns {Promise<Report>}
 */
export async function compileWorks(only = [], compiler = 'amd') {
  const { vendor, card } = compilers[compiler];
  return { card: `${vendor} ${card}`, ...(await collect(compiler, 'collect', async () => only)) };
}

/** The library of bench/peers whose products are compiled beside ours. */
export const peerFile = 'jax-webgpu';

/**
 * Compiles the products of one of the libraries of bench/peers.
 * @param {string} peer its file
 * @param {string} compiler
 * @returns {Promise<PeerReport>}
 */
export function compilePeer(peer, compiler) {
  return collect(compiler, 'collect-peer', async (folder) => {
    const module = path.join(folder, `${peer}.mjs`);
    await bundle(path.join(root, 'bench', 'peers', `${peer}.ts`), module);
    return [module];
  });
}

/**
 * Runs one of the programs of this folder, with the null device as Vulkan's only device, and returns its report.
 * @param {string} compiler
 * @param {string} name of the program
 * @param {(folder: string) => Promise<readonly string[]>} argumentsIn makes its arguments, and their files in a folder
 * of its own
 */
async function collect(compiler, name, argumentsIn) {
  await mkdir(cache, { recursive: true });
  const layers = await buildLayer(cache);
  const { manifest, ...environment } = await environmentOf(compilers[compiler]);
  const folder = await mkdtemp(path.join(cache, 'run-'));
  try {
    const program = path.join(folder, 'program.mjs');
    await bundle(path.join(root, 'scripts', 'isa', `${name}.ts`), program);
    const report = path.join(folder, 'report.json');
    const env = {
      ...process.env,
      ...environment,
      // The older and the newer name of the variable; the newer one takes precedence.
      VK_ICD_FILENAMES: manifest,
      VK_DRIVER_FILES: manifest,
      VK_LAYER_PATH: layers,
      VK_INSTANCE_LAYERS: layerName,
      // Cached kernels would take no time to compile.
      MESA_SHADER_CACHE_DISABLE: 'true',
      // The loader complains without it.
      XDG_RUNTIME_DIR: folder,
      LATENTGPU_ISA: path.join(folder, 'told.json'),
    };
    const args = [program, report, ...(await argumentsIn(folder))];
    await promisify(execFile)(process.execPath, args, { cwd: root, env, maxBuffer: 1 << 28 }).catch(fail);
    return JSON.parse(await readFile(report, 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @param {Error & { stderr?: string }} error */
function fail(error) {
  const line = error.stderr?.split('\n').find((line) => /error/i.test(line));
  throw new Failure(`the kernels cannot be compiled here: ${line?.trim() ?? error.message}`, { cause: error });
}

/** @param {string} entry @param {string} outfile */
const bundle = (entry, outfile) =>
  build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['webgpu'],
    logLevel: 'error',
  });

/**
 * Returns the driver's manifest, and the variables that make it compile for its card.
 * @param {import('./compilers.mjs').Compiler} compiler
 * @returns {Promise<{ manifest: string } & Record<string, string>>}
 */
async function environmentOf({ driver, environment, built }) {
  if (!built) return { ...environment, manifest: driverFile(driver) ?? '' };
  const folder = await buildMesa(cache, Object.values(built));
  let manifest = driverFile(driver) ?? '';
  if (built.driver) {
    manifest = path.join(folder, `${driver}.json`);
    const ICD = { library_path: path.join(folder, built.driver), api_version: '1.3.0' };
    await writeFile(manifest, JSON.stringify({ file_format_version: '1.0.0', ICD }));
  }
  return { ...environment, manifest, LD_PRELOAD: path.join(folder, built.shim) };
}
