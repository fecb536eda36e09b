// npm test: sets up what is missing, then runs Vitest. `npm test -- test/kernels/matmul.test.ts` runs one file.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { runMain } from './failure.mjs';
import { root, setup } from './setup.mjs';

await runMain(async () => {
  await setup();
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
  // Vitest ends its browser: wait for that. A Ctrl-C in the terminal reaches it anyway, a SIGTERM only this process.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.exitCode = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
});
