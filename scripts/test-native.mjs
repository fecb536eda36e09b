// npm run test:native: the tests' core outside of browsers: in Node on Dawn, and in Deno on wgpu, an implementation and a compiler of WGSL of its own.
import path from 'node:path';
import { Failure, runMain } from './failure.mjs';
import { nativeEnvironment } from './native-webgpu.mjs';
import { root, setup } from './setup.mjs';
import { vitest } from './vitest.mjs';

await runMain(async () => {
  await setup();
  // The package `deno` starts its program from a script of Node's.
  const runtimes = { Node: [], Deno: [path.join(root, 'node_modules', 'deno', 'bin.cjs'), 'run', '--allow-all'] };
  for (const [name, runtime] of Object.entries(runtimes)) {
    console.log(`\n${name}`);
    const code = await vitest(['--config', 'vitest.native.config.ts', ...process.argv.slice(2)], nativeEnvironment(), runtime);
    if (code) throw new Failure(`the tests failed in ${name}`);
  }
});
