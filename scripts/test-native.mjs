// npm run test:native: the tests' core outside of browsers: in Node on Dawn, and in Deno on wgpu, an implementation and a compiler of WGSL of its
// own; there once more on Mesa's llvmpipe, where it is installed, whose arithmetic is another one than that of Chrome's SwiftShader.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Failure, runMain } from './failure.mjs';
import { nativeEnvironment } from './native-webgpu.mjs';
import { root, setup } from './setup.mjs';
import { vitest } from './vitest.mjs';

/** What another arithmetic can change. All else depends on the implementation, which is the same one on every driver. */
const arithmetic = [
  ...['conv2d', 'matmul', 'reduce', 'reparameterize'].map((name) => `test/kernels/${name}`),
  'test/shaders',
  'test/reliability/hundred-steps',
];

await runMain(async () => {
  await setup();
  // The package `deno` starts its program from a script of Node's.
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

/** The Vulkan driver that Linux distributions have for the processor. */
function findLlvmpipe() {
  const folder = '/usr/share/vulkan/icd.d';
  const name = existsSync(folder) && readdirSync(folder).find((file) => file.startsWith('lvp_icd'));
  return name && path.join(folder, name);
}
