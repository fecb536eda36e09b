// npm run test:native: runs the core of the tests outside of browsers: in Node on Dawn, and in Deno on wgpu, another
// implementation with another compiler of WGSL. If Mesa's llvmpipe is installed, Deno runs them on it, too, since its
// arithmetic differs from that of Chrome's SwiftShader. `npm run test:native -- test/kernels/step.test.ts` runs one
// file, in Node alone; with `--only deno` or `--only llvmpipe`, which may be given several times, there instead.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Failure, runMain } from './failure.mjs';
import { readRuntimes } from './native-runtimes.mjs';
import { nativeEnvironment } from './native-webgpu.mjs';
import { root, setup } from './setup.mjs';
import { vitest } from './vitest.mjs';

/** The tests that depend on the arithmetic of a driver. All others depend on the implementation of WebGPU alone. */
const arithmetic = [
  ...['conv2d', 'matmul', 'reduce', 'reparameterize'].map((name) => `test/kernels/${name}`),
  'test/shaders',
  'test/reliability/hundred-steps',
];

const notInstalled = 'llvmpipe is not installed here (Debian: apt-get install mesa-vulkan-drivers)';

await runMain(async () => {
  await setup();
  // The package `deno` starts its program by a script for Node.
  const deno = [path.join(root, 'node_modules', 'deno', 'bin.cjs'), 'run', '--allow-all'];
  const llvmpipe = findLlvmpipe();
  // Imported here, since setup may have to install Vitest first.
  const { parseCLI } = await import('vitest/node');
  const { only, rest } = readRuntimes(process.argv.slice(2));
  const named = parseCLI(['vitest', 'run', ...rest], { allowUnknownOptions: true }).filter.length > 0;
  const asked = only.length ? only : named ? ['node'] : ['node', 'deno', ...(llvmpipe ? ['llvmpipe'] : [])];
  if (asked.includes('llvmpipe') && !llvmpipe) throw new Failure(`--only llvmpipe: ${notInstalled}`);
  /** @type {Record<string, { name: string, runtime: string[], environment: Record<string, string>, files: string[] }>} */
  const runs = {
    node: { name: 'Node', runtime: [], environment: nativeEnvironment(), files: [] },
    deno: { name: 'Deno', runtime: deno, environment: nativeEnvironment(), files: [] },
    llvmpipe: {
      name: 'Deno on llvmpipe',
      runtime: deno,
      environment: { VK_ICD_FILENAMES: `${llvmpipe}` },
      files: arithmetic,
    },
  };
  for (const each of asked) {
    const { name, runtime, environment, files } = runs[each];
    console.log(`\n${name}`);
    const options = ['--config', 'vitest.native.config.ts', ...rest, ...(named ? [] : files)];
    const code = await vitest(options, { ...environment, ...(named && { LATENTGPU_FILES: 'named' }) }, runtime);
    if (code) throw new Failure(`the tests failed in ${name}`);
  }
  if (!llvmpipe && !only.length && !named) console.log(`\n${notInstalled}: nothing was run on it`);
});

/** Returns the Vulkan driver of Linux distributions for the CPU, if it is installed. */
function findLlvmpipe() {
  const folder = '/usr/share/vulkan/icd.d';
  const name = existsSync(folder) && readdirSync(folder).find((file) => file.startsWith('lvp_icd'));
  return name && path.join(folder, name);
}
