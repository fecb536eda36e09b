// npm run test:native: the tests' core outside of browsers: in Node on Dawn, and in Deno on wgpu, an implementation and a compiler of WGSL of its own.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { Failure, runMain } from './failure.mjs';
import { nativeEnvironment } from './native-webgpu.mjs';
import { root, setup } from './setup.mjs';

await runMain(async () => {
  await setup();
  const vitest = [path.join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', 'vitest.native.config.ts', ...process.argv.slice(2)];
  const runtimes = { Node: [process.execPath, ...vitest], Deno: [path.join(root, 'node_modules', 'deno', 'bin.cjs'), 'run', '--allow-all', ...vitest] };
  for (const [name, [program, ...args]] of Object.entries(runtimes)) {
    console.log(`\n${name}`);
    const command = program.endsWith('.cjs') ? [process.execPath, program, ...args] : [program, ...args];
    const code = await new Promise((resolve, reject) => {
      const child = spawn(command[0], command.slice(1), { cwd: root, stdio: 'inherit', env: { ...process.env, ...nativeEnvironment() } });
      child.on('error', reject);
      child.on('exit', (code) => resolve(code ?? 1));
    });
    if (code) throw new Failure(`the tests failed in ${name}`);
  }
});
