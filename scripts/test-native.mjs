// npm run test:native: runs the core of the tests outside of browsers: in Node on Dawn, and in Deno on wgpu, another
// implementation with another compiler of WGSL. If Mesa's llvmpipe is installed, Deno runs them on it, too, since its
// arithmetic differs from that of Chrome's SwiftShader.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Failure, runMain } from './failure.mjs';
import { nativeEnvironment } from './native-webgpu.mjs';
import { root, setup } from './setup.mjs';
import { vitest } from './vitest.mjs';

/** The tests that depend on the arithmetic of a driver. All others depend on the implementation of WebGPU alone. */
const arithmetic = [
  ...['conv2d', 'matmul', 'reduce', 'reparameterize'].map((name) => `test/kernels/${name}`),
  'test/shaders',
  'test/reliability/hundred-steps',
];

await runMain(async () => {
  await setup();
  // The package `deno` starts its program by a script for Node.
  const deno = [path.join(root, 'node_modules', 'deno', 'bin.cjs'), 'run', '--allow-all'];
  const llvmpipe = findLlvmpipe();
  const runs = [
    { name: 'Node', runtime: [], environment: nativeEnvironment(), files: [] },
    { name: 'Deno', runtime: deno, environment: nativeEnvironment(), files: [] },
    ...(llvmpipe
      ? [{ name: 'Deno on llvmpipe', runtime: deno, environment: { VK_ICD_FILENAMES: llvmpipe }, files: arithmetic }]
      : []),
  ];
  const asked = process.argv.slice(2);
  for (const { name, runtime, environment, files } of runs) {
    console.log(`\n${name}`);
    const options = ['--config', 'vitest.native.config.ts', ...(asked.length ? asked : files)];
    const code = await vitest(options, environment, runtime);
    if (code) throw new Failure(`the tests failed in ${name}`);
  }
  if (!llvmpipe)
    console.log(
      '\nllvmpipe is not installed here (Debian: apt-get install mesa-vulkan-drivers): nothing was run on it',
    );
});

/** Returns the Vulkan driver of Linux distributions for the CPU, if it is installed. */
function findLlvmpipe() {
  const folder = '/usr/share/vulkan/icd.d';
  const name = existsSync(folder) && readdirSync(folder).find((file) => file.startsWith('lvp_icd'));
  return name && path.join(folder, name);
}
